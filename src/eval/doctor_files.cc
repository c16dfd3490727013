// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_parts.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci::internal {
namespace {

constexpr int kTinySide = 64;
constexpr int64_t kHugePixels = 24'000'000;
constexpr double kBlankContrast = 2;  // grey levels over the whole picture
constexpr double kSizeRatio = 1.5;    // of areas, from which sizes count as mixed

std::string size_text(const Photo& photo) { return format("%d x %d", photo.width, photo.height); }

void check_absent(Examination* exam) {
  std::vector<Finding::Item> where;
  for (const Dataset& part : exam->parts) {
    for (const std::string& path : part.missing)
      where.push_back({path_in(part, path), "listed but not there"});
  }
  exam->find_photos(
      "absent", "is listed but not there", "are listed but not there", std::move(where));
}

void check_broken(Examination* exam) {
  std::vector<Finding::Item> where;
  for (const Photo& photo : exam->photos) {
    if (photo.readable()) continue;
    std::string reason = photo.status.message();
    const size_t at = reason.find(": ");
    if (at != std::string::npos) reason = reason.substr(at + 2);  // the path is told already
    where.push_back({photo.path, reason});
  }
  exam->find_photos("broken", "cannot be read", "cannot be read", std::move(where));
}

void check_mixture(Examination* exam) {
  const auto& sizes = exam->report.sizes;
  if (sizes.size() < 2) return;
  const auto area = [](const auto& entry) {
    return static_cast<double>(entry.first.first) * entry.first.second;
  };
  const auto wide = [](const auto& entry) { return entry.first.first > entry.first.second; };
  const auto [least, most] = std::minmax_element(
      sizes.begin(), sizes.end(), [&](const auto& a, const auto& b) { return area(a) < area(b); });
  const bool turned = std::any_of(sizes.begin(), sizes.end(), wide) &&
                      !std::all_of(sizes.begin(), sizes.end(), wide);
  if (!turned && area(*most) < kSizeRatio * area(*least)) return;
  const auto usual = std::max_element(
      sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<Finding::Item> where;
  int64_t all = 0;
  for (const auto& [size, count] : sizes) all += count;
  if (usual->second * 20 >= all * 19) {  // a few exceptions are named
    for (const Photo& photo : exam->photos) {
      if (photo.readable() && std::pair(photo.width, photo.height) != usual->first)
        where.push_back({photo.path, size_text(photo)});
    }
  }
  exam->find_set("mixed_sizes",
                 format("%zu image sizes from %d x %d to %d x %d%s; %.0f %% are %d x %d",
                        sizes.size(),
                        least->first.first,
                        least->first.second,
                        most->first.first,
                        most->first.second,
                        turned ? ", upright and lying" : "",
                        100.0 * static_cast<double>(usual->second) / static_cast<double>(all),
                        usual->first.first,
                        usual->first.second),
                 std::move(where));
}

}  // namespace

void check_files(Examination* exam) {
  check_absent(exam);
  check_broken(exam);
  std::vector<Finding::Item> blank, tiny, huge;
  for (size_t i = 0; i < exam->photos.size(); ++i) {
    const Photo& photo = exam->photos[i];
    exam->report.bytes += static_cast<int64_t>(photo.bytes);
    if (!photo.readable()) continue;
    ++exam->report.sizes[{photo.width, photo.height}];
    if (std::min(photo.width, photo.height) < kTinySide)
      tiny.push_back({photo.path, size_text(photo)});
    if (int64_t{photo.width} * photo.height > kHugePixels)
      huge.push_back({photo.path, size_text(photo)});
    if (!exam->options.quick && exam->prints[i].contrast < kBlankContrast)
      blank.push_back({photo.path, "all of one brightness"});
  }
  exam->find_photos("blank", "shows nothing", "show nothing", std::move(blank));
  exam->find_photos("tiny",
                    "is less than 64 pixels high or wide",
                    "are less than 64 pixels high or wide",
                    std::move(tiny));
  exam->find_photos("huge",
                    "has more than 24 million pixels",
                    "have more than 24 million pixels",
                    std::move(huge));
  check_mixture(exam);
}

}  // namespace loci::internal
