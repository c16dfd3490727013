// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace loci {

/// What a file among photographs is.
enum class MediaKind {
  kPhoto,    ///< a picture of a format that this build reads
  kPicture,  ///< a picture of another format
  kVideo,    ///< a video, or a bag of a robot
  kOther,    ///< anything else, side files of photographs among them
};

struct FileKind {
  MediaKind kind = MediaKind::kOther;
  std::string_view name;  ///< "JPEG", "HEIC", "MP4", "ROS bag", ...; empty for kOther
};

/// How many bytes of a file file_kind() wants to see.
inline constexpr size_t kKindHead = 512;

/// By the first bytes, and by the ending of the name where these leave several (a TIFF block that is named .dng is a
/// RAW file) or say nothing.
/// Threads: any number at once.
FileKind file_kind(std::span<const uint8_t> head, std::string_view name);

/// The same with the head of a file; by its name alone where it cannot be read.
FileKind file_kind(const std::string& path);

/// Is it named like the RAW file of a camera (.dng, .cr3, .NEF, ...)?
bool is_raw_name(std::string_view name);

}  // namespace loci
