// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"

#include "loci/base/text.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <set>
#include <unistd.h>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>

namespace loci {
namespace {

/// A file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

template <class Container>
Result<Container> read_whole(const std::string& path, uint64_t max_bytes) {
  LOCI_TRY(file, InputFile::open(path));
  if (file.size() > max_bytes) {
    return corrupt(printable(path) + ": is " + human_bytes(static_cast<double>(file.size())) +
                   " long; at most " + human_bytes(static_cast<double>(max_bytes)) +
                   " are read for this purpose");
  }
  Container content;
  content.resize(file.size());
  LOCI_TRY(done, file.read_at(0, {reinterpret_cast<uint8_t*>(content.data()), content.size()}));
  content.resize(done);  // the file may have become shorter meanwhile
  return content;
}

Status write_all(int fd, const uint8_t* data, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t put = ::write(fd, data, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return io_error(printable(path) + ": cannot be written", errno);
    data += put;
    size -= static_cast<size_t>(put);
  }
  return {};
}

void sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

/// What killed processes left beside the files that this one writes goes with the first of them.
void sweep_once(const std::string& folder) {
  static std::mutex mutex;
  static std::set<std::string> swept;
  {
    const std::lock_guard lock(mutex);
    if (!swept.insert(folder).second) return;
  }
  remove_abandoned_files(folder.empty() ? "." : folder);
}

constexpr size_t kBuffer = size_t{1} << 20;

}  // namespace

Result<InputFile> InputFile::open(const std::string& path) {
  // Looked at before it is opened, since opening a device can do something; and opened without waiting, since a pipe
  // may take the file's place between the two.
  const auto refusal = [&](const struct stat& info) -> Status {
    if (S_ISREG(info.st_mode)) return {};
    return invalid_argument(printable(path) + (S_ISDIR(info.st_mode) ? ": is a folder, not a file"
                                                                     : ": is not a regular file"));
  };
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) LOCI_RETURN_IF_ERROR(refusal(info));
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return io_error(printable(path) + ": cannot be opened", errno);
  InputFile file(path, fd, 0);
  if (::fstat(fd, &info) != 0) return io_error(printable(path), errno);
  LOCI_RETURN_IF_ERROR(refusal(info));
  file.size_ = static_cast<uint64_t>(info.st_size);
  return file;
}

InputFile::InputFile(std::string path, int fd, uint64_t size)
    : path_(std::move(path)), fd_(fd), size_(size) {}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<size_t> InputFile::read_at(uint64_t offset, std::span<uint8_t> out) const {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t got =
        ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(printable(path_) + ": cannot be read", errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

Result<std::vector<uint8_t>> read_file_head(const std::string& path, size_t max_bytes) {
  LOCI_TRY(file, InputFile::open(path));
  std::vector<uint8_t> head(std::min<uint64_t>(max_bytes, file.size()));
  LOCI_TRY(done, file.read_at(0, head));
  head.resize(done);
  return head;
}

Result<std::vector<uint8_t>> read_file(const std::string& path, uint64_t max_bytes) {
  return read_whole<std::vector<uint8_t>>(path, max_bytes);
}

Result<std::string> read_text_file(const std::string& path, uint64_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

Result<FileWriter> FileWriter::create(const std::string& path) {
  static std::atomic<uint64_t> counter{0};
  LOCI_TRY(target, write_target(path));
  if (!target.regular) {
    // A descriptor's own name is duplicated: to open it again would start at the front of a file, and fails for a socket.
    const int fd = target.descriptor >= 0
                       ? ::fcntl(target.descriptor, F_DUPFD_CLOEXEC, 0)
                       : ::open(target.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return io_error(printable(path) + ": cannot be written", errno);
    return FileWriter(path, std::move(target.path), "", fd);
  }
  // Beside the file; a name so long that a suffix has no room is shortened.
  const size_t name = target.path.rfind('/') + 1;
  std::string temporary =
      target.path.substr(0, name) + short_file_name(target.path.substr(name)) +
      format(
          ".tmp-%d-%llu", static_cast<int>(::getpid()), static_cast<unsigned long long>(counter++));
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return io_error(printable(path) + ": cannot be created", errno);
  (void)::flock(fd, LOCK_EX | LOCK_NB);  // tells remove_abandoned_files() that somebody writes here
  sweep_once(std::filesystem::path(target.path).parent_path().string());
  FileWriter writer(path, std::move(target.path), std::move(temporary), fd);
  struct stat old {};
  if (::stat(writer.target_.c_str(), &old) == 0) {
    // The owner first: changing it may clear bits of the mode.
    if (old.st_uid != ::geteuid() || old.st_gid != ::getegid())
      (void)::fchown(fd, old.st_uid, old.st_gid);
    if (::fchmod(fd, old.st_mode & 07777) != 0)
      return io_error(printable(path) + ": its mode cannot be kept", errno);
  }
  return writer;
}

FileWriter::FileWriter(std::string path, std::string target, std::string temporary, int fd)
    : path_(std::move(path)),
      target_(std::move(target)),
      temporary_(std::move(temporary)),
      fd_(fd) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  std::swap(temporary_, other.temporary_);
  std::swap(fd_, other.fd_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status FileWriter::flush() {
  const Status status = write_all(fd_, buffer_.data(), buffer_.size(), path_);
  buffer_.clear();
  return status;
}

Status FileWriter::write(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  if (buffer_.size() + size > kBuffer) LOCI_RETURN_IF_ERROR(flush());
  if (size >= kBuffer) return write_all(fd_, bytes, size, path_);
  buffer_.insert(buffer_.end(), bytes, bytes + size);
  return {};
}

Status FileWriter::commit() {
  LOCI_RETURN_IF_ERROR(flush());
  if (temporary_.empty()) {  // a pipe, a terminal or a device: what is written is there
    if (::close(std::exchange(fd_, -1)) != 0)
      return io_error(printable(path_) + ": cannot be written", errno);
    return {};
  }
  if (::fsync(fd_) != 0)
    return io_error(printable(path_) + ": cannot be written to the disk", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    return io_error(printable(path_) + ": cannot be put in place", errno);
  }
  ::close(std::exchange(fd_, -1));
  sync_folder_of(target_);
  return {};
}

Status write_file(const std::string& path, std::span<const uint8_t> content) {
  LOCI_TRY(writer, FileWriter::create(path));
  LOCI_RETURN_IF_ERROR(writer.write(content.data(), content.size()));
  return writer.commit();
}

Status write_file(const std::string& path, std::string_view content) {
  return write_file(path,
                    std::span(reinterpret_cast<const uint8_t*>(content.data()), content.size()));
}

}  // namespace loci
