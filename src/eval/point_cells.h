// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace loci::internal {

using Point = std::array<double, 3>;  ///< metres

/// Points in space by the cubes of `cell_m` they lie in; only occupied cubes exist.
class PointCells {
 public:
  using Key = std::array<int64_t, 3>;
  explicit PointCells(double cell_m) : cell_m_(cell_m) {}

  void add(const Point& point, size_t name) { cells_[key(point)].push_back(name); }
  /// Only where the cube is empty yet.
  void add_first(const Point& point, size_t name) {
    std::vector<size_t>& cube = cells_[key(point)];
    if (cube.empty()) cube.push_back(name);
  }
  Key key(const Point& point) const { return {index(point[0]), index(point[1]), index(point[2])}; }

  /// Names in a cube and the 26 around it.
  template <class Visit>
  void near(const Key& k, Visit visit) const {
    for (int64_t x = -1; x <= 1; ++x) {
      for (int64_t y = -1; y <= 1; ++y) {
        for (int64_t z = -1; z <= 1; ++z) {
          const auto found = cells_.find({k[0] + x, k[1] + y, k[2] + z});
          if (found == cells_.end()) continue;
          for (const size_t name : found->second) visit(name);
        }
      }
    }
  }
  bool occupied_near(const Point& point) const {
    bool any = false;
    near(key(point), [&](size_t) { any = true; });
    return any;
  }

 private:
  struct Hash {
    size_t operator()(const Key& k) const {
      uint64_t h = 0;
      for (const int64_t i : k) h = (h ^ static_cast<uint64_t>(i)) * 0x9E3779B97F4A7C15ULL;
      return h ^ h >> 29;
    }
  };
  int64_t index(double metres) const { return static_cast<int64_t>(std::floor(metres / cell_m_)); }
  double cell_m_;
  std::unordered_map<Key, std::vector<size_t>, Hash> cells_;
};

}  // namespace loci::internal
