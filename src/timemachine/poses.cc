// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "writer.h"

#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/base/text.h"
#include "loci/timemachine/camera.h"

#include <map>

namespace loci {

Result<std::vector<PoseRecord>> load_poses(const std::string& folder) {
  const std::string path = folder + "/poses.csv";
  LOCI_TRY(text, read_text_file(path));
  const auto rows = parse_csv(text);
  if (rows.empty()) return corrupt(path + ": empty; expected a line of column names");
  std::map<std::string, size_t> column;
  for (size_t i = 0; i < rows[0].size(); ++i) column[rows[0][i]] = i;
  static const char* const kNumbers[] = {"east_m",
                                         "north_m",
                                         "height_m",
                                         "heading_deg",
                                         "pitch_deg",
                                         "roll_deg",
                                         "focal_px",
                                         "width",
                                         "height"};
  for (const char* name : {"path", "place"}) {
    if (column.count(name) == 0) return corrupt(path + ": no column '" + name + "'");
  }
  for (const char* name : kNumbers) {
    if (column.count(name) == 0) return corrupt(path + ": no column '" + name + "'");
  }
  std::vector<PoseRecord> records;
  for (size_t r = 1; r < rows.size(); ++r) {
    if (rows[r].size() != rows[0].size()) {
      return corrupt(format("%s: line %zu has %zu fields, the first has %zu",
                            path.c_str(),
                            r + 1,
                            rows[r].size(),
                            rows[0].size()));
    }
    double values[std::size(kNumbers)];
    for (size_t i = 0; i < std::size(kNumbers); ++i) {
      const auto number = parse_double(rows[r][column[kNumbers[i]]]);
      if (!number)
        return corrupt(
            format("%s: line %zu: '%s' is not a number", path.c_str(), r + 1, kNumbers[i]));
      values[i] = *number;
    }
    if (!(values[7] >= 1 && values[7] <= 65535 && values[8] >= 1 && values[8] <= 65535)) {
      return corrupt(
          format("%s: line %zu: a picture of %g x %g", path.c_str(), r + 1, values[7], values[8]));
    }
    PoseRecord record{rows[r][column["path"]], rows[r][column["place"]], {}};
    record.camera = {values[0],
                     values[1],
                     values[2],
                     values[3],
                     values[4],
                     values[5],
                     values[6],
                     static_cast<int>(values[7]),
                     static_cast<int>(values[8])};
    records.push_back(record);
  }
  return records;
}

Result<std::vector<float>> load_depth(const std::string& folder, const PoseRecord& record) {
  const std::string path = folder + "/" + town::depth_path(record.path);
  LOCI_TRY(array, read_npy(path));
  const std::vector<int64_t> want{record.camera.height, record.camera.width};
  if (array.shape != want)
    return corrupt(format("%s: not %d x %d as poses.csv says",
                          path.c_str(),
                          record.camera.height,
                          record.camera.width));
  return std::vector<float>(array.values.begin(), array.values.end());
}

}  // namespace loci
