// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/check.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace loci {

/// A row-major rows x cols window on memory that somebody else owns. Row i starts at data + i * stride.
template <class T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(T* data, int64_t rows, int64_t cols) : MatrixView(data, rows, cols, cols) {}
  MatrixView(T* data, int64_t rows, int64_t cols, int64_t stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {}
  /// A mutable view is usable where a const one is wanted.
  operator MatrixView<const T>() const  // NOLINT(google-explicit-constructor)
      requires(!std::is_const_v<T>) {
    return {data_, rows_, cols_, stride_};
  }

  T* data() const { return data_; }
  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  int64_t stride() const { return stride_; }
  bool empty() const { return rows_ == 0 || cols_ == 0; }
  T* row_data(int64_t i) const { return data_ + i * stride_; }
  std::span<T> row(int64_t i) const { return {row_data(i), static_cast<size_t>(cols_)}; }
  T& operator()(int64_t i, int64_t j) const { return data_[i * stride_ + j]; }
  /// Rows [begin, begin + count).
  MatrixView rows_from(int64_t begin, int64_t count) const {
    return {data_ + begin * stride_, count, cols_, stride_};
  }

 private:
  T* data_ = nullptr;
  int64_t rows_ = 0;
  int64_t cols_ = 0;
  int64_t stride_ = 0;
};

/// Memory for `bytes` at a 64-byte boundary; throws std::bad_alloc.
void* aligned_malloc(size_t bytes);
void aligned_free(void* memory);

/// An array of plain values at a 64-byte boundary. Its values are not initialised.
template <class T>
class AlignedBuffer {
 public:
  static_assert(std::is_trivially_copyable_v<T>);
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size)
      : data_(size == 0 ? nullptr : static_cast<T*>(aligned_malloc(size * sizeof(T)))),
        size_(size) {}
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }
  std::span<T> span() { return {data(), size_}; }
  std::span<const T> span() const { return {data(), size_}; }

 private:
  struct Free {
    void operator()(T* memory) const { aligned_free(memory); }
  };
  std::unique_ptr<T, Free> data_;
  size_t size_ = 0;
};

/// A row-major rows x cols array of its own, zero at the start, rows contiguous, data at a 64-byte boundary.
template <class T>
class MatrixOf {
 public:
  MatrixOf() = default;
  MatrixOf(int64_t rows, int64_t cols)
      : buffer_(static_cast<size_t>(rows) * static_cast<size_t>(cols)), rows_(rows), cols_(cols) {
    LOCI_REQUIRE(rows >= 0 && cols >= 0, "a matrix has no negative side");
    if (buffer_.size() != 0) std::memset(buffer_.data(), 0, buffer_.size() * sizeof(T));
  }
  MatrixOf(const MatrixOf& other) : buffer_(other.size()), rows_(other.rows_), cols_(other.cols_) {
    if (size() != 0) std::memcpy(buffer_.data(), other.data(), size() * sizeof(T));
  }
  MatrixOf& operator=(const MatrixOf& other) {
    if (this != &other) *this = MatrixOf(other);
    return *this;
  }
  MatrixOf(MatrixOf&& other) noexcept
      : buffer_(std::move(other.buffer_)),
        rows_(std::exchange(other.rows_, 0)),
        cols_(std::exchange(other.cols_, 0)) {}
  MatrixOf& operator=(MatrixOf&& other) noexcept {
    buffer_ = std::move(other.buffer_);
    rows_ = std::exchange(other.rows_, 0);
    cols_ = std::exchange(other.cols_, 0);
    return *this;
  }

  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  size_t size() const { return static_cast<size_t>(rows_) * static_cast<size_t>(cols_); }
  bool empty() const { return size() == 0; }
  T* data() { return buffer_.data(); }
  const T* data() const { return buffer_.data(); }
  std::span<T> row(int64_t i) { return view().row(i); }
  std::span<const T> row(int64_t i) const { return view().row(i); }
  T& operator()(int64_t i, int64_t j) { return buffer_[static_cast<size_t>(i * cols_ + j)]; }
  const T& operator()(int64_t i, int64_t j) const {
    return buffer_[static_cast<size_t>(i * cols_ + j)];
  }
  MatrixView<T> view() { return {buffer_.data(), rows_, cols_}; }
  MatrixView<const T> view() const { return {buffer_.data(), rows_, cols_}; }
  operator MatrixView<T>() { return view(); }              // NOLINT(google-explicit-constructor)
  operator MatrixView<const T>() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  AlignedBuffer<T> buffer_;
  int64_t rows_ = 0;
  int64_t cols_ = 0;
};

using Matrix = MatrixOf<float>;
using ConstMatrixView = MatrixView<const float>;

}  // namespace loci
