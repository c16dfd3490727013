// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_pick.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace loci::internal {

/// Kernels chosen by timing, kept for the life of the process and in a file.
///
/// The file is text: a first line with the format's version, one line a choice (kernel, tiles a
/// block, blocks shared or not, and the key, which names processor, instruction sets, library
/// versions and the case), and a last line with the SHA-256 of all before it. A file that is
/// damaged, of another version or too large is taken for empty and replaced by the next save.
/// Threads: safe from many threads
class KernelCache {
 public:
  /// `path`: "" keeps nothing on disk.
  explicit KernelCache(std::string path) : path_(std::move(path)) {}

  std::optional<ConvPick> find(const std::string& key);
  void add(const std::string& key, const ConvPick& pick);
  /// Writes what is new, joined with what other processes have added by now. A folder that cannot
  /// be written costs the next process its own timings, nothing else.
  void save();

 private:
  const std::string path_;
  std::mutex mutex_;
  bool loaded_ = false, changed_ = false;
  std::map<std::string, ConvPick> picks_;
};

/// The text of a cache file and back; nullopt for text that is not whole.
std::string kernel_cache_text(const std::map<std::string, ConvPick>& picks);
std::optional<std::map<std::string, ConvPick>> parse_kernel_cache(const std::string& text);

/// One cache a file for the whole process. "auto" is the file `kernels` in
/// $XDG_CACHE_HOME/loci or ~/.cache/loci, or none where the environment names neither; "off" or ""
/// keeps choices in memory only. The environment variable LOCI_KERNEL_CACHE (off or a path) takes
/// the place of "auto".
std::shared_ptr<KernelCache> kernel_cache(const std::string& where);

}  // namespace loci::internal
