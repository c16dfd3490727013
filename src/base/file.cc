// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"

#include "loci/base/text.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <sys/mman.h>
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
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return io_error(printable(path) + ": cannot be opened", errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return io_error(printable(path), errno);
  if (S_ISDIR(info.st_mode)) return invalid_argument(printable(path) + ": is a folder, not a file");
  if (!S_ISREG(info.st_mode)) return invalid_argument(printable(path) + ": is not a regular file");
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size > max_bytes) {
    return corrupt(printable(path) + ": is " + human_bytes(static_cast<double>(size)) +
                   " long; at most " + human_bytes(static_cast<double>(max_bytes)) +
                   " are read for this purpose");
  }
  Container content;
  content.resize(size);
  uint64_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(fd.get(), content.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(printable(path) + ": cannot be read", errno);
    if (got == 0) break;  // the file became shorter meanwhile
    done += static_cast<uint64_t>(got);
  }
  content.resize(done);
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

constexpr size_t kBuffer = size_t{1} << 20;

}  // namespace

Result<std::vector<uint8_t>> read_file(const std::string& path, uint64_t max_bytes) {
  return read_whole<std::vector<uint8_t>>(path, max_bytes);
}

Result<std::string> read_text_file(const std::string& path, uint64_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

Result<FileWriter> FileWriter::create(const std::string& path) {
  static std::atomic<uint64_t> counter{0};
  std::string temporary = path + format(".tmp-%d-%llu",
                                        static_cast<int>(::getpid()),
                                        static_cast<unsigned long long>(counter++));
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return io_error(printable(path) + ": cannot be created", errno);
  return FileWriter(path, std::move(temporary), fd);
}

FileWriter::FileWriter(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(fd_, other.fd_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
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
  if (::fsync(fd_) != 0)
    return io_error(printable(path_) + ": cannot be written to the disk", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return io_error(printable(path_) + ": cannot be put in place", errno);
  }
  ::close(std::exchange(fd_, -1));
  sync_folder_of(path_);
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

Result<MappedFile> MappedFile::open(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return io_error(printable(path) + ": cannot be opened", errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return io_error(printable(path), errno);
  if (!S_ISREG(info.st_mode)) return invalid_argument(printable(path) + ": is not a regular file");
  MappedFile file;
  file.size_ = static_cast<size_t>(info.st_size);
  if (file.size_ == 0) return file;
  void* data = ::mmap(nullptr, file.size_, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return io_error(printable(path) + ": cannot be mapped", errno);
  file.data_ = data;
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace loci
