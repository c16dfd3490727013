// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <set>
#include <unistd.h>
#include <utility>

namespace loci {
namespace {

static_assert(std::endian::native == std::endian::little,
              "segments are little-endian and used where they are mapped");

constexpr char kMagic[8] = {'L', 'O', 'C', 'I', 'S', 'E', 'G', '\n'};
constexpr size_t kFingerprintAt = 64, kDigestAt = 192, kDigestSize = 64, kMarkAt = 256;

template <class T>
void put(std::vector<uint8_t>& bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <class T>
T get(std::span<const uint8_t> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

std::string SegmentFormat::path(int64_t segment) const {
  return folder + format("/%08lld.seg", static_cast<long long>(segment));
}

std::vector<uint8_t> SegmentFormat::header(int64_t segment) const {
  std::vector<uint8_t> bytes(kHeaderBytes, 0);
  std::memcpy(bytes.data(), kMagic, sizeof kMagic);
  put<uint32_t>(bytes, 8, kVersion);
  put<uint32_t>(bytes, 12, kHeaderBytes);
  put<uint64_t>(bytes, 16, static_cast<uint64_t>(dim));
  put<uint64_t>(bytes, 24, static_cast<uint64_t>(segment));
  std::memcpy(
      bytes.data() + kFingerprintAt, fingerprint.data(), std::min<size_t>(fingerprint.size(), 64));
  const std::string digest = sha256_hex(std::span(bytes).first(kDigestAt));
  std::memcpy(bytes.data() + kDigestAt, digest.data(), kDigestSize);
  return bytes;
}

Result<MappedFile> SegmentFormat::map(int64_t segment, int64_t rows) const {
  const std::string where = printable(path(segment));
  uint64_t needed = 0;
  if (rows < 0 || !checked_mul(static_cast<uint64_t>(rows), row_bytes(), &needed) ||
      !checked_add(needed, kHeaderBytes, &needed)) {
    return corrupt(where + ": the catalogue declares " + std::to_string(rows) +
                   " rows, which no file can hold");
  }
  LOCI_TRY(file, MappedFile::open(path(segment)));
  const auto bytes = file.bytes();
  if (bytes.size() < needed) {
    return corrupt(where + ": is " + std::to_string(bytes.size()) +
                   " bytes long, the catalogue declares rows up to byte " + std::to_string(needed) +
                   "; it was cut short: index the photographs into a new folder");
  }
  if (std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
    return corrupt(where + ": is no descriptor segment (wrong first bytes)");
  }
  if (const auto version = get<uint32_t>(bytes, 8); version > kVersion) {
    return unsupported(where + ": has format version " + std::to_string(version) +
                       "; this loci reads up to " + std::to_string(kVersion) + ": use a newer one");
  }
  const std::vector<uint8_t> expected = header(segment);
  if (std::memcmp(bytes.data(), expected.data(), kDigestAt + kDigestSize) != 0) {
    return corrupt(where + format(": its header is damaged or of another collection (width %llu, "
                                  "number %llu; expected %lld "
                                  "and %lld)",
                                  static_cast<unsigned long long>(get<uint64_t>(bytes, 16)),
                                  static_cast<unsigned long long>(get<uint64_t>(bytes, 24)),
                                  static_cast<long long>(dim),
                                  static_cast<long long>(segment)));
  }
  return file;
}

SegmentFormat::Mark SegmentFormat::mark(const MappedFile& file) {
  Mark mark;
  std::memcpy(mark.data(), file.bytes().data() + kMarkAt, mark.size());
  return mark;
}

Status OpenSegmentFile::intact() const {
  if (file_.bytes().empty()) return {};
  const SegmentFormat::Mark now = SegmentFormat::mark(file_);
  LOCI_RETURN_IF_ERROR(file_.intact());
  if (now == mark_) return {};
  return corrupt(
      "a segment of the collection was overwritten while it was in use; if another collection was "
      "copied over this one, ask again once that has finished");
}

ConstMatrixView SegmentFormat::rows(const MappedFile& file, int64_t count) const {
  return {reinterpret_cast<const float*>(file.bytes().data() + kHeaderBytes), count, dim};
}

Result<SegmentAppender> SegmentAppender::open(SegmentFormat format,
                                              const std::vector<SegmentInfo>& committed,
                                              int64_t next_id,
                                              uint64_t max_segment_bytes) {
  LOCI_RETURN_IF_ERROR(make_folders(format.folder));
  remove_stray_segments(format, committed);
  SegmentAppender appender(std::move(format), next_id, max_segment_bytes);
  if (committed.empty()) return appender;
  const SegmentInfo last = committed.back();
  const SegmentFormat& f = appender.format_;
  LOCI_RETURN_IF_ERROR(f.map(last.id, last.rows).status());
  if (f.file_bytes(last.rows) >= max_segment_bytes) return appender;
  const std::string path = f.path(last.id);
  appender.fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (appender.fd_ < 0) return io_error(printable(path) + ": cannot be opened for writing", errno);
  appender.segment_ = last.id;
  appender.rows_ = last.rows;
  if (::ftruncate(appender.fd_, static_cast<off_t>(f.file_bytes(last.rows))) != 0) {
    return io_error(printable(path) + ": rows of an interrupted run cannot be cut off", errno);
  }
  return appender;
}

SegmentAppender::SegmentAppender(SegmentAppender&& other) noexcept
    : format_(std::move(other.format_)),
      next_id_(other.next_id_),
      max_bytes_(other.max_bytes_),
      fd_(std::exchange(other.fd_, -1)),
      segment_(other.segment_),
      rows_(other.rows_) {}

SegmentAppender::~SegmentAppender() {
  if (fd_ >= 0) ::close(fd_);
}

Status SegmentAppender::write_at(const void* data, size_t size, uint64_t offset) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  while (size > 0) {
    const ssize_t put = ::pwrite(fd_, bytes, size, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      return io_error(printable(format_.path(segment_)) + ": descriptors cannot be written",
                      put < 0 ? errno : ENOSPC);
    }
    bytes += put;
    size -= static_cast<size_t>(put);
    offset += static_cast<uint64_t>(put);
  }
  return {};
}

Status SegmentAppender::start_segment() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  segment_ = next_id_++;
  rows_ = 0;
  const std::string path = format_.path(segment_);
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd_ < 0) return io_error(printable(path) + ": cannot be created", errno);
  std::vector<uint8_t> header = format_.header(segment_);
  std::random_device random;
  for (size_t i = 0; i < sizeof(SegmentFormat::Mark); i += sizeof(uint32_t))
    put<uint32_t>(header, kMarkAt + i, random());
  return write_at(header.data(), header.size(), 0);
}

Result<RowPlace> SegmentAppender::append(std::span<const float> values) {
  const int64_t count = static_cast<int64_t>(values.size()) / format_.dim;
  const bool fresh = fd_ < 0 || (rows_ > 0 && format_.file_bytes(rows_ + count) > max_bytes_);
  Status status = fresh ? start_segment() : Status();
  if (status.ok()) status = write_at(values.data(), values.size_bytes(), format_.file_bytes(rows_));
  if (status.ok() && ::fdatasync(fd_) != 0) {
    status = io_error(
        printable(format_.path(segment_)) + ": descriptors cannot be written to the disk", errno);
  }
  if (status.ok() && fresh) status = sync_folder(format_.folder);
  if (!status.ok()) {
    if (fd_ >= 0) (void)!::ftruncate(fd_, static_cast<off_t>(format_.file_bytes(rows_)));
    return status;
  }
  const RowPlace place{.segment = segment_, .first_row = rows_, .new_segment = fresh};
  rows_ += count;
  return place;
}

void remove_stray_segments(const SegmentFormat& format, const std::vector<SegmentInfo>& committed) {
  std::set<std::string> named;
  for (const SegmentInfo& segment : committed) named.insert(format.path(segment.id));
  std::error_code error;
  for (std::filesystem::directory_iterator it(format.folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string path = it->path().string();
    if (path.ends_with(".seg") && !named.contains(path)) ::unlink(path.c_str());
  }
}

Status sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error(printable(folder) + ": cannot be opened", errno);
  const int failed = ::fsync(fd) != 0 ? errno : 0;
  ::close(fd);
  // Some network file systems know no fsync of folders.
  return failed != 0 && failed != EINVAL
             ? io_error(printable(folder) + ": cannot be written to the disk", failed)
             : Status();
}

}  // namespace loci
