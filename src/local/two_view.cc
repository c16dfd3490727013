// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "two_view.h"

#include <cmath>

namespace loci::internal {
namespace {

constexpr int kInverseIterations = 4;
constexpr double kShift = 1e-11;  // of the trace: keeps the factor of a singular matrix finite

/// Least vector of a symmetric matrix of which the lower half is given.
template <size_t N>
bool least_of_symmetric(std::array<std::array<double, N>, N> a, std::array<double, N>& v) {
  double trace = 0;
  for (size_t i = 0; i < N; ++i) trace += a[i][i];
  if (!(trace > 0 && std::isfinite(trace))) return false;
  for (size_t i = 0; i < N; ++i) a[i][i] += kShift * trace;
  // a = L L^T in place; the diagonal keeps 1 / L(i, i).
  for (size_t i = 0; i < N; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      if (j < i) {
        a[i][j] = sum * a[j][j];
      } else {
        if (!(sum > 0)) return false;
        a[i][i] = 1 / std::sqrt(sum);
      }
    }
  }
  for (int iteration = 0; iteration < kInverseIterations; ++iteration) {
    for (size_t i = 0; i < N; ++i) {
      for (size_t k = 0; k < i; ++k) v[i] -= a[i][k] * v[k];
      v[i] *= a[i][i];
    }
    for (size_t i = N; i-- > 0;) {
      for (size_t k = i + 1; k < N; ++k) v[i] -= a[k][i] * v[k];
      v[i] *= a[i][i];
    }
    double norm = 0;
    for (const double x : v) norm += x * x;
    norm = std::sqrt(norm);
    if (!(norm > 0 && std::isfinite(norm))) return false;
    for (double& x : v) x /= norm;
  }
  return true;
}

}  // namespace

Mat3 product(const Mat3& a, const Mat3& b) {
  Mat3 out{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j)
      out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
  }
  return out;
}

double determinant(const Mat3& a) {
  return a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
         a[2] * (a[3] * a[7] - a[4] * a[6]);
}

Mat3 adjugate(const Mat3& a) {
  return {a[4] * a[8] - a[5] * a[7],
          a[2] * a[7] - a[1] * a[8],
          a[1] * a[5] - a[2] * a[4],
          a[5] * a[6] - a[3] * a[8],
          a[0] * a[8] - a[2] * a[6],
          a[2] * a[3] - a[0] * a[5],
          a[3] * a[7] - a[4] * a[6],
          a[1] * a[6] - a[0] * a[7],
          a[0] * a[4] - a[1] * a[3]};
}

Mat3 transposed(const Mat3& a) { return {a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]}; }

bool NormalMatrix9::least_vector(std::array<double, 9>& v) const {
  constexpr size_t kAt[3][3] = {{0, 1, 3}, {1, 2, 4}, {3, 4, 5}};
  std::array<std::array<double, 9>, 9> a;
  for (size_t i = 0; i < 9; ++i) {
    for (size_t j = 0; j <= i; ++j) a[i][j] = blocks_[kAt[i / 3][j / 3]][kAt[i % 3][j % 3]];
  }
  return least_of_symmetric<9>(a, v);
}

bool least_vector(const Mat3& m, Vec3& v) {
  std::array<std::array<double, 3>, 3> a{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j <= i; ++j)
      a[i][j] = m[i] * m[j] + m[3 + i] * m[3 + j] + m[6 + i] * m[6 + j];
  }
  return least_of_symmetric<3>(a, v);
}

}  // namespace loci::internal
