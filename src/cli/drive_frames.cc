// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "drive_kinds.h"
#include "frame_times.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/base/zoned_time.h"
#include "loci/data/photos.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace loci::cli {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kMaxListBytes = uint64_t{1} << 30;

/// The words of the lines that are neither empty nor comments.
std::vector<std::vector<std::string>> rows_of(const std::string& path) {
  std::vector<std::vector<std::string>> out;
  const auto text = read_text_file(path, kMaxListBytes);
  if (!text.ok()) return out;
  for (std::string& line : split(*text, '\n')) {
    std::ranges::replace_if(
        line, [](char c) { return c == ',' || c == '\t' || c == '\r'; }, ' ');
    if (const size_t comment = line.find('#'); comment != std::string::npos) line.resize(comment);
    std::vector<std::string> words;
    for (std::string& word : split(line, ' ')) {
      if (!word.empty()) words.push_back(std::move(word));
    }
    if (!words.empty()) out.push_back(std::move(words));
  }
  return out;
}

/// A list of times and names (EuRoC's data.csv, TUM's rgb.txt), 4Seasons' "name seconds exposure", or times alone, a row a
/// frame number (KITTI).
class TimeList {
 public:
  explicit TimeList(const DriveLayout& layout) {
    if (layout.times.empty()) return;
    for (const auto& words : rows_of(layout.times)) {
      std::optional<double> time;
      std::string name;
      if (layout.kind == "KITTI raw") {
        if (words.size() >= 2) time = parse_precise_time(words[0] + " " + words[1]);
      } else if (layout.kind == "KITTI") {
        time = parse_double(words[0]);
      } else if (words.size() >= 2) {
        const bool seconds_second = layout.kind == "4Seasons";
        name = fs::path(words[seconds_second ? 0 : 1]).filename().stem().string();
        time = parse_double(words[seconds_second ? 1 : 0]);
        if (time && layout.kind == "EuRoC") *time *= 1e-9;
      }
      const bool known = time && std::isfinite(*time);
      if (!name.empty() && known) by_name_[name] = *time;
      by_row_.push_back(known ? time : std::nullopt);
    }
  }
  bool empty() const { return by_row_.empty(); }
  size_t named() const { return by_name_.size(); }
  std::optional<double> of(const std::string& path) const {
    const std::string stem = fs::path(path).stem().string();
    if (const auto found = by_name_.find(stem); found != by_name_.end()) return found->second;
    if (!by_name_.empty()) return std::nullopt;
    const auto number = parse_int(stem);
    if (!number || *number < 0 || *number >= std::ssize(by_row_)) return std::nullopt;
    return by_row_[static_cast<size_t>(*number)];
  }

 private:
  std::map<std::string, double> by_name_;
  std::vector<std::optional<double>> by_row_;
};

/// The pose of an EuRoC camera in the body, T_BS of its sensor.yaml: sixteen numbers in brackets, rows of a matrix.
std::optional<Pose> pose_in_body(const std::string& sensor_file) {
  const auto text = read_text_file(sensor_file, 1 << 20);
  if (!text.ok()) return std::nullopt;
  const size_t name = text->find("T_BS");
  const size_t open = name == std::string::npos ? name : text->find('[', name);
  const size_t close = open == std::string::npos ? open : text->find(']', open);
  if (close == std::string::npos) return std::nullopt;
  std::vector<double> m;
  for (const std::string& word : split(text->substr(open + 1, close - open - 1), ',')) {
    const auto value = parse_double(trim(word));
    if (!value || !std::isfinite(*value)) return std::nullopt;
    m.push_back(*value);
  }
  if (m.size() != 16) return std::nullopt;
  return pose_of_matrix({m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]},
                        {m[3], m[7], m[11]});
}

}  // namespace

Status fill_frames(DriveLayout* layout) {
  PhotoSearch search;
  LOCI_TRY(found, photos_below(layout->frames, &search));
  const TimeList list(*layout);
  std::vector<std::string> paths;
  for (const std::string& name : found) paths.push_back((fs::path(layout->frames) / name).string());
  const auto named = times_of_names(paths);
  size_t known = 0;
  for (size_t i = 0; i < paths.size(); ++i) {
    const auto time = list.of(paths[i]);
    known += time ? 1 : 0;
    // What is not in the list has the time of its name.
    if (!time && !named && !list.empty() && list.named() > 0) continue;
    layout->files.push_back({paths[i], time ? *time : named ? (*named)[i] : NAN});
  }
  layout->absent =
      std::max<int64_t>(0, static_cast<int64_t>(list.named()) - static_cast<int64_t>(known));
  if (known == 0) layout->times.clear();
  // A frame of no known time would have no place in the order.
  if (std::ranges::any_of(layout->files, [](const auto& f) { return !std::isfinite(f.stamp_s); })) {
    if (known == 0) {
      layout->timed = false;
      for (TimedFile& file : layout->files) file.stamp_s = 0;
    } else {
      std::erase_if(layout->files, [](const auto& f) { return !std::isfinite(f.stamp_s); });
    }
  }
  if (layout->timed) std::ranges::stable_sort(layout->files, {}, &TimedFile::stamp_s);
  if (layout->kind == "EuRoC")
    layout->camera =
        pose_in_body((fs::path(layout->frames).parent_path() / "sensor.yaml").string());
  return {};
}

}  // namespace loci::cli
