// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "fundamental.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci::internal {
namespace {

constexpr double kLeastPivot = 1e-9;

using Row = std::array<double, 10>;  // nine numbers, and one to fill vectors up

/// Two vectors that all seven rows are orthogonal to; false where there are more. Elimination, a
/// column of the largest value for each row, and substitution back for the two columns left over.
bool null_space(std::array<Row, 7>& rows, Mat3& first, Mat3& second) {
  std::array<size_t, 7> pivots;
  std::array<bool, 9> used{};
  for (size_t i = 0; i < 7; ++i) {
    Row pivot = rows[i];
    size_t best = 0;
    double largest = 0;
    for (size_t j = 0; j < 9; ++j) {
      const double value = used[j] ? 0 : std::abs(pivot[j]);
      best = value > largest ? j : best;
      largest = std::max(value, largest);
    }
    if (!(largest > kLeastPivot)) return false;
    used[best] = true;
    pivots[i] = best;
    const double scale = 1 / pivot[best];
    for (double& x : pivot) x *= scale;
    for (size_t k = i + 1; k < 7; ++k) {
      const double factor = rows[k][best];
      for (size_t j = 0; j < pivot.size(); ++j) rows[k][j] -= factor * pivot[j];
    }
    rows[i] = pivot;
  }
  std::array<size_t, 2> free{};
  size_t found = 0;
  for (size_t j = 0; j < 9; ++j) {
    if (!used[j]) free[found++] = j;
  }
  first = second = Mat3{};
  first[free[0]] = second[free[1]] = 1;
  for (size_t i = 7; i-- > 0;) {
    double a = rows[i][free[0]], b = rows[i][free[1]];
    for (size_t k = i + 1; k < 7; ++k) {
      a += rows[i][pivots[k]] * first[pivots[k]];
      b += rows[i][pivots[k]] * second[pivots[k]];
    }
    first[pivots[i]] = -a;
    second[pivots[i]] = -b;
  }
  return true;
}

/// Real roots of c3 x^3 + c2 x^2 + c1 x + c0 with c3 not zero, and how many.
int cubic_roots(double c3, double c2, double c1, double c0, std::array<double, 3>& roots) {
  const double a = c2 / c3, b = c1 / c3, c = c0 / c3;
  const double q = (a * a - 3 * b) / 9, r = (a * (2 * a * a - 9 * b) + 27 * c) / 54;
  int count = 1;
  if (r * r < q * q * q) {
    const double third = std::acos(std::clamp(r / std::sqrt(q * q * q), -1.0, 1.0)) / 3;
    for (size_t k = 0; k < 3; ++k)
      roots[k] =
          -2 * std::sqrt(q) * std::cos(third + 2 * std::numbers::pi / 3 * static_cast<double>(k)) -
          a / 3;
    count = 3;
  } else {
    const double s = -std::copysign(std::cbrt(std::abs(r) + std::sqrt(r * r - q * q * q)), r);
    roots[0] = s + (s == 0 ? 0 : q / s) - a / 3;
  }
  for (size_t k = 0; k < static_cast<size_t>(count); ++k) {  // one step of Newton
    const double x = roots[k], slope = (3 * x + 2 * a) * x + b;
    if (slope != 0) roots[k] -= (((x + a) * x + b) * x + c) / slope;
  }
  return count;
}

/// Left null vector of a matrix of rank 2: orthogonal to its columns.
Vec3 second_epipole(const Mat3& f) {
  const Vec3 x{f[0], f[3], f[6]}, y{f[1], f[4], f[7]}, z{f[2], f[5], f[8]};
  Vec3 best{};
  for (const Vec3& each : {cross(x, y), cross(y, z), cross(x, z)}) {
    if (dot_of(each, each) > dot_of(best, best)) best = each;
  }
  return best;
}

/// How far in front of both cameras a pair is, up to a factor whose sign all pairs share.
double front(const Mat3& f, const Vec3& epipole, const Vec3& p, const Vec3& q) {
  return dot_of(cross(epipole, q), product(f, p));
}

bool finish(const Mat3& f, double sign, Vec3 epipole, TwoViewModel& out) {
  double norm = 0;
  for (const double x : f) norm += x * x;
  norm = std::sqrt(norm);
  const double length = std::sqrt(dot_of(epipole, epipole));
  if (!(norm > 0 && length > 0 && std::isfinite(norm) && std::isfinite(length))) return false;
  for (size_t i = 0; i < 9; ++i) {
    out.matrix[i] = f[i] / norm;
    out.a[i] = static_cast<float>(out.matrix[i]);
  }
  for (size_t i = 0; i < 3; ++i)
    out.b[i] = static_cast<float>(sign < 0 ? -epipole[i] / length : epipole[i] / length);
  return true;
}

}  // namespace

int Fundamental::of_sample(const PointPairs& pairs,
                           const int64_t* sample,
                           double,
                           TwoViewModel* out) {
  std::array<Row, 7> rows;
  for (size_t i = 0; i < 7; ++i) {
    const Vec3 p = pairs.first(sample[i]), q = pairs.second(sample[i]);
    rows[i] = {q[0] * p[0], q[0] * p[1], q[0], q[1] * p[0], q[1] * p[1], q[1], p[0], p[1], 1, 0};
  }
  Mat3 f, g;
  if (!null_space(rows, f, g)) return 0;
  // det(f + x g) = 0; the coefficients in between by the adjugates' traces.
  const double c0 = determinant(f), c3 = determinant(g);
  const Mat3 of_f = product(adjugate(f), g), of_g = product(adjugate(g), f);
  const double c1 = of_f[0] + of_f[4] + of_f[8], c2 = of_g[0] + of_g[4] + of_g[8];
  if (std::abs(c3) < 1e-12 * (std::abs(c0) + std::abs(c1) + std::abs(c2))) return 0;
  std::array<double, 3> roots;
  const int count = cubic_roots(c3, c2, c1, c0, roots);
  int made = 0;
  for (int k = 0; k < count; ++k) {
    Mat3 candidate;
    for (size_t i = 0; i < 9; ++i) candidate[i] = f[i] + roots[static_cast<size_t>(k)] * g[i];
    const Vec3 epipole = second_epipole(candidate);
    const auto is_in_front = [&](size_t i) {
      return front(candidate, epipole, pairs.first(sample[i]), pairs.second(sample[i])) > 0;
    };
    const bool first_is = is_in_front(0);
    bool all = true;
    for (size_t i = 1; i < 7 && all; ++i) all = is_in_front(i) == first_is;
    if (all && finish(candidate, first_is ? 1 : -1, epipole, out[made])) ++made;
  }
  return made;
}

bool Fundamental::of_weights(const PointPairs& pairs,
                             std::span<const int64_t> chosen,
                             std::span<const float> weights,
                             TwoViewModel& model) {
  NormalMatrix9 normal;
  const Mat3 back = transposed(model.matrix);
  for (const int64_t i : chosen) {
    const Vec3 p = pairs.first(i), q = pairs.second(i);
    const Vec3 second = product(model.matrix, p), first = product(back, q);
    const double slope =
        second[0] * second[0] + second[1] * second[1] + first[0] * first[0] + first[1] * first[1];
    const double weight = static_cast<double>(weights[static_cast<size_t>(i)]) / (slope + 1e-12);
    normal.add(NormalMatrix9::square(q, 1), NormalMatrix9::square(p, weight));
  }
  Mat3 f = model.matrix;
  if (!normal.least_vector(f)) return false;
  Vec3 e = second_epipole(transposed(f));  // of the first image
  if (!least_vector(f, e)) return false;
  const Vec3 rest = product(f, e);
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) f[3 * i + j] -= rest[i] * e[j];
  }
  const Vec3 epipole = second_epipole(f);
  double sum = 0;
  for (const int64_t i : chosen)
    sum += front(f, epipole, pairs.first(i), pairs.second(i)) > 0 ? 1 : -1;
  return finish(f, sum, epipole, model);
}

bool Fundamental::of_plane(const Mat3& h, const Vec3& e, TwoViewModel& out) {
  // A pair on the plane is in front: (e x q) (e x H p) > 0 with q = H p.
  return finish(product({0, -e[2], e[1], e[2], 0, -e[0], -e[1], e[0], 0}, h), 1, e, out);
}

Vec3 Fundamental::parallax(const PointPairs& pairs, const Mat3& h, int64_t i, int64_t j) {
  return cross(cross(product(h, pairs.first(i)), pairs.second(i)),
               cross(product(h, pairs.first(j)), pairs.second(j)));
}

}  // namespace loci::internal
