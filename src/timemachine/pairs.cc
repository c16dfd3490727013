// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "pairs.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/timemachine/camera.h"

#include <map>
#include <vector>

namespace loci::town {
namespace {

std::string rows_of(const std::vector<Correspondence>& points) {
  std::string text = "x1_px,y1_px,x2_px,y2_px\n";
  for (const Correspondence& p : points) {
    text += format("%.1f,%.1f,%.2f,%.2f\n",
                   static_cast<double>(p.x1_px),
                   static_cast<double>(p.y1_px),
                   static_cast<double>(p.x2_px),
                   static_cast<double>(p.y2_px));
  }
  return text;
}

/// Pairs of one place; returns its lines of pairs.csv.
Result<std::string> write_place(const std::string& folder, const std::vector<PoseRecord>& visits) {
  const PoseRecord& last = visits.back();
  LOCI_TRY(last_depth, load_depth(folder, last));
  std::string lines;
  for (size_t i = 0; i + 1 < visits.size(); ++i) {
    LOCI_TRY(depth, load_depth(folder, visits[i]));
    const auto points = correspondences(last.camera, last_depth, visits[i].camera, depth);
    const std::string file = format("correspondences/%s_%02zu.csv", last.place.c_str(), i);
    LOCI_RETURN_IF_ERROR(write_file(folder + "/" + file, std::string_view(rows_of(points))));
    lines += file + "," + csv_field(last.path) + "," + csv_field(visits[i].path) +
             format(",%zu\n", points.size());
  }
  return lines;
}

}  // namespace

Status write_correspondences(const std::string& folder, int threads) {
  LOCI_TRY(poses, load_poses(folder));
  LOCI_RETURN_IF_ERROR(make_folders(folder + "/correspondences"));
  std::map<std::string, std::vector<PoseRecord>> by_place;
  for (PoseRecord& pose : poses) by_place[pose.place].push_back(std::move(pose));
  std::vector<const std::vector<PoseRecord>*> places;
  for (const auto& [name, visits] : by_place) places.push_back(&visits);
  std::vector<std::string> lines(places.size());
  std::vector<Status> status(places.size());
  parallel_for(static_cast<int64_t>(places.size()), 1, threads, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      auto written = write_place(folder, *places[i]);
      if (written.ok())
        lines[i] = std::move(written).value();
      else
        status[i] = written.status();
    }
  });
  std::string text = "file,first,second,points\n";
  for (size_t i = 0; i < places.size(); ++i) {
    LOCI_RETURN_IF_ERROR(status[i]);
    text += lines[i];
  }
  return write_file(folder + "/correspondences/pairs.csv", std::string_view(text));
}

}  // namespace loci::town
