// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/place/place_db.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace loci {

/// What the catalogue remembers of a file, by path.
struct KnownFile {
  int64_t id = 0;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  int64_t device = 0;
};
using KnownFiles = std::unordered_map<std::string, KnownFile>;

struct FoundFile {
  std::string path;
  int64_t id = 0;  ///< 0: not in the catalogue
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  int64_t device = 0;
  bool same_size = false;  ///< known, and only its time differs: the content may be the same
};

/// The given paths compared with the catalogue.
struct Scan {
  std::vector<FoundFile> to_describe;  ///< new and changed files, in the order found
  std::vector<int64_t> gone;           ///< ids of photographs that were removed from the disk
  int64_t unchanged = 0;
  std::vector<FailedImage> failed;  ///< paths that are not there or cannot be read
  std::vector<std::string> notes;   ///< for a person: what was kept, and why
  PhotoSearch passed;               ///< what else the folders held
};

/// Absolute, without "." and "..", without a slash at the end. Symbolic links stay.
Result<std::string> normal_path(const std::string& path);
bool lies_below(const std::string& path, const std::string& folder);

/// Is a file that was on this device gone for good, not only out of reach (a disk that is not mounted)?
bool is_gone(const std::string& path, int64_t device);

/// Lists folders, looks at every file's size and time (never at its content). A photograph counts
/// as gone only when its file is not there although the nearest folder above it that still exists,
/// not above the given one, can be read, was read without trouble, and is not an empty one on
/// another device (a disk that is not mounted).
Result<Scan> scan_paths(const std::vector<std::string>& paths,
                        const KnownFiles& known,
                        Links links,
                        const JobControl& job);

}  // namespace loci
