// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "upload_mark.h"

#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <unistd.h>

#include <sys/file.h>

namespace loci::internal {
namespace {

constexpr std::string_view kPrefix = ".pending-";

int open_locked(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd < 0 || ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

UploadMark::UploadMark(const std::string& upload) {
  const std::filesystem::path path(upload);
  path_ = (path.parent_path() / (std::string(kPrefix) + path.filename().string())).string();
  fd_ = open_locked(path_, O_RDWR | O_CREAT);
}

UploadMark::~UploadMark() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(fd_);
}

int remove_interrupted_uploads(const std::string& folder,
                               const std::function<bool(const std::string& path)>& is_known) {
  int removed = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const int fd = open_locked(it->path().string(), O_RDWR);
    if (fd < 0) continue;
    const std::string upload = folder + "/" + name.substr(kPrefix.size());
    if (!is_known(upload) && ::unlink(upload.c_str()) == 0) ++removed;
    ::unlink(it->path().c_str());
    ::close(fd);
  }
  return removed;
}

}  // namespace loci::internal
