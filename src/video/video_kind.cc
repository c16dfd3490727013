// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_folder.h"

#include "loci/base/file.h"
#include "loci/image/file_kind.h"
#include "loci/video/video.h"

namespace loci {

bool is_video_file(const std::string& path) {
  const auto info = file_info(path);
  if (!info.ok()) return is_video_name(path);
  if (info->is_directory) return internal::is_bag_folder(path);
  return file_kind(path).kind == MediaKind::kVideo;
}

}  // namespace loci
