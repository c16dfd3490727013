// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "outputs.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <unistd.h>

#include <sys/stat.h>

namespace loci::cli {
namespace {

bool is_one_file(const std::string& a, const std::string& b) {
  struct stat x {
  }, y{};
  if (::stat(a.c_str(), &x) != 0 || ::stat(b.c_str(), &y) != 0) return false;
  return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/// Can a file be made there, or the one that is there be replaced?
Status can_write(const Output& output) {
  LOCI_TRY(target, write_target(output.path));
  if (target.descriptor >= 0) return {};
  if (!target.regular) {
    if (::access(target.path.c_str(), W_OK) == 0) return {};
    return io_error(printable(output.path) + ": cannot be written", errno);
  }
  const std::string folder = std::filesystem::path(target.path).parent_path().string();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
    return io_error(printable(output.path) + ": nothing can be written into its folder", errno);
  return {};
}

/// A folder that is to be made: what there is of its path must be folders.
Status can_make_folder(const Output& output) {
  std::filesystem::path at = std::filesystem::path(output.path).lexically_normal();
  struct stat info {};
  while (!at.empty() && ::stat(at.c_str(), &info) != 0 && at.has_relative_path())
    at = at.parent_path();
  if (at.empty()) return {};
  if (!S_ISDIR(info.st_mode))
    return invalid_argument(printable(at.string()) + ": is a file, not a folder to write into");
  if (::access(at.c_str(), W_OK | X_OK) != 0)
    return io_error(printable(at.string()) + ": nothing can be written into this folder", errno);
  return {};
}

}  // namespace

Status check_outputs(const std::vector<Output>& outputs,
                     const std::vector<std::string>& inputs,
                     bool force) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Output& output = outputs[i];
    if (output.kind == OutputKind::kFolder) {
      LOCI_RETURN_IF_ERROR(can_make_folder(output).with_context(output.flag));
      continue;
    }
    LOCI_RETURN_IF_ERROR(can_write(output).with_context(output.flag));
    for (size_t j = 0; j < i; ++j) {
      if (outputs[j].path == output.path || is_one_file(outputs[j].path, output.path)) {
        return invalid_argument(output.flag + ": " + printable(output.path) + " is what " +
                                outputs[j].flag + " writes, too");
      }
    }
    if (force) continue;
    for (const std::string& input : inputs) {
      if (!is_one_file(input, output.path)) continue;
      if (output.kind == OutputKind::kLoopMap && may_replace(output.path, output.kind).ok())
        continue;
      return invalid_argument(output.flag + ": " + printable(output.path) +
                              " is one of the inputs; name another file, or say --force to write "
                              "over it");
    }
    LOCI_RETURN_IF_ERROR(may_replace(output.path, output.kind).with_context(output.flag));
  }
  return {};
}

bool writes_to_standard_output(const std::vector<Output>& outputs) {
  struct stat own {
  }, info{};
  if (::fstat(STDOUT_FILENO, &own) != 0) return false;
  return std::ranges::any_of(outputs, [&](const Output& output) {
    const auto target = write_target(output.path);
    if (!target.ok() || target->regular) return false;
    if (target->descriptor >= 0) return target->descriptor == STDOUT_FILENO;
    return !S_ISREG(own.st_mode) && ::stat(target->path.c_str(), &info) == 0 &&
           info.st_dev == own.st_dev && info.st_ino == own.st_ino && info.st_rdev == own.st_rdev &&
           !S_ISCHR(own.st_mode);
  });
}

}  // namespace loci::cli
