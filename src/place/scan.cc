// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "scan.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <unistd.h>
#include <unordered_set>

#include <sys/stat.h>

namespace loci {
namespace {

enum class Gone { kYes, kNo, kUnsure };

Gone look_for(const std::string& path,
              int64_t device,
              const std::string& top,
              const std::vector<std::string>& problems) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR))
    return Gone::kUnsure;
  std::string folder = path;
  do {
    folder = std::filesystem::path(folder).parent_path().string();
    if (std::any_of(problems.begin(), problems.end(), [&](const std::string& p) {
          return p.starts_with(printable(folder) + ": ");
        })) {
      return Gone::kUnsure;
    }
    if (::stat(folder.c_str(), &info) == 0) break;
    if (errno != ENOENT && errno != ENOTDIR) return Gone::kUnsure;
  } while (folder.size() > top.size());
  if (folder.size() < top.size() || !S_ISDIR(info.st_mode) ||
      ::access(folder.c_str(), R_OK | X_OK) != 0) {
    return Gone::kUnsure;
  }
  std::error_code error;
  const bool other_device = static_cast<int64_t>(info.st_dev) != device;
  if (other_device && std::filesystem::is_empty(folder, error)) return Gone::kUnsure;
  return Gone::kYes;
}

class Scanner {
 public:
  Scanner(const KnownFiles& known, Links links, const JobControl& job)
      : known_(known), links_(links), job_(job) {}

  Status add(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
      missing_argument(path, errno);
    } else if (S_ISDIR(info.st_mode)) {
      return folder(path);
    } else if (S_ISREG(info.st_mode)) {
      file(path, info);
    } else {
      fail(path, invalid_argument(printable(path) + ": is neither a file nor a folder"));
    }
    return {};
  }

  Scan take() { return std::move(scan_); }

 private:
  void fail(const std::string& path, Status why) {
    scan_.failed.push_back({.image = path, .error = std::move(why)});
  }

  void file(const std::string& path, const struct stat& info) {
    if (!seen_.insert(path).second) return;
    FoundFile found{.path = path,
                    .size_bytes = static_cast<uint64_t>(info.st_size),
                    .mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
                    .device = static_cast<int64_t>(info.st_dev)};
    if (const auto it = known_.find(path); it != known_.end()) {
      found.id = it->second.id;
      found.same_size = it->second.size_bytes == found.size_bytes;
      if (found.same_size && it->second.mtime_ns == found.mtime_ns) {
        ++scan_.unchanged;
        return;
      }
    } else if (is_another_name(path, info)) {
      ++scan_.unchanged;
      return;
    }
    scan_.to_describe.push_back(std::move(found));
  }

  /// Is a new path another name, by symbolic links, of a file that the collection or this scan has? Copies and hard links
  /// are files of their own.
  bool is_another_name(const std::string& path, const struct stat& info) {
    if (by_stamp_.empty()) {
      for (const auto& [name, entry] : known_)
        by_stamp_.emplace(std::pair(entry.size_bytes, entry.mtime_ns), name);
    }
    std::error_code error;
    const std::string real = std::filesystem::canonical(path, error).string();
    if (error) return false;
    if (!new_.insert(real).second) return true;
    const auto [from, to] = by_stamp_.equal_range(
        std::pair(static_cast<uint64_t>(info.st_size),
                  int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec));
    return std::any_of(from, to, [&](const auto& entry) {
      return std::filesystem::canonical(entry.second, error).string() == real && !error;
    });
  }

  /// A given path that is not there: a known photograph that was removed, or a mistake.
  void missing_argument(const std::string& path, int error) {
    if (const auto it = known_.find(path); it != known_.end() && seen_.insert(path).second) {
      const std::string parent = std::filesystem::path(path).parent_path().string();
      if (look_for(path, it->second.device, parent, {}) == Gone::kYes) {
        scan_.gone.push_back(it->second.id);
        return;
      }
    }
    int64_t kept = known_.contains(path) ? 1 : 0;
    for (const auto& [name, entry] : known_) kept += lies_below(name, path) ? 1 : 0;
    std::string message = printable(path) + ": cannot be reached";
    if (kept > 0)
      message += "; its " + std::to_string(kept) +
                 " photographs stay in the collection until 'loci remove' forgets them";
    fail(path, io_error(message, error));
  }

  Status folder(const std::string& path) {
    std::vector<std::string> earlier = std::exchange(scan_.passed.problems, {});
    const Result<std::vector<std::string>> names = photos_below(path, &scan_.passed, links_);
    const std::vector<std::string> problems =
        std::exchange(scan_.passed.problems, std::move(earlier));
    if (!names.ok()) {
      fail(path, names.status().with_context("nothing below it was changed in the collection"));
      return {};
    }
    for (const std::string& problem : problems) {
      // "PATH: what is wrong": a link that points nowhere fails by its own name.
      const std::string at = problem.substr(0, problem.rfind(": "));
      fail(at.starts_with(path) ? at : path, io_error(problem));
    }
    const std::string prefix = path == "/" ? path : path + "/";
    int64_t count = 0;
    for (const std::string& name : *names) {
      if ((++count & 255) == 0 && job_.cancelled()) return cancelled("stopped on request");
      const std::string full = prefix + name;
      struct stat info {};
      if (::stat(full.c_str(), &info) == 0) {
        file(full, info);
      } else {
        seen_.insert(full);
        fail(full, io_error(printable(full) + ": vanished while the folder was being read", errno));
      }
    }
    compare_with_known(path, problems);
    return {};
  }

  /// Known photographs below a folder that its listing did not show.
  void compare_with_known(const std::string& path, const std::vector<std::string>& problems) {
    std::vector<std::string> unseen;
    for (const auto& [name, entry] : known_) {
      if (lies_below(name, path) && !seen_.contains(name)) unseen.push_back(name);
    }
    std::sort(unseen.begin(), unseen.end());
    int64_t kept = 0;
    for (const std::string& name : unseen) {
      const KnownFile& entry = known_.at(name);
      struct stat info {};
      if (::stat(name.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
        file(name, info);  // given by name once, though its extension or a leading dot hides it
                           // from the listing
        continue;
      }
      seen_.insert(name);
      if (look_for(name, entry.device, path, problems) == Gone::kYes) {
        scan_.gone.push_back(entry.id);
      } else {
        ++kept;
      }
    }
    if (kept > 0) {
      scan_.notes.push_back(printable(path) + ": " + std::to_string(kept) +
                            " photographs of the collection cannot be reached (a folder is "
                            "unreadable, vanished while it was "
                            "read, or lies on a disk that is not there); they are kept until "
                            "'loci remove' forgets them");
    }
  }

  const KnownFiles& known_;
  const Links links_;
  const JobControl& job_;
  std::unordered_set<std::string> seen_;
  std::unordered_set<std::string> new_;  // real paths of files that the collection lacks
  std::multimap<std::pair<uint64_t, int64_t>, std::string> by_stamp_;  // known, by size and time
  Scan scan_;
};

}  // namespace

Result<std::string> normal_path(const std::string& path) {
  if (path.empty()) return invalid_argument("a path is empty");
  std::error_code error;
  std::filesystem::path full = std::filesystem::absolute(path, error);
  if (error) return io_error(printable(path) + ": cannot be made absolute", error.value());
  std::string text = full.lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

bool lies_below(const std::string& path, const std::string& folder) {
  if (folder == "/") return path.size() > 1 && path.front() == '/';
  return path.size() > folder.size() + 1 && path[folder.size()] == '/' && path.starts_with(folder);
}

bool is_gone(const std::string& path, int64_t device) {
  return look_for(path, device, "/", {}) == Gone::kYes;
}

Result<Scan> scan_paths(const std::vector<std::string>& paths,
                        const KnownFiles& known,
                        Links links,
                        const JobControl& job) {
  Scanner scanner(known, links, job);
  for (const std::string& path : paths) {
    LOCI_TRY(normal, normal_path(path));
    LOCI_RETURN_IF_ERROR(scanner.add(normal));
  }
  Scan scan = scanner.take();
  std::sort(scan.gone.begin(), scan.gone.end());  // the hash table's order must not show
  return scan;
}

}  // namespace loci
