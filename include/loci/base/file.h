// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// A regular file open for reading. Whatever else lies at a path (a pipe, a device, a socket, a folder) is refused
/// without being opened: opening a pipe would wait for whoever writes into it, perhaps for ever.
/// Errors: NotFound, Io; InvalidArgument for what is no regular file
class InputFile {
 public:
  static Result<InputFile> open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();
  int fd() const { return fd_; }
  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }  ///< bytes, when it was opened
  /// Fills `out` from `offset` on, and returns how many bytes there were: fewer at the end of the file.
  Result<size_t> read_at(uint64_t offset, std::span<uint8_t> out) const;

 private:
  InputFile(std::string path, int fd, uint64_t size);
  std::string path_;
  int fd_ = -1;
  uint64_t size_ = 0;
};

/// The first bytes of a regular file, `max_bytes` or what there is.
Result<std::vector<uint8_t>> read_file_head(const std::string& path, size_t max_bytes);

/// The whole of a regular file. Corrupt when it is larger than `max_bytes`, before anything is allocated.
Result<std::vector<uint8_t>> read_file(const std::string& path,
                                       uint64_t max_bytes = uint64_t{1} << 32);
Result<std::string> read_text_file(const std::string& path, uint64_t max_bytes = uint64_t{1} << 30);

/// What a path stands for when it is written to.
struct WriteTarget {
  std::string path;  ///< with symbolic links followed, also those to a file that is not there yet
  bool regular = true;  ///< a regular file, or none yet: no pipe, terminal, device or socket
  int descriptor = -1;  ///< of /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N: N; else -1
};
/// InvalidArgument for a folder and for a circle of links; NotFound when the folder of the file is not there.
Result<WriteTarget> write_target(const std::string& path);

/// Writes a file so that at any instant either the old one or the whole new one is there: a temporary name in the
/// same folder, fsync, rename, fsync of the folder. A failure (disk full) removes the temporary file. A link is
/// followed and stays a link, the mode of an old file stays, and what is no regular file (a pipe, /dev/stdout,
/// /dev/null) is written to as it is.
Status write_file(const std::string& path, std::span<const uint8_t> content);
Status write_file(const std::string& path, std::string_view content);

/// The same in pieces, for files that do not fit in memory twice. Without commit() nothing appears at `path`.
class FileWriter {
 public:
  static Result<FileWriter> create(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&& other) noexcept;
  ~FileWriter();
  Status write(const void* data, size_t size);
  Status commit();

 private:
  FileWriter(std::string path, std::string target, std::string temporary, int fd);
  std::string path_, target_, temporary_;  // no temporary name: written to as it is
  int fd_ = -1;
  std::vector<uint8_t> buffer_;
  Status flush();
};

/// Removes temporary files that write_file() and FileWriter left in `folder` when their process was killed: names
/// PATH.tmp-PID-N of regular files of this user whose process is gone. Returns how many; what cannot be removed stays.
int remove_abandoned_files(const std::string& folder);

/// A regular file mapped read-only into memory.
///
/// A file that another program cuts short while it is mapped does not end the process by SIGBUS: what is missing reads
/// as zeros from then on, and intact() says so. Whoever computes with mapped bytes asks it before the result is used.
/// For that the first open() installs a handler of SIGBUS, which passes every other fault on to the one before it
/// (docs/decisions/0013).
/// Errors: as InputFile::open
/// Threads: bytes and intact() are safe from many threads
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  /// Corrupt, naming the file, once a byte was asked for that the file no longer has.
  Status intact() const;
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::span<const uint8_t> bytes() const { return {static_cast<const uint8_t*>(data_), size_}; }

 private:
  struct Guard;
  void* data_ = nullptr;
  size_t size_ = 0;
  Guard* guard_ = nullptr;
  std::string path_;
};

struct FileInfo {
  uint64_t size = 0;
  int64_t mtime_ns = 0;  ///< modification time, nanoseconds since 1970
  bool is_directory = false;
};
/// NotFound when nothing is there. Follows symbolic links.
Result<FileInfo> file_info(const std::string& path);

/// Is it a folder that the system, a NAS or a desktop keeps for itself: recycle bins, thumbnails (@eaDir, #recycle,
/// $RECYCLE.BIN, lost+found, __MACOSX, ...)? By its name.
bool is_system_folder(std::string_view name);

/// Where symbolic links below a folder may lead.
enum class Links {
  kWithin,  ///< to what lies in the folder too; others are passed over and named in `problems`
  kAll,     ///< anywhere
};

/// Regular files below `folder`, relative to it, in natural order (natural_less), whose extension (lower case, with the
/// dot) is one of `extensions` (all files when empty). Follows symbolic links as `links` says, each folder once: a loop is
/// entered no second time. Folders that cannot be read are named in `problems` and passed over, as are the file systems of
/// the kernel (/proc, /sys, /dev), whatever leads there. Names starting with '.' are left out, and folders of the system,
/// whose relative paths `system_folders` gets.
Result<std::vector<std::string>> list_files(const std::string& folder,
                                            const std::vector<std::string>& extensions,
                                            std::vector<std::string>* problems = nullptr,
                                            Links links = Links::kAll,
                                            std::vector<std::string>* system_folders = nullptr);

/// Creates a folder and its parents.
Status make_folders(const std::string& path);

/// A new empty folder below the system's temporary folder, removed with its content at the end.
class TempFolder {
 public:
  explicit TempFolder(std::string_view prefix = "loci");
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

/// a * b and a + b, or false when the result does not fit.
inline bool checked_mul(uint64_t a, uint64_t b, uint64_t* out) {
  return !__builtin_mul_overflow(a, b, out);
}
inline bool checked_add(uint64_t a, uint64_t b, uint64_t* out) {
  return !__builtin_add_overflow(a, b, out);
}

}  // namespace loci
