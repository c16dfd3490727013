// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "write_lock.h"

#include "loci/base/text.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>

namespace loci {
namespace {

std::string holder(int fd) {
  char text[32] = {};
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  const auto pid = got > 0 ? parse_int(trim(text)) : std::nullopt;
  if (!pid) return "another program";
  return *pid == ::getpid() ? "another thread of this program"
                            : format("process %lld", static_cast<long long>(*pid));
}

Status foreign_lock(const std::string& path) {
  return invalid_argument(printable(path) +
                          ": is a link or no regular file; a collection has a lock of its own: "
                          "remove it, and a new one is made");
}

}  // namespace

Result<WriteLock> WriteLock::acquire(const std::string& path,
                                     double max_wait_s,
                                     const JobControl& job) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  struct stat info {};
  if (fd < 0 && errno == ELOOP) return foreign_lock(path);
  if (fd < 0)
    return io_error(printable(path) + ": the collection cannot be locked for writing", errno);
  WriteLock lock(fd);
  // A second name of another file would have that file's content replaced below.
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink > 1)
    return foreign_lock(path);
  const Stopwatch waited;
  bool said = false;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return io_error(printable(path) + ": cannot be locked", errno);
    if (job.cancelled())
      return cancelled("stopped on request while another program was changing the collection");
    if (max_wait_s >= 0 && waited.seconds() >= max_wait_s) {
      return io_error(printable(path) + ": " + holder(fd) +
                      " is changing this collection; try again when it has finished");
    }
    if (!std::exchange(said, true))
      job.message(holder(fd) + " is changing this collection; waiting until it has finished");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  // Only for the message above; a full disk must not keep anybody from removing photographs.
  const std::string pid = format("%d\n", static_cast<int>(::getpid()));
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, pid.data(), pid.size(), 0);
  return lock;
}

WriteLock::WriteLock(WriteLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

WriteLock::~WriteLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace loci
