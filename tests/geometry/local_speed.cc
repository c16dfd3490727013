// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// How long keypoints, matching and packing take on one thread: medians over random maps and features.

#include "loci/base/rng.h"
#include "loci/local/kept_features.h"
#include "loci/local/keypoints.h"
#include "loci/local/matching.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace {

template <class F>
double median_ms(F work) {
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count());
  }
  std::ranges::nth_element(times, times.begin() + 100);
  return times[100];
}

loci::Matrix normal(int64_t rows, int64_t cols, uint64_t seed) {
  loci::Rng rng(seed);
  loci::Matrix out(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (float& x : out.row(i)) x = static_cast<float>(rng.normal());
    loci::l2_normalize(out.row(i));
  }
  return out;
}

loci::LocatedFeatures features(int64_t n, uint64_t seed) {
  loci::LocatedFeatures out{.keypoints = std::vector<loci::Keypoint>(static_cast<size_t>(n)),
                            .width = 640,
                            .height = 480};
  out.features.values = normal(n, 64, seed);
  return out;
}

}  // namespace

int main() {
  constexpr int64_t kWidth = 80, kHeight = 60;  // of 640 x 480 pixels
  const loci::Matrix descriptors = normal(kWidth * kHeight, 64, 1);
  loci::Matrix logits(kWidth * kHeight, 65);
  std::vector<float> reliability(kWidth * kHeight, 0.5f);
  loci::Rng rng(2);
  for (int64_t i = 0; i < logits.rows(); ++i) {
    for (float& x : logits.row(i)) x = static_cast<float>(rng.normal());
    logits(i, static_cast<int64_t>(rng.below(2) == 0 ? 64 : rng.below(64))) += 7;
  }
  const loci::KeypointMaps maps{descriptors, logits, reliability, kHeight, kWidth};
  const auto a = features(800, 3), b = features(800, 4);
  const auto kept_a = loci::keep(a), kept_b = loci::keep(b);
  size_t sum = 0;
  std::printf("560 keypoints of 640 x 480: %.2f ms\n",
              median_ms([&] { sum += loci::sparse_keypoints(maps, 640, 480).scores.size(); }));
  std::printf("800 x 800 x 64 float32: %.2f ms\n", median_ms([&] {
                sum += loci::mutual_matches(a.features.values, b.features.values).size();
              }));
  std::printf("800 x 800 x 64 int8: %.2f ms\n", median_ms([&] {
                sum += loci::mutual_matches(kept_a.descriptors, kept_b.descriptors).size();
              }));
  std::printf("keep and pack 800: %.2f ms\n",
              median_ms([&] { sum += loci::pack(loci::keep(a)).size(); }));
  return sum == 0 ? 1 : 0;
}
