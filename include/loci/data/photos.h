// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/geo.h"
#include "loci/base/status.h"
#include "loci/image/exif.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// What a search for photographs met besides them.
struct PhotoSearch {
  std::vector<std::string> problems;  ///< folders that could not be read, dangling links
  std::map<std::string, int64_t>
      passed_over;        ///< pictures of other formats and videos, by kind ("HEIC", "MP4")
  int64_t raw_pairs = 0;  ///< RAW files beside a picture of the same shot, which stands for both
  int64_t system_folders = 0;       ///< folders of a NAS or the system, not entered
  std::vector<std::string> videos;  ///< of those passed over, the videos and bags, as full paths
  std::vector<std::string> side_files;  ///< XMP and JSON files, which may say more of a photograph

  /// "passed over: 412 HEIC, 12 MP4 (REMEDY), 2 folders of the system"; "" where nothing was. `video_remedy` says what
  /// takes the videos.
  std::string passed_text(const std::string& video_remedy = "") const;
};

/// Photographs below a folder, relative to it, in natural order. A file counts by its content where its name is that
/// of another picture or video, or has no ending; side files and backups do not. Of a shot that a camera kept twice,
/// IMG_1.CR3 and IMG_1.JPG (or .HEIC) in one folder, the latter counts.
/// Errors: NotFound, InvalidArgument, Io for the folder itself
Result<std::vector<std::string>> photos_below(const std::string& folder,
                                              PhotoSearch* search,
                                              Links links = Links::kAll);

/// The photographs that arguments name: files as they are, folders by their content. One that is not there stays in
/// the list, to fail where it is read, so that the others go on; NotFound when none of them is there.
Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments,
                                             PhotoSearch* search);

/// What is known of a photograph, beginning with what its file says: the position of an XMP sidecar beside it comes before
/// the camera's own; what is still missing is taken from the sidecar, from a JSON file of Google Takeout, and from the
/// fields or the date of its name. Times are UTC where the file says so and else as if they were.
PhotoInfo complete_info(const std::string& path, const PhotoInfo& in_file);

/// The same, reading the file.
PhotoInfo photo_info(const std::string& path);

/// The position of photo_info().
std::optional<LatLon> stated_position(const std::string& path);

/// Files from which complete_info() would read, if they are there: where one of them changes, so does what is known.
std::vector<std::string> side_files_of(const std::string& path);

/// Keeps the photographs of one shard, "I/N": about every N-th, chosen by the absolute path alone,
/// so that the shards 0/N to N-1/N hold each photograph once wherever they are cut. InvalidArgument
/// unless 0 <= I < N.
Status check_shard(const std::string& shard);
Status keep_shard(const std::string& shard, std::vector<std::string>* photos);

}  // namespace loci
