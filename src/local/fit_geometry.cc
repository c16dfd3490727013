// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "fit_geometry.h"

#include "consensus.h"
#include "fundamental.h"
#include "homography.h"

#include <cmath>
#include <numbers>

namespace loci::internal {
namespace {

constexpr uint64_t kHomographyStream = 1, kFundamentalStream = 2, kPlaneStream = 3,
                   kParallaxStream = 4;
constexpr int kParallaxDraws = 100;
constexpr int kPlaneDraws = 4;  // a plane's sample is so much cheaper than seven pairs

double log_choose(int64_t n, int64_t k) {
  return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
         std::lgamma(static_cast<double>(n - k) + 1);
}

/// How many geometries of samples of random pairs fit as many: each of the other inliers fits by
/// chance with probability p.
double log_false_alarms(int64_t pairs, int64_t inliers, int sample, double p) {
  if (inliers <= sample) return 0;
  return std::log(static_cast<double>(pairs - sample)) + log_choose(pairs, inliers) +
         log_choose(inliers, sample) + static_cast<double>(inliers - sample) * std::log(p);
}

/// The smaller standard deviation of points over all directions.
double narrowest(const PointPairs& pairs, const std::vector<int64_t>& chosen, bool second) {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (const int64_t i : chosen) {
    const Vec3 p = second ? pairs.second(i) : pairs.first(i);
    n += 1, x += p[0], y += p[1], xx += p[0] * p[0], yy += p[1] * p[1], xy += p[0] * p[1];
  }
  x /= n, y /= n, xx = xx / n - x * x, yy = yy / n - y * y, xy = xy / n - x * y;
  const double middle = (xx + yy) / 2, turn = std::hypot((xx - yy) / 2, xy);
  return std::sqrt(std::max(0.0, middle - turn));
}

bool on_a_line(const PointPairs& pairs, const std::vector<int64_t>& chosen, double tolerance) {
  return std::min(narrowest(pairs, chosen, false), narrowest(pairs, chosen, true)) < tolerance / 2;
}

double doubled_area(const Vec3& a, const Vec3& b, const Vec3& c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/// Whether most inliers and their two nearest ones turn the other way round in the second image, as
/// in a mirror: parallax turns a few triangles over, never most.
bool mostly_turned_over(const PointPairs& pairs,
                        const std::vector<int64_t>& inliers,
                        double tolerance) {
  constexpr int64_t kMost = 128;
  const int64_t n = std::min<int64_t>(kMost, std::ssize(inliers));
  const double least = tolerance * tolerance;
  int64_t kept = 0, turned = 0;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t a = inliers[static_cast<size_t>(i)];
    const Vec3 p = pairs.first(a);
    int64_t near = -1, next = -1;
    double near_square = 1e9, next_square = 1e9;
    for (int64_t j = 0; j < n; ++j) {
      if (j == i) continue;
      const Vec3 q = pairs.first(inliers[static_cast<size_t>(j)]);
      const double d = (q[0] - p[0]) * (q[0] - p[0]) + (q[1] - p[1]) * (q[1] - p[1]);
      if (d < near_square) {
        next = near, next_square = near_square;
        near = j, near_square = d;
      } else if (d < next_square) {
        next = j, next_square = d;
      }
    }
    if (next < 0) continue;
    const int64_t b = inliers[static_cast<size_t>(near)], c = inliers[static_cast<size_t>(next)];
    const double from = doubled_area(p, pairs.first(b), pairs.first(c)),
                 to = doubled_area(pairs.second(a), pairs.second(b), pairs.second(c));
    if (std::abs(from) < least || std::abs(to) < least) continue;
    ++((from > 0) == (to > 0) ? kept : turned);
  }
  return turned > kept;
}

/// Offers epipolar geometries of a plane and what lies off it (plane and parallax: what DEGENSAC
/// falls back to, Chum, Werner and Matas, CVPR 2005), and such as see nothing but the plane.
void offer_of_plane(const PointPairs& pairs,
                    Consensus<Homography>& flat,
                    Consensus<Fundamental>& search) {
  const Mat3 h = flat.best().model.matrix;
  TwoViewModel model;
  for (const Vec3& direction : {Vec3{1, 0, 0}, Vec3{0, 1, 0}}) {
    if (Fundamental::of_plane(h, direction, model)) search.offer(model);
  }
  const double far = 4 * flat.tolerance() * flat.tolerance();
  const std::span<const float> squares = flat.squares();
  std::vector<int64_t> off;
  for (int64_t i = 0; i < pairs.size(); ++i) {
    if (static_cast<double>(squares[static_cast<size_t>(i)]) > far) off.push_back(i);
  }
  if (off.size() < 2) return;
  PairSampler sampler(std::ssize(off), 2, kParallaxDraws, kParallaxStream);
  for (int draw = 0; draw < kParallaxDraws; ++draw) {
    std::array<int64_t, 2> two;
    sampler.draw(two.data());
    const Vec3 epipole = Fundamental::parallax(
        pairs, h, off[static_cast<size_t>(two[0])], off[static_cast<size_t>(two[1])]);
    if (Fundamental::of_plane(h, epipole, model)) search.offer(model);
  }
}

template <class G, class Accept>
Fit finished(Consensus<G>& search,
             const PointPairs& pairs,
             double chance_of_one,
             const Accept& accept) {
  Fit fit;
  search.polish();
  if (!(search.best().support > 0)) return fit;
  fit.matrix = search.best().model.matrix;
  const double square = search.tolerance() * search.tolerance();
  const std::span<const float> squares = search.squares();
  double sum = 0;
  for (int64_t i = 0; i < pairs.size(); ++i) {
    const auto d = static_cast<double>(squares[static_cast<size_t>(i)]);
    if (!(d < square) || !accept(i)) continue;
    fit.inliers.push_back(i);
    sum += d;
  }
  const int64_t n = std::ssize(fit.inliers);
  if (n <= G::kSample || on_a_line(pairs, fit.inliers, search.tolerance()) ||
      mostly_turned_over(pairs, fit.inliers, search.tolerance())) {
    return {};
  }
  fit.mean_square = sum / static_cast<double>(n);
  fit.log_chance = log_false_alarms(pairs.size(), n, G::kSample, std::min(1.0, chance_of_one));
  return fit;
}

double area(const Frame& frame) { return frame.second_width * frame.second_height; }

}  // namespace

Fit fit_homography(const PointPairs& pairs, const Frame& frame, double tolerance, int max_draws) {
  Consensus<Homography> search(pairs, tolerance);
  search.search(max_draws, kHomographyStream);
  return finished(
      search, pairs, std::numbers::pi * tolerance * tolerance / area(frame), [&](int64_t i) {
        return Homography::plausible_at(search.best().model.matrix, pairs.first(i));
      });
}

Fit fit_fundamental(const PointPairs& pairs,
                    const Frame& frame,
                    double tolerance,
                    int max_draws,
                    const Mat3* plane) {
  Consensus<Fundamental> search(pairs, tolerance);
  Consensus<Homography> flat(pairs, tolerance);
  if (plane != nullptr) {
    flat.offer_matrix(*plane);
  } else {
    flat.search(kPlaneDraws * max_draws, kPlaneStream);
  }
  flat.polish();
  if (flat.best().support > Homography::kSample) offer_of_plane(pairs, flat, search);
  search.search(max_draws, kFundamentalStream);
  // A line across the picture, twice as wide as Sampson's distance times the square root of 2; half
  // of the pairs on it would lie behind a camera.
  const double band = std::numbers::sqrt2 * tolerance *
                      std::hypot(frame.second_width, frame.second_height) / area(frame);
  return finished(search, pairs, band, [](int64_t) { return true; });
}

}  // namespace loci::internal
