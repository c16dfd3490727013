// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "homography.h"

#include <cmath>

namespace loci::internal {
namespace {

/// Twice the area of a triangle, positive where a, b, c turn as x and y do.
double doubled_area(const Vec3& a, const Vec3& b, const Vec3& c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/// Those of the four triangles that lack one of the points, in the order of expressing the last
/// point by the others: d = (A a + B b + C c) / D.
std::array<double, 4> areas(const std::array<Vec3, 4>& p) {
  return {doubled_area(p[3], p[1], p[2]),
          doubled_area(p[0], p[3], p[2]),
          doubled_area(p[0], p[1], p[3]),
          doubled_area(p[0], p[1], p[2])};
}

}  // namespace

bool Homography::of_matrix(const Mat3& h, TwoViewModel& out) {
  double norm = 0;
  for (const double x : h) norm += x * x;
  norm = std::sqrt(norm);
  if (!(norm > 0 && std::isfinite(norm))) return false;
  for (size_t i = 0; i < 9; ++i) {
    out.matrix[i] = h[i] / norm;
    out.a[i] = static_cast<float>(out.matrix[i]);
  }
  const double det = determinant(out.matrix);
  if (!(det > 1e-12)) return false;
  const Mat3 inverse = adjugate(out.matrix);
  for (size_t i = 0; i < 9; ++i) out.b[i] = static_cast<float>(inverse[i] / det);
  return true;
}

bool Homography::plausible_at(const Mat3& h, const Vec3& point) {
  const double w = product(h, point)[2];
  if (!(w > 0)) return false;
  const double area = determinant(h) / (w * w * w);  // by which a small one is multiplied here
  return area > 1 / kMaxAreaChange && area < kMaxAreaChange;
}

int Homography::of_sample(const PointPairs& pairs,
                          const int64_t* sample,
                          double least_area,
                          TwoViewModel* out) {
  std::array<Vec3, 4> p, q;
  for (size_t i = 0; i < 4; ++i) {
    p[i] = pairs.first(sample[i]);
    q[i] = pairs.second(sample[i]);
  }
  const std::array<double, 4> from = areas(p), to = areas(q);
  for (size_t i = 0; i < 4; ++i) {
    if (!(std::abs(from[i]) > 2 * least_area && std::abs(to[i]) > 2 * least_area)) return 0;
    if ((from[i] > 0) != (to[i] > 0)) return 0;
  }
  // H = Q diag(s) P^-1, where the columns of P and Q are the first three points and s makes the
  // fourth one fit. P^-1 is its adjugate over its determinant, whose sign remains.
  const Mat3 inverse = adjugate({p[0][0], p[1][0], p[2][0], p[0][1], p[1][1], p[2][1], 1, 1, 1});
  const double sign = from[3] > 0 ? 1 : -1;
  const Vec3 s{sign * to[0] / from[0], sign * to[1] / from[1], sign * to[2] / from[2]};
  Mat3 scaled;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) scaled[3 * i + j] = s[i] * inverse[3 * i + j];
  }
  if (!of_matrix(product({q[0][0], q[1][0], q[2][0], q[0][1], q[1][1], q[2][1], 1, 1, 1}, scaled),
                 *out)) {
    return 0;
  }
  for (const Vec3& point : p) {
    if (!plausible_at(out->matrix, point)) return 0;
  }
  return 1;
}

bool Homography::of_weights(const PointPairs& pairs,
                            std::span<const int64_t> chosen,
                            std::span<const float> weights,
                            TwoViewModel& model) {
  NormalMatrix9 normal;
  const double det = determinant(model.matrix);
  for (const int64_t i : chosen) {
    const Vec3 p = pairs.first(i), q = pairs.second(i);
    const double w = product(model.matrix, p)[2];
    const double area = det / (w * w * w);
    const double weight =
        static_cast<double>(weights[static_cast<size_t>(i)]) / (w * w * (1 + std::abs(area)));
    const double u = q[0], v = q[1];
    normal.add({1, 0, 1, -u, -v, u * u + v * v}, NormalMatrix9::square(p, weight));
  }
  Mat3 h = model.matrix;
  if (!normal.least_vector(h)) return false;
  double w = 0;
  for (const int64_t i : chosen) w += product(h, pairs.first(i))[2];
  if (w < 0) {
    for (double& x : h) x = -x;
  }
  return of_matrix(h, model);
}

}  // namespace loci::internal
