// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/matrix.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/train/tuples.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// Descriptors of all images of a training set as they were at one refresh: n x M float16 in one
/// memory-mapped file, or in one a process (rows [first, first + count) each), read-only. Memory is
/// the operating system's page cache, which gives way when it is needed elsewhere.
///
/// Threads: const, safe from many threads
class DescriptorCache {
 public:
  DescriptorCache() = default;
  /// Opens the file or files of one refresh, in any order. `key` names what the descriptors belong
  /// to (model, data set, step).
  /// Errors: NotFound; Corrupt when a file is damaged or cut short, the files are not parts of one
  ///         refresh, or rows are missing; InvalidArgument when they carry another key
  static Result<DescriptorCache> open(const std::vector<std::string>& paths,
                                      const std::string& key);

  int64_t rows() const { return rows_; }  ///< n
  int64_t dim() const { return dim_; }    ///< M
  uint64_t bytes() const;                 ///< of all files

  /// False for an image that could not be described.
  bool has(int64_t row) const;
  /// Writes M values; NaN for an image that could not be described.
  void read(int64_t row, std::span<float> out) const;
  /// out[i] = sum_j (x_row(j) - x_others[i](j))^2 in float32; infinity where one is missing.
  /// Cost: M * 2 bytes read for each
  void squared_distances(int64_t row, std::span<const int32_t> others, std::span<float> out) const;
  /// The same for TupleMiner. The cache must outlive it.
  SquaredDistances distances() const;

 private:
  struct Part {
    MappedFile file;
    int64_t first = 0, count = 0;
    const uint16_t* values = nullptr;
  };
  const uint16_t* row_data(int64_t row) const;
  std::vector<Part> parts_;  ///< by rising first row
  int64_t rows_ = 0;
  int64_t dim_ = 0;
};

/// Fills one file of a refresh. The file appears at its path when commit() has written all of it to
/// the disk, so an interrupted refresh leaves the one before untouched.
class DescriptorCacheWriter {
 public:
  /// A file for rows [first, first + count) of `rows`. Its space is taken at once.
  /// Errors: Io when the disk is too full, or the folder cannot be written; InvalidArgument when
  ///         the sizes overflow or key is longer than 255 bytes
  static Result<DescriptorCacheWriter> create(const std::string& path,
                                              const std::string& key,
                                              int64_t rows,
                                              int64_t dim,
                                              int64_t first,
                                              int64_t count);
  static Result<DescriptorCacheWriter> create(const std::string& path,
                                              const std::string& key,
                                              int64_t rows,
                                              int64_t dim) {
    return create(path, key, rows, dim, 0, rows);
  }
  DescriptorCacheWriter(DescriptorCacheWriter&&) noexcept;
  DescriptorCacheWriter& operator=(DescriptorCacheWriter&&) noexcept;
  ~DescriptorCacheWriter();  ///< without commit() the file is given up

  int64_t first() const;
  int64_t count() const;
  int64_t dim() const;
  /// Contract: a row of this part, M values. Values beyond float16's range become the largest it
  /// has.
  /// Threads: different rows may be written at once
  Status write(int64_t row, std::span<const float> descriptor);
  /// The image could not be described (unreadable, vanished).
  Status write_missing(int64_t row);
  /// Errors: InvalidArgument when a row was not written; Io
  Status commit();

 private:
  struct State;
  explicit DescriptorCacheWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Describes `count` images from `first` on into `out` (count x M); `missing[i]` set to 1 for those
/// that cannot be. A failure stops the refresh.
using DescribeRows =
    std::function<Status(int64_t first, MatrixView<float> out, std::span<uint8_t> missing)>;

/// Fills a writer batch by batch (`batch` images each, the last may be fewer) and commits it.
/// Returns how many images were missing.
/// Threads: `describe` is called from up to `num_threads` threads at once (1: only from this one).
/// Errors:  Cancelled; what `describe` and the disk return
Result<int64_t> refresh(DescriptorCacheWriter writer,
                        int64_t batch,
                        int num_threads,
                        const DescribeRows& describe,
                        const JobControl& job = {});

/// Rows [first, first + count) of `rows` that process `rank` of `num_ranks` looks after: blocks of
/// nearly equal size, in order.
struct Shard {
  int64_t first = 0, count = 0;
};
Shard shard_of(int64_t rows, int rank, int num_ranks);

}  // namespace loci::train
