// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What explain_matches() makes of sets of matched points, and how long it takes: for
// recipes/geometry.py, which compares it with OpenCV.
//
//   geometry_figures MATCHES.npy OUT.npy [homography|fundamental|auto [TOLERANCE [EPIPOLAR [DRAWS]]]]
//
// MATCHES: a row a match, rising in its first column: set, width and height of the two images, x and
// y in both. OUT: a row a set: milliseconds, inliers, 0 none 1 homography 2 fundamental, spread, mean
// residual, the matrix, then the numbers of the inliers' rows within the set as a row of zeros and
// ones, filled up with zeros.

#include "loci/base/npy.h"
#include "loci/local/geometry.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

struct Set {
  std::vector<loci::Keypoint> first, second;
  std::vector<loci::FeatureMatch> matches;
  int sizes[4] = {};
};

std::vector<Set> read_sets(const char* path) {
  const loci::NpyArray rows = loci::read_npy(path).value();
  const auto cols = static_cast<size_t>(rows.shape.at(1));
  std::vector<Set> sets;
  double last = -1;
  for (size_t at = 0; at < rows.values.size(); at += cols) {
    const double* row = &rows.values[at];
    if (row[0] != last) sets.emplace_back();
    last = row[0];
    Set& set = sets.back();
    for (size_t i = 0; i < 4; ++i) set.sizes[i] = static_cast<int>(row[1 + i]);
    const auto index = static_cast<int64_t>(set.matches.size());
    set.first.push_back({.x = static_cast<float>(row[5]), .y = static_cast<float>(row[6])});
    set.second.push_back({.x = static_cast<float>(row[7]), .y = static_cast<float>(row[8])});
    set.matches.push_back({.first = index, .second = index});
  }
  return sets;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "see the head of the source for what it takes\n");
    return 2;
  }
  const std::vector<Set> sets = read_sets(argv[1]);
  loci::GeometryOptions options{.geometry = argc > 3 ? argv[3] : "homography"};
  if (argc > 4) options.tolerance = std::atof(argv[4]);
  if (argc > 5) options.epipolar_tolerance = std::atof(argv[5]);
  if (argc > 6) options.max_iterations = std::atoi(argv[6]);
  size_t most = 0;
  for (const Set& set : sets) most = std::max(most, set.matches.size());
  constexpr int64_t kHead = 14;
  loci::Matrix out(static_cast<int64_t>(sets.size()), kHead + static_cast<int64_t>(most));
  for (size_t s = 0; s < sets.size(); ++s) {
    const Set& set = sets[s];
    const loci::KeypointsView first{set.first, set.sizes[0], set.sizes[1], 0},
        second{set.second, set.sizes[2], set.sizes[3], 0};
    std::vector<double> times;
    loci::GeometricCheck check;
    for (int repeat = 0; repeat < 3; ++repeat) {
      const auto start = std::chrono::steady_clock::now();
      check = loci::explain_matches(set.matches, first, second, options).value();
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      times.push_back(took.count());
    }
    std::ranges::sort(times);
    const auto row = out.row(static_cast<int64_t>(s));
    row[0] = static_cast<float>(times[1]);
    row[1] = static_cast<float>(check.inliers);
    row[2] = static_cast<float>(check.geometry);
    row[3] = static_cast<float>(check.spread);
    row[4] = static_cast<float>(check.mean_residual);
    for (size_t i = 0; i < 9; ++i) row[5 + i] = static_cast<float>(check.matrix[i]);
    for (size_t i = 0; i < check.matches.size(); ++i)
      row[kHead + i] = check.matches[i].inlier ? 1.0f : 0.0f;
  }
  const loci::Status written = loci::write_npy(argv[2], out);
  if (!written.ok()) std::fprintf(stderr, "%s\n", written.message().c_str());
  return written.ok() ? 0 : 1;
}
