// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "split_units.h"

#include "position_grid.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <numeric>
#include <span>

namespace loci {
namespace {

// Cuts are looked for where each side keeps at least this part of the units.
constexpr double kLeastSide = 0.35;
constexpr double kMetresPerDegree = 111'195;  // of latitude, on the mean sphere

double coordinate(const SplitUnit& unit, bool north) { return north ? unit.north_m : unit.east_m; }

// Orders `range` in place.
void order_range(const std::vector<SplitUnit>& units, std::span<size_t> range, Rng& rng) {
  if (range.size() < 2) return;
  const auto extent = [&](bool north) {
    const auto [low, high] =
        std::minmax_element(range.begin(), range.end(), [&](size_t a, size_t b) {
          return coordinate(units[a], north) < coordinate(units[b], north);
        });
    return coordinate(units[*high], north) - coordinate(units[*low], north);
  };
  const bool north = extent(true) > extent(false);
  std::sort(range.begin(), range.end(), [&](size_t a, size_t b) {
    const double x = coordinate(units[a], north), y = coordinate(units[b], north);
    return x != y ? x < y : a < b;
  });
  const auto first = static_cast<size_t>(kLeastSide * static_cast<double>(range.size()));
  const size_t last = range.size() - first;
  size_t cut = range.size() / 2;
  double widest = -1;
  for (size_t i = std::max<size_t>(1, first); i < std::min(last + 1, range.size()); ++i) {
    const double gap = coordinate(units[range[i]], north) - coordinate(units[range[i - 1]], north);
    if (gap > widest) {
      widest = gap;
      cut = i;
    }
  }
  if (rng.chance(0.5)) {
    std::reverse(range.begin(), range.end());
    cut = range.size() - cut;
  }
  order_range(units, range.first(cut), rng);
  order_range(units, range.subspan(cut), rng);
}

// Parts from the one that keeps its images to the one that gives them up.
std::vector<int> by_share(const std::array<double, 3>& shares) {
  std::vector<int> parts = {2, 1, 0};
  std::stable_sort(parts.begin(), parts.end(), [&](int a, int b) {
    return shares[static_cast<size_t>(a)] < shares[static_cast<size_t>(b)];
  });
  return parts;
}

// Walks through the parts in that order; `is_near(kept, image)` is asked for images of later parts.
using NearTest = std::function<bool(const ImageRecord&)>;
using MakeTest = std::function<NearTest(const std::vector<ImageRecord>& kept)>;

int64_t drop_near(const std::array<double, 3>& shares,
                  const MakeTest& make_test,
                  std::vector<SplitImage>* images) {
  std::vector<ImageRecord> kept;
  int64_t dropped = 0;
  for (const int part : by_share(shares)) {
    const NearTest is_near = make_test(kept);
    for (SplitImage& image : *images) {
      if (image.part != part || !is_near(image.record)) continue;
      image.part = -1;
      ++dropped;
    }
    for (const SplitImage& image : *images) {
      if (image.part == part) kept.push_back(image.record);
    }
  }
  return dropped;
}

}  // namespace

std::vector<SplitUnit> locate(std::vector<SplitUnit> units, const std::vector<SplitImage>& all) {
  double sum = 0;
  int64_t on_earth = 0;
  for (SplitUnit& unit : units) {
    for (const size_t i : unit.images) {
      const ImageRecord& record = all[i].record;
      unit.frame = std::max(unit.frame, record.frame);
      if (!record.utm.has_value()) continue;
      unit.on_earth = record.position.has_value();
      unit.east_m = unit.on_earth ? record.position->lon * kMetresPerDegree : record.utm->east_m;
      unit.north_m = unit.on_earth ? record.position->lat * kMetresPerDegree : record.utm->north_m;
      sum += unit.on_earth ? record.position->lat : 0;
      on_earth += unit.on_earth ? 1 : 0;
      break;
    }
  }
  if (on_earth == 0) return units;
  const double shrink = std::cos(sum / static_cast<double>(on_earth) * std::numbers::pi / 180);
  for (SplitUnit& unit : units) {
    if (unit.on_earth) unit.east_m *= shrink;
  }
  return units;
}

std::vector<size_t> order_by_position(const std::vector<SplitUnit>& units, Rng& rng) {
  std::vector<size_t> order, local;
  for (size_t i = 0; i < units.size(); ++i) (units[i].on_earth ? order : local).push_back(i);
  order_range(units, order, rng);
  order_range(units, local, rng);
  order.insert(order.end(), local.begin(), local.end());
  return order;
}

std::vector<size_t> order_by_frame(const std::vector<SplitUnit>& units, Rng& rng) {
  std::vector<size_t> order(units.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return units[a].frame < units[b].frame;
  });
  const auto start = static_cast<std::ptrdiff_t>(rng.below(order.size()));
  std::rotate(order.begin(), order.begin() + start, order.end());
  return order;
}

std::vector<size_t> shuffled(size_t count, Rng& rng) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  rng.shuffle(order);
  return order;
}

int64_t drop_near_other_parts(double buffer_m,
                              const std::array<double, 3>& shares,
                              std::vector<SplitImage>* images) {
  const MakeTest make_test = [&](const std::vector<ImageRecord>& kept) -> NearTest {
    auto grid = std::make_shared<PositionGrid>(kept, buffer_m);
    return [grid, rows = std::vector<int64_t>()](const ImageRecord& record) mutable {
      rows.clear();
      grid->find(*record.utm, &rows);
      return !rows.empty();
    };
  };
  return drop_near(shares, make_test, images);
}

int64_t drop_near_frames(int64_t buffer_frames,
                         const std::array<double, 3>& shares,
                         std::vector<SplitImage>* images) {
  const MakeTest make_test = [&](const std::vector<ImageRecord>& kept) -> NearTest {
    std::vector<int64_t> frames;
    for (const ImageRecord& record : kept) frames.push_back(record.frame);
    std::sort(frames.begin(), frames.end());
    return [frames = std::move(frames), buffer_frames](const ImageRecord& record) {
      const auto it = std::lower_bound(frames.begin(), frames.end(), record.frame - buffer_frames);
      return it != frames.end() && *it <= record.frame + buffer_frames;
    };
  };
  return drop_near(shares, make_test, images);
}

}  // namespace loci
