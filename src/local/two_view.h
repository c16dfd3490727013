// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels.h"

#include "loci/base/matrix.h"

#include <array>
#include <cstdint>
#include <span>

namespace loci::internal {

/// Row-major 3 x 3. A homography maps (x1, y1, 1) to a multiple of (x2, y2, 1); a fundamental matrix
/// has (x2, y2, 1) F (x1, y1, 1)^T = 0.
using Mat3 = std::array<double, 9>;
using Vec3 = std::array<double, 3>;

Mat3 product(const Mat3& a, const Mat3& b);
inline Vec3 product(const Mat3& a, const Vec3& v) {
  return {a[0] * v[0] + a[1] * v[1] + a[2] * v[2],
          a[3] * v[0] + a[4] * v[1] + a[5] * v[2],
          a[6] * v[0] + a[7] * v[1] + a[8] * v[2]};
}
inline Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline double dot_of(const Vec3& a, const Vec3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
double determinant(const Mat3& a);
/// Of cofactors, transposed: the inverse times the determinant.
Mat3 adjugate(const Mat3& a);
Mat3 transposed(const Mat3& a);

/// Matched points of two images, in a frame with its origin in the middle of the image and a longer
/// side from -1 to 1; the most similar pair first.
class PointPairs {
 public:
  explicit PointPairs(int64_t n) : values_(4, n) {}
  int64_t size() const { return values_.cols(); }
  void set(int64_t i, double x1, double y1, double x2, double y2) {
    values_(0, i) = static_cast<float>(x1);
    values_(1, i) = static_cast<float>(y1);
    values_(2, i) = static_cast<float>(x2);
    values_(3, i) = static_cast<float>(y2);
  }
  Vec3 first(int64_t i) const { return {values_(0, i), values_(1, i), 1}; }
  Vec3 second(int64_t i) const { return {values_(2, i), values_(3, i), 1}; }
  PairsView view() const {
    return {values_.row(0).data(),
            values_.row(1).data(),
            values_.row(2).data(),
            values_.row(3).data(),
            size()};
  }

 private:
  Matrix values_;
};

/// Sum of Kronecker products of symmetric 3 x 3 matrices: what least squares over homographies and
/// fundamental matrices come to, 6 x 6 products a pair where rows of 9 would take 45 or 90.
class NormalMatrix9 {
 public:
  /// Lower halves by rows: (0,0) (1,0) (1,1) (2,0) (2,1) (2,2).
  using Symmetric3 = std::array<double, 6>;
  static Symmetric3 square(const Vec3& v, double weight) {
    const double x = weight * v[0], y = weight * v[1], z = weight * v[2];
    return {x * v[0], y * v[0], y * v[1], z * v[0], z * v[1], z * v[2]};
  }
  /// Adds outer(i, j) * inner as block (i, j).
  void add(const Symmetric3& outer, const Symmetric3& inner) {
    for (size_t i = 0; i < 6; ++i) {
      for (size_t j = 0; j < 6; ++j) blocks_[i][j] += outer[i] * inner[j];
    }
  }
  /// The unit vector v with the least v^T A v, by inverse iteration from `v`; false where the
  /// numbers leave the range of double.
  bool least_vector(std::array<double, 9>& v) const;

 private:
  std::array<Symmetric3, 6> blocks_{};
};

/// The unit vector v of the least |M v|; `v` is where the iteration starts.
bool least_vector(const Mat3& m, Vec3& v);

/// A geometry in the form that the kernels read.
struct TwoViewModel {
  Mat3 matrix{};
  std::array<float, 9> a{};  ///< the matrix
  std::array<float, 9> b{};  ///< its inverse, or the epipole of the second image
};

}  // namespace loci::internal
