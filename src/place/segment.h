// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/matrix.h"
#include "loci/base/status.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A file of descriptors: 4096 bytes of header, then rows of `dim` little-endian float32.
/// docs/formats/place_db.md.
struct SegmentFormat {
  static constexpr uint32_t kVersion = 1;
  static constexpr size_t kHeaderBytes = 4096;  // a page, so that rows start where a page does

  std::string folder;  ///< the one the segments lie in
  int64_t dim = 0;
  std::string fingerprint;

  std::string path(int64_t segment) const;
  uint64_t row_bytes() const { return static_cast<uint64_t>(dim) * sizeof(float); }
  uint64_t file_bytes(int64_t rows) const {
    return kHeaderBytes + static_cast<uint64_t>(rows) * row_bytes();
  }
  std::vector<uint8_t> header(int64_t segment) const;
  /// The random bytes that tell this file from any other segment of the same number and model, as they are in the file
  /// now. All zero in files of older versions.
  using Mark = std::array<uint8_t, 16>;
  static Mark mark(const MappedFile& file);
  /// Maps a segment and checks its header and that it holds at least `rows` rows; what follows them
  /// is not looked at.
  Result<MappedFile> map(int64_t segment, int64_t rows) const;
  ConstMatrixView rows(const MappedFile& file, int64_t count) const;
};

/// How many rows of a segment the catalogue declares.
struct SegmentInfo {
  int64_t id = 0;
  int64_t rows = 0;
};

/// Where a batch of rows went.
struct RowPlace {
  int64_t segment = 0;
  int64_t first_row = 0;
  bool new_segment = false;
};

/// Appends rows to the segments of a collection whose write lock is held. What it writes counts
/// only once the catalogue names it; whatever lies behind the declared rows is left from a kill and
/// is cut off here.
class SegmentAppender {
 public:
  /// `committed` as the catalogue has them, rising ids; `next_id` was never used before.
  static Result<SegmentAppender> open(SegmentFormat format,
                                      const std::vector<SegmentInfo>& committed,
                                      int64_t next_id,
                                      uint64_t max_segment_bytes);
  /// Leaves all segments that are there alone and starts with a new one.
  static Result<SegmentAppender> open_new(SegmentFormat format,
                                          int64_t next_id,
                                          uint64_t max_segment_bytes) {
    return SegmentAppender(std::move(format), next_id, max_segment_bytes);
  }
  SegmentAppender(SegmentAppender&& other) noexcept;
  SegmentAppender& operator=(SegmentAppender&&) = delete;
  ~SegmentAppender();

  /// Writes rows of `dim` values to the disk, synced. On failure they are cut off again as far as
  /// the system lets us.
  Result<RowPlace> append(std::span<const float> values);

 private:
  SegmentAppender(SegmentFormat format, int64_t next_id, uint64_t max_bytes)
      : format_(std::move(format)), next_id_(next_id), max_bytes_(max_bytes) {}
  Status start_segment();
  Status write_at(const void* data, size_t size, uint64_t offset);
  SegmentFormat format_;
  int64_t next_id_ = 1;
  uint64_t max_bytes_ = 0;
  int fd_ = -1;
  int64_t segment_ = 0;
  int64_t rows_ = 0;
};

/// A segment in use: its rows, and whether they are still those that were mapped.
class OpenSegmentFile {
 public:
  explicit OpenSegmentFile(MappedFile file)
      : file_(std::move(file)), mark_(SegmentFormat::mark(file_)) {}
  const MappedFile& file() const { return file_; }
  /// Corrupt once the file was cut short or overwritten in its place. Asked after rows were used, before what was
  /// computed from them is: rows never change in a collection that nobody else writes into.
  Status intact() const;

 private:
  MappedFile file_;
  SegmentFormat::Mark mark_;
};

/// Removes files of the segments folder that the catalogue does not name.
void remove_stray_segments(const SegmentFormat& format, const std::vector<SegmentInfo>& committed);
/// fsync of a folder, so that names in it are on the disk.
Status sync_folder(const std::string& folder);

}  // namespace loci
