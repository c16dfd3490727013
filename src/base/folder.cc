// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <unistd.h>

#include <sys/stat.h>

namespace loci {
namespace {

namespace fs = std::filesystem;

struct Walk {
  const std::vector<std::string>& extensions;
  std::vector<std::string>* problems;
  std::vector<std::string> found;
  std::set<std::pair<dev_t, ino_t>> seen;  // folders entered, so that a loop of links ends

  void problem(const std::string& path, const std::string& why) {
    if (problems != nullptr) problems->push_back(printable(path) + ": " + why);
  }

  void folder(const std::string& path, const std::string& prefix) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return problem(path, "is gone or cannot be reached");
    if (!seen.insert({info.st_dev, info.st_ino}).second) return;
    std::error_code error;
    fs::directory_iterator it(path, error);
    if (error) return problem(path, "cannot be read: " + error.message());
    std::vector<std::string> names;
    for (const fs::directory_iterator end; it != end; it.increment(error)) {
      names.push_back(it->path().filename().string());
      if (error) break;
    }
    if (error) problem(path, "was read in part only: " + error.message());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) entry(path + "/" + name, prefix + name, name);
  }

  void entry(const std::string& path, const std::string& relative, const std::string& name) {
    if (name.starts_with('.')) return;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
      // A dangling link or one into itself; only worth a word if it was meant as one of the files.
      if (extensions.empty() || ends_with_any(to_lower(name), extensions))
        problem(path, "points nowhere");
      return;
    }
    if (S_ISDIR(info.st_mode)) {
      folder(path, relative + "/");
    } else if (S_ISREG(info.st_mode) &&
               (extensions.empty() || ends_with_any(to_lower(name), extensions))) {
      found.push_back(relative);
    }
  }
};

}  // namespace

Result<FileInfo> file_info(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return io_error(printable(path), errno);
  return FileInfo{.size = static_cast<uint64_t>(info.st_size),
                  .mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
                  .is_directory = S_ISDIR(info.st_mode)};
}

Result<std::vector<std::string>> list_files(const std::string& folder,
                                            const std::vector<std::string>& extensions,
                                            std::vector<std::string>* problems) {
  LOCI_TRY(info, file_info(folder));
  if (!info.is_directory) return invalid_argument(printable(folder) + ": is not a folder");
  if (::access(folder.c_str(), R_OK | X_OK) != 0) {
    return io_error(printable(folder) + ": cannot be read", errno);
  }
  Walk walk{.extensions = extensions, .problems = problems, .found = {}, .seen = {}};
  walk.folder(folder, "");
  std::sort(walk.found.begin(), walk.found.end());
  return std::move(walk.found);
}

Status make_folders(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return io_error(printable(path) + ": cannot be made", error.value());
  return {};
}

TempFolder::TempFolder(std::string_view prefix) {
  std::error_code error;
  fs::path base = fs::temp_directory_path(error);
  if (error) base = "/tmp";
  std::string name = (base / (std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error(io_error(name + ": no temporary folder can be made", errno));
  }
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

}  // namespace loci
