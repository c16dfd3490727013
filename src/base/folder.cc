// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace loci {
namespace {

namespace fs = std::filesystem;

/// File systems that show the kernel's own state. /proc leads back to every file of the machine.
bool is_of_the_kernel(const std::string& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return false;
  switch (static_cast<uint32_t>(info.f_type)) {
    case 0x9FA0:      // proc
    case 0x62656572:  // sysfs
    case 0x64626720:  // debugfs
    case 0x74726163:  // tracefs
    case 0x73636673:  // securityfs
    case 0x62656570:  // configfs
    case 0x27E0EB:    // cgroup
    case 0x63677270:  // cgroup2
    case 0xCAFE4A11:  // bpf
    case 0x1CD1:      // devpts
      return true;
    default:
      return false;
  }
}

std::string real_path(const std::string& path) {
  char* const found = ::realpath(path.c_str(), nullptr);
  std::string out = found != nullptr ? found : "";
  std::free(found);
  return out;
}

struct Walk {
  const std::vector<std::string>& extensions;
  std::vector<std::string>* problems;
  std::string within;  // the real path that links may not leave, or empty
  std::vector<std::string>* system_folders;
  std::vector<std::string> found;
  std::set<std::pair<dev_t, ino_t>> seen;  // folders entered, so that a loop of links ends

  void problem(const std::string& path, const std::string& why) {
    if (problems != nullptr) problems->push_back(printable(path) + ": " + why);
  }

  void folder(const std::string& path, const std::string& prefix) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return problem(path, "is gone or cannot be reached");
    if (!seen.insert({info.st_dev, info.st_ino}).second) return;
    if (is_of_the_kernel(path)) {
      return problem(path, "shows the system's own state, not photographs; it is passed over");
    }
    std::error_code error;
    fs::directory_iterator it(path, error);
    if (error) return problem(path, "cannot be read: " + error.message());
    std::vector<std::string> names;
    for (const fs::directory_iterator end; it != end; it.increment(error)) {
      names.push_back(it->path().filename().string());
      if (error) break;
    }
    if (error) problem(path, "was read in part only: " + error.message());
    std::sort(names.begin(), names.end(), natural_less);
    for (const std::string& name : names) entry(path + "/" + name, prefix + name, name);
  }

  bool leads_out(const std::string& path) const {
    struct stat info {};
    if (within.empty() || ::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return false;
    const std::string real = real_path(path);
    return real != within && !real.starts_with(within == "/" ? within : within + "/");
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
    if (leads_out(path)) {
      if (S_ISDIR(info.st_mode) || extensions.empty() ||
          ends_with_any(to_lower(name), extensions)) {
        problem(path, "is a link that leads out of the folder; it is passed over");
      }
      return;
    }
    if (S_ISDIR(info.st_mode)) {
      if (is_system_folder(name)) {
        if (system_folders != nullptr) system_folders->push_back(relative);
        return;
      }
      folder(path, relative + "/");
    } else if (S_ISREG(info.st_mode) &&
               (extensions.empty() || ends_with_any(to_lower(name), extensions))) {
      found.push_back(relative);
    }
  }
};

}  // namespace

bool is_system_folder(std::string_view name) {
  // Synology, QNAP and other NAS; Windows; macOS; Linux; Android; Adobe and photo managers' previews.
  static const std::set<std::string, std::less<>> kNames = {"@eadir",
                                                            "#recycle",
                                                            "@recycle",
                                                            "@recently-snapshot",
                                                            "#snapshot",
                                                            "@snapshot",
                                                            "@tmp",
                                                            "@__thumb",
                                                            "network trash folder",
                                                            "$recycle.bin",
                                                            "recycler",
                                                            "recycled",
                                                            "system volume information",
                                                            "__macosx",
                                                            "lost+found",
                                                            "lost.dir",
                                                            "lightroom previews.lrdata",
                                                            "eadir"};
  const std::string lower = to_lower(name);
  return kNames.contains(lower) || lower.ends_with(".lrdata") || lower.starts_with("@ea");
}

Result<FileInfo> file_info(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return io_error(printable(path), errno);
  return FileInfo{.size = static_cast<uint64_t>(info.st_size),
                  .mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
                  .is_directory = S_ISDIR(info.st_mode)};
}

Result<std::vector<std::string>> list_files(const std::string& folder,
                                            const std::vector<std::string>& extensions,
                                            std::vector<std::string>* problems,
                                            Links links,
                                            std::vector<std::string>* system_folders) {
  LOCI_TRY(info, file_info(folder));
  if (!info.is_directory) return invalid_argument(printable(folder) + ": is not a folder");
  if (::access(folder.c_str(), R_OK | X_OK) != 0) {
    return io_error(printable(folder) + ": cannot be read", errno);
  }
  Walk walk{.extensions = extensions,
            .problems = problems,
            .within = links == Links::kWithin ? real_path(folder) : "",
            .system_folders = system_folders,
            .found = {},
            .seen = {}};
  walk.folder(folder, "");
  std::sort(walk.found.begin(), walk.found.end(), natural_less);
  return std::move(walk.found);
}

Status make_folders(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return io_error(printable(path) + ": cannot be made", error.value());
  return {};
}

int remove_abandoned_files(const std::string& folder) {
  int removed = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().string(), name = it->path().filename().string();
    const size_t mark = name.rfind(".tmp-");
    if (mark == std::string::npos || mark == 0) continue;
    const std::vector<std::string> parts = split(name.substr(mark + 5), '-');
    if (parts.size() != 2 || !parse_int(parts[1])) continue;
    const auto pid = parse_int(parts[0]);
    struct stat info {};
    if (!pid || *pid < 1 || *pid > (1 << 30) || ::lstat(path.c_str(), &info) != 0) continue;
    if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid()) continue;
    if (::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH) continue;
    // Where machines share a folder, the process may live on another one: then it holds its lock.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::unlink(path.c_str()) == 0) ++removed;
    ::close(fd);
  }
  return removed;
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
