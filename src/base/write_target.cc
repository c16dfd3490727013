// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/text.h"

#include <cerrno>
#include <filesystem>
#include <unistd.h>

#include <sys/stat.h>

namespace loci {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;

/// The descriptor that a name of the system stands for, -1 for any other name.
int descriptor_of(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    const auto number = parse_int(std::string_view(path).substr(folder.size()));
    if (number && *number >= 0 && *number < 1 << 20) return static_cast<int>(*number);
  }
  return -1;
}

}  // namespace

Result<WriteTarget> write_target(const std::string& path) {
  if (path.empty()) return invalid_argument("the name of a file to write is empty");
  WriteTarget target{.path = path};
  struct stat info {};
  for (int links = 0;; ++links) {
    target.descriptor = descriptor_of(target.path);
    if (target.descriptor >= 0) {
      if (::fstat(target.descriptor, &info) != 0)
        return io_error(printable(path) + ": cannot be written", errno);
      target.regular = false;  // also where it is a regular file: what is there already stays
      return target;
    }
    if (::lstat(target.path.c_str(), &info) != 0) {
      if (errno != ENOENT) return io_error(printable(path) + ": cannot be created", errno);
      const std::string folder = fs::path(target.path).parent_path().string();
      if (target.path.ends_with('/') || (!folder.empty() && ::stat(folder.c_str(), &info) != 0)) {
        return io_error(printable(path) + ": cannot be created; its folder is not there", ENOENT);
      }
      return target;
    }
    if (S_ISDIR(info.st_mode))
      return invalid_argument(printable(path) + ": is a folder; name a file to write");
    if (!S_ISLNK(info.st_mode)) break;
    if (links == kMaxLinks)
      return invalid_argument(printable(path) + ": its links go round in a circle");
    std::error_code error;
    const fs::path next = fs::read_symlink(target.path, error);
    if (error) return io_error(printable(path) + ": cannot be created", error.value());
    target.path =
        next.is_absolute() ? next.string() : (fs::path(target.path).parent_path() / next).string();
  }
  target.regular = S_ISREG(info.st_mode);
  return target;
}

}  // namespace loci
