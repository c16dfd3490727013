// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>

// One drive or walk with a pose for every frame, which comes back to where it was: KITTI odometry
// (Geiger et al., CVPR 2012) and TUM RGB-D (Sturm et al., IROS 2012). Every frame asks all the
// others but its neighbours in time.
namespace loci {
namespace {

constexpr int kMinFrameGap = 50;       // 5 s at KITTI's 10 frames a second
constexpr double kKittiRadiusM = 4;    // about a lane and a car's length
constexpr double kTumRadiusM = 1;      // a hand-held camera in a room
constexpr double kTumMaxGapS = 0.02;   // the custom of TUM's own tools
constexpr double kEarliestUnix = 6e8;  // 1989; smaller numbers count from the start of the drive

using Point = std::pair<double, double>;

// The lines of a text with something on them, comments and a byte-order mark left out, numbered from 1.
std::vector<std::pair<size_t, std::string>> content_lines(const std::string& text) {
  std::vector<std::pair<size_t, std::string>> out;
  size_t number = 0;
  for (std::string& line : split(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text, '\n')) {
    ++number;
    std::ranges::replace_if(
        line, [](char c) { return c == '\t' || c == ',' || c == ';'; }, ' ');
    const std::string_view content = trim(std::string_view(line).substr(0, line.find('#')));
    if (!content.empty()) out.emplace_back(number, std::string(content));
  }
  return out;
}

// Rows of numbers of one of two widths. A header is passed over; an odd row keeps its place as one that holds no numbers
// (NaN), so that the others keep theirs, unless all are odd.
Result<std::vector<std::vector<double>>> read_numbers(const std::string& path,
                                                      std::array<size_t, 2> widths) {
  LOCI_TRY(text, read_text_file(path));
  std::vector<std::vector<double>> rows;
  std::string first_odd;
  size_t odd = 0;
  for (const auto& [line_number, content] : content_lines(text)) {
    std::vector<double> row;
    std::string wrong;
    size_t numbers = 0;
    for (const std::string& word : split(content, ' ')) {
      if (word.empty()) continue;
      const std::optional<double> value = parse_double(word);
      numbers += value.has_value() ? 1 : 0;
      if ((!value.has_value() || !std::isfinite(*value)) && wrong.empty())
        wrong = format("line %zu: '%s' is no number", line_number, printable(word).c_str());
      row.push_back(value.value_or(NAN));
    }
    if (numbers == 0 && rows.empty()) continue;  // the names of the columns
    if (wrong.empty() && row.size() != widths[0] && row.size() != widths[1])
      wrong = format("line %zu has %zu numbers, expected %zu", line_number, row.size(), widths[0]);
    if (!wrong.empty()) {
      if (odd++ == 0) first_odd = wrong;
      row.assign(widths[0], NAN);
    }
    rows.push_back(std::move(row));
  }
  if (odd > 0 && 2 * odd > rows.size()) return corrupt(printable(path) + ": " + first_odd);
  return rows;
}

bool is_whole(const std::vector<double>& row) {
  return std::ranges::all_of(row, [](double value) { return std::isfinite(value); });
}

// A local grid of metres. Its axes are those of the poses; only distances matter.
Utm local(Point point) { return {.east_m = point.first, .north_m = point.second}; }

Status finish(std::vector<ImageRecord> records,
              const DatasetOptions& options,
              double custom_radius_m,
              Dataset* dataset) {
  dataset->rule = radius_rule(options, custom_radius_m);
  dataset->rule.min_frame_gap = options.min_frame_gap >= 0 ? options.min_frame_gap : kMinFrameGap;
  dataset->rule.answerable_only = true;  // most frames see a street for the first time
  std::vector<Candidate> candidates;
  for (ImageRecord& record : records) candidates.push_back({std::move(record), {}});
  LOCI_RETURN_IF_ERROR(divide(std::move(candidates), options, dataset));
  note_unpositioned(dataset);
  return {};
}

struct KittiSequence {
  std::string name, folder, poses;  // folder below the root
};

std::optional<KittiSequence> single_sequence(const std::string& path) {
  const std::string name = base_name(path);
  for (const std::string& poses :
       {join_path(path, "poses.txt"), join_path(path, "../../poses/" + name + ".txt")}) {
    if (is_file(poses)) return KittiSequence{name, "", poses};
  }
  return std::nullopt;
}

std::vector<KittiSequence> kitti_sequences(const std::string& path) {
  std::vector<KittiSequence> found;
  if (is_folder(join_path(path, "sequences")) && is_folder(join_path(path, "poses"))) {
    for (const std::string& name : subfolders(join_path(path, "sequences"))) {
      const std::string poses = join_path(path, "poses/" + name + ".txt");
      if (is_file(poses)) found.push_back({name, "sequences/" + name, poses});
    }
  } else if (const auto one = single_sequence(path)) {
    found.push_back(*one);
  }
  return found;
}

// The folder of the left colour camera, or else another one.
std::string camera_folder(const std::string& path, const std::string& sequence) {
  for (const char* camera :
       {"image_2", "image_0", "image_3", "image_1", "images", "image", "rgb"}) {
    if (is_folder(join_path(path, join_path(sequence, camera)))) return join_path(sequence, camera);
  }
  return sequence;
}

// Which row of the poses belongs to each image: the i-th to the i-th, or by the number that is the
// name where images are absent.
Result<std::vector<int64_t>> pose_rows(const KittiSequence& sequence,
                                       const std::vector<std::string>& images,
                                       size_t poses) {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < images.size(); ++i) {
    const auto number = images.size() == poses ? std::optional<int64_t>(static_cast<int64_t>(i))
                                               : parse_int(base_name(without_extension(images[i])));
    if (!number.has_value() || *number < 0 || *number >= static_cast<int64_t>(poses)) {
      return corrupt(
          format("%s: has %zu poses for %zu images, and '%s' is no number of one of them",
                 printable(sequence.poses).c_str(),
                 poses,
                 images.size(),
                 printable(images[i]).c_str()));
    }
    rows.push_back(*number);
  }
  return rows;
}

}  // namespace

bool detect_kitti(const std::string& path) { return !kitti_sequences(path).empty(); }

Result<Dataset> read_kitti(const std::string& path, const DatasetOptions& options) {
  const std::vector<KittiSequence> sequences = kitti_sequences(path);
  if (sequences.empty())
    return invalid_argument(printable(path) +
                            ": has neither sequences/ with poses/ nor images with poses.txt");
  std::vector<std::string> names;
  for (const KittiSequence& one : sequences) names.push_back(one.name);
  LOCI_TRY(chosen, choose_part(path, names, options.split));
  const KittiSequence& sequence =
      sequences[static_cast<size_t>(std::find(names.begin(), names.end(), chosen) - names.begin())];
  Dataset dataset;
  dataset.root = path;
  dataset.name = base_name(path) + (sequences.size() > 1 ? "/" + chosen : "");
  LOCI_TRY(images, list_photos(path, camera_folder(path, sequence.folder), &dataset));
  std::sort(images.begin(), images.end(), natural_less);
  LOCI_TRY(poses, read_numbers(sequence.poses, {12, 16}));
  LOCI_TRY(rows, pose_rows(sequence, images, poses.size()));
  if (images.size() < poses.size()) {
    dataset.notes.push_back(format("%zu of %zu poses have no image and were left out",
                                   poses.size() - images.size(),
                                   poses.size()));
  }
  std::vector<std::vector<double>> times;
  if (const std::string file = join_path(path, join_path(sequence.folder, "times.txt"));
      is_file(file)) {
    LOCI_TRY(read, read_numbers(file, {1, 1}));
    times = std::move(read);
  }
  std::vector<ImageRecord> records(images.size());
  for (size_t i = 0; i < images.size(); ++i) {
    const auto row = static_cast<size_t>(rows[i]);
    records[i].path = images[i];
    if (is_whole(poses[row]))
      records[i].utm =
          local({poses[row][3], poses[row][11]});  // a camera looks along z over the x-z ground
    records[i].frame = rows[i];
    records[i].group = sequence.name;
    if (row < times.size() && times[row][0] > kEarliestUnix && times[row][0] < 1e11)
      records[i].time = static_cast<int64_t>(times[row][0]);
  }
  LOCI_RETURN_IF_ERROR(finish(std::move(records), options, kKittiRadiusM, &dataset));
  return dataset;
}

bool detect_tum(const std::string& path) {
  return is_file(join_path(path, "rgb.txt")) && is_file(join_path(path, "groundtruth.txt"));
}

Result<Dataset> read_tum(const std::string& path, const DatasetOptions& options) {
  Dataset dataset;
  dataset.root = path;
  LOCI_TRY(poses, read_numbers(join_path(path, "groundtruth.txt"), {8, 8}));
  std::erase_if(poses, [](const std::vector<double>& row) { return !is_whole(row); });
  std::sort(poses.begin(), poses.end());
  const std::string list = join_path(path, "rgb.txt");
  LOCI_TRY(text, read_text_file(list));
  std::vector<ImageRecord> records;
  std::string first_odd;
  for (const auto& [line_number, content] : content_lines(text)) {
    const size_t space = content.find(' ');
    const std::optional<double> time = parse_double(content.substr(0, space));
    if (!time.has_value() || !std::isfinite(*time) || space == std::string::npos) {
      if (first_odd.empty()) {
        first_odd = format("%s: line %zu: expected a time stamp and a file name",
                           printable(list).c_str(),
                           line_number);
      }
      continue;
    }
    ImageRecord record;
    record.path = trim(content.substr(space));
    record.frame = std::ssize(records);
    record.group = base_name(path);
    if (*time > kEarliestUnix && *time < 1e11) record.time = static_cast<int64_t>(*time);
    // The nearer one of the poses before and after.
    auto pose = std::lower_bound(poses.begin(), poses.end(), std::vector<double>{*time});
    if (pose != poses.begin() &&
        (pose == poses.end() || *time - (*std::prev(pose))[0] <= (*pose)[0] - *time)) {
      --pose;
    }
    if (pose != poses.end() && std::abs((*pose)[0] - *time) <= kTumMaxGapS)
      record.utm = local({(*pose)[1], (*pose)[2]});  // the world's z points up
    records.push_back(std::move(record));
  }
  if (records.empty() && !first_odd.empty()) return corrupt(first_odd);
  LOCI_RETURN_IF_ERROR(finish(std::move(records), options, kTumRadiusM, &dataset));
  return dataset;
}

}  // namespace loci
