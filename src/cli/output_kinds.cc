// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "outputs.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/split.h"
#include "loci/image/decode.h"
#include "loci/video/video.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <unistd.h>

#include <sys/stat.h>

namespace loci::cli {
namespace {

constexpr size_t kHead = size_t{1} << 16;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Lines of two names and perhaps a score, as every program's lists of pairs have them.
bool are_pairs(std::string_view head) {
  const size_t whole = head.rfind('\n');  // the last line may be cut
  if (whole != std::string_view::npos) head = head.substr(0, whole);
  for (const std::string& line : split(std::string(head), '\n')) {
    if (line.starts_with('#') || trim(line).empty()) continue;
    const auto words =
        std::ranges::count_if(split(line, ' '), [](const auto& w) { return !w.empty(); });
    if (words < 2 || words > 3) return false;
    if (!has(line, ".")) return false;  // names of files
  }
  return true;
}

bool is_own(std::string_view head, OutputKind kind) {
  switch (kind) {
    case OutputKind::kArray:
      return head.starts_with("\x93NUMPY");
    case OutputKind::kPage:
      return head.starts_with("<!doctype html>") && has(head, "content=\"loci\"");
    case OutputKind::kGeoJson:
      return has(head, "\"generator\":\"loci\"");
    case OutputKind::kGpx:
      return has(head, "creator=\"loci\"");
    case OutputKind::kKml:
      return has(head, "<name>loci</name>");
    case OutputKind::kModel:
      return has(head, "\"loci_version\"");
    case OutputKind::kOnnx:
      return has(head.substr(0, 16), "loci");
    case OutputKind::kFeatures:
      return head.starts_with("\x89HDF\r\n\x1a\n") && has(head, "loci");
    case OutputKind::kPairs:
      return are_pairs(head);
    case OutputKind::kGraph:
      return head.starts_with("VERTEX_SE3:QUAT ") || head.starts_with("EDGE_SE3:QUAT ");
    case OutputKind::kLoopMap:
      return has(head, "\"format\":\"loci loop map\"");
    case OutputKind::kTable:
      return is_split_table(head.substr(0, head.find('\n')));
    case OutputKind::kPoses:
      return head.starts_with("path,place,role,split,time,lat,lon,east_m,north_m,height_m,");
    case OutputKind::kTrajectory:
      return head.starts_with("# time x y z qx qy qz qw: ");
    case OutputKind::kPicture:
    case OutputKind::kFolder:
      return false;
  }
  return false;
}

}  // namespace

Status may_replace(const std::string& path, OutputKind kind) {
  LOCI_TRY(target, write_target(path));
  if (!target.regular) return {};
  struct stat info {};
  if (::stat(target.path.c_str(), &info) != 0 || info.st_size == 0) return {};
  LOCI_TRY(head, read_file_head(target.path, kHead));
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (is_own(text, kind)) return {};
  const bool photo =
      probe_image(head, path).ok() || ends_with_any(to_lower(path), image_extensions());
  const std::string what = photo                 ? "is a photograph"
                           : is_video_name(path) ? "is a video"
                                                 : "holds something that loci did not write there";
  return invalid_argument(printable(path) + ": " + what +
                          "; name another file, or say --force to write over it");
}

}  // namespace loci::cli
