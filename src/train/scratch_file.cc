// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "scratch_file.h"

#include "loci/base/text.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include <sys/stat.h>
#include <sys/statvfs.h>

namespace loci::train {

Result<ScratchFile> ScratchFile::create(const std::string& path) {
  static std::atomic<uint64_t> counter{0};
  ScratchFile file;
  file.path_ = path;
  file.temporary_ = path + format(".tmp-%d-%llu",
                                  static_cast<int>(::getpid()),
                                  static_cast<unsigned long long>(counter++));
  file.fd_ = ::open(file.temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file.fd_ < 0) return io_error(printable(path) + ": cannot be created", errno);
  return file;
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)) {}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(fd_, other.fd_);
  return *this;
}

ScratchFile::~ScratchFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

Status ScratchFile::reserve(uint64_t bytes) {
  if (bytes == 0) return {};
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd_, 0, static_cast<off_t>(bytes));
  if (error == 0) return {};
  return io_error(
      printable(path_) + ": " + human_bytes(static_cast<double>(bytes)) + " of disk cannot be had",
      error);
}

Status ScratchFile::write_at(uint64_t offset, const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  while (size > 0) {
    const ssize_t put = ::pwrite(fd_, bytes, size, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return io_error(printable(path_) + ": cannot be written", errno);
    bytes += put;
    offset += static_cast<uint64_t>(put);
    size -= static_cast<size_t>(put);
  }
  return {};
}

Status ScratchFile::commit(bool durable) {
  if (durable && ::fsync(fd_) != 0)
    return io_error(printable(path_) + ": cannot be written to the disk", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return io_error(printable(path_) + ": cannot be put in place", errno);
  ::close(std::exchange(fd_, -1));
  if (!durable) return {};
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    ::fsync(fd);
    ::close(fd);
  }
  return {};
}

}  // namespace loci::train
