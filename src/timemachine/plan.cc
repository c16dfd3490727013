// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "loci/base/rng.h"

namespace loci::town {
namespace {

constexpr float kPi = 3.14159265f;

/// Crossing of the lines through p (direction d) and q (direction e).
Vec2 crossing(Vec2 p, Vec2 d, Vec2 q, Vec2 e) {
  const float t = cross(q - p, e) / cross(d, e);
  return p + d * t;
}

struct Lattice {
  int columns, rows;  ///< of blocks
  std::vector<Vec2> nodes;
  Vec2& node(int i, int j) { return nodes[static_cast<size_t>(j) * (columns + 1) + i]; }
};

Lattice make_lattice(int columns, int rows, Rng& rng) {
  Lattice lattice{columns, rows, std::vector<Vec2>(static_cast<size_t>(columns + 1) * (rows + 1))};
  std::vector<float> xs{0}, ys{0};
  for (int i = 0; i < columns; ++i)
    xs.push_back(xs.back() + static_cast<float>(rng.uniform(58, 98)));
  for (int j = 0; j < rows; ++j) ys.push_back(ys.back() + static_cast<float>(rng.uniform(52, 84)));
  const double turn = rng.uniform(-0.35, 0.35);
  const auto c = static_cast<float>(std::cos(turn)), s = static_cast<float>(std::sin(turn));
  for (int j = 0; j <= rows; ++j) {
    for (int i = 0; i <= columns; ++i) {
      const float x = xs[i] + static_cast<float>(rng.uniform(-9, 9));
      const float y = ys[j] + static_cast<float>(rng.uniform(-8, 8));
      lattice.node(i, j) = {c * x - s * y, s * x + c * y};
    }
  }
  return lattice;
}

Street make_street(Vec2 a, Vec2 b, bool inner, int line, uint32_t town, Rng& rng) {
  Street s{.a = a, .b = b};
  // Width and trees belong to the whole street, not to the piece between two crossings.
  const float kind = hash01(town, static_cast<uint32_t>(line), 1);
  s.half_width = kind < 0.25f ? 6.0f : (kind < 0.7f ? 7.6f : 10.0f);
  s.pavement = kind < 0.25f ? 1.9f : (kind < 0.7f ? 2.6f : 3.6f);
  s.has_trees = kind > 0.45f && hash01(town, static_cast<uint32_t>(line), 2) < 0.55f;
  s.parked_cars = kind > 0.12f;
  s.district = static_cast<int>(hash01(town, static_cast<uint32_t>(line), 3) * 3);
  s.seed = static_cast<uint32_t>(rng.next());
  s.inner = inner;
  return s;
}

void make_streets_and_blocks(TownPlan& plan, Lattice& lattice, Rng& rng) {
  const int nx = lattice.columns, ny = lattice.rows;
  const auto town = static_cast<uint32_t>(plan.seed * 2654435761u + 17);
  std::vector<int> across(static_cast<size_t>(nx) * (ny + 1)), up(static_cast<size_t>(nx + 1) * ny);
  for (int j = 0; j <= ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      across[static_cast<size_t>(j) * nx + i] = static_cast<int>(plan.streets.size());
      plan.streets.push_back(make_street(lattice.node(i, j),
                                         lattice.node(i + 1, j),
                                         j > 0 && j < ny && i > 0 && i < nx - 1,
                                         j,
                                         town,
                                         rng));
    }
  }
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i <= nx; ++i) {
      up[static_cast<size_t>(j) * (nx + 1) + i] = static_cast<int>(plan.streets.size());
      plan.streets.push_back(make_street(lattice.node(i, j),
                                         lattice.node(i, j + 1),
                                         i > 0 && i < nx && j > 0 && j < ny - 1,
                                         1000 + i,
                                         town,
                                         rng));
    }
  }
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      Block b;
      b.node = {lattice.node(i, j),
                lattice.node(i + 1, j),
                lattice.node(i + 1, j + 1),
                lattice.node(i, j + 1)};
      b.street = {across[static_cast<size_t>(j) * nx + i],
                  up[static_cast<size_t>(j) * (nx + 1) + i + 1],
                  across[static_cast<size_t>(j + 1) * nx + i],
                  up[static_cast<size_t>(j) * (nx + 1) + i]};
      std::array<Vec2, 4> start, way;
      for (int k = 0; k < 4; ++k) {
        way[k] = normalise(b.node[(k + 1) % 4] - b.node[k]);
        const Vec2 inward{-way[k].y, way[k].x};
        start[k] = b.node[k] + inward * plan.streets[b.street[k]].half_width;
      }
      for (int k = 0; k < 4; ++k) {
        const int before = (k + 3) % 4;
        b.corner[k] = crossing(start[before], way[before], start[k], way[k]);
      }
      // The outermost streets see houses on both sides and are not photographed themselves.
      const bool rim = i == 0 || j == 0 || i == nx - 1 || j == ny - 1;
      b.park = !rim && rng.chance(0.09);
      plan.blocks.push_back(b);
    }
  }
}

/// Positions along every inner street, a run of some on one side of the street and then some on the
/// other.
void make_places(TownPlan& plan, double spacing_m, Rng& rng) {
  for (size_t i = 0; i < plan.streets.size(); ++i) {
    const Street& s = plan.streets[i];
    if (!s.inner) continue;
    const Vec2 way = normalise(s.b - s.a);
    const Vec2 left{-way.y, way.x};
    const float len = length(s.b - s.a);
    float side = rng.chance(0.5) ? 1.0f : -1.0f;
    bool forward = rng.chance(0.5);
    int run = static_cast<int>(rng.below(5)) + 2;
    for (float at = 8 + static_cast<float>(rng.uniform(0, 4)); at < len - 8;) {
      if (run-- == 0) {
        side = -side;
        if (rng.chance(0.3)) forward = !forward;
        run = static_cast<int>(rng.below(5)) + 2;
      }
      Place p;
      // The lane away from the houses that are looked at.
      const float lane = -side * (s.half_width - s.pavement) * 0.3f;
      p.position = s.a + way * at + left * lane;
      p.along = std::atan2(way.y, way.x);
      const auto turn = static_cast<float>(rng.uniform(36, 72) * kPi / 180);
      p.direction = (forward ? p.along : p.along + kPi) + (forward ? side : -side) * turn;
      p.street = static_cast<int>(i);
      plan.places.push_back(p);
      at += static_cast<float>(spacing_m * rng.uniform(0.85, 1.15));
    }
  }
}

/// Train west, val in the middle, test east, with a strip of 60 m without places between them.
void assign_splits(TownPlan& plan) {
  std::vector<float> east;
  for (const Place& p : plan.places) east.push_back(p.position.x);
  std::sort(east.begin(), east.end());
  const float first = east[east.size() * 55 / 100], second = east[east.size() * 75 / 100];
  std::vector<Place> kept;
  for (Place p : plan.places) {
    if (std::fabs(p.position.x - first) < 30 || std::fabs(p.position.x - second) < 30) continue;
    p.split = p.position.x < first ? 1 : (p.position.x < second ? 2 : 0);
    kept.push_back(p);
  }
  plan.places = std::move(kept);
}

bool try_plan(const PlanOptions& options, int columns, int rows, TownPlan& plan) {
  Rng rng(options.seed, "town plan");
  plan = {};
  plan.seed = options.seed;
  Lattice lattice = make_lattice(columns, rows, rng);
  make_streets_and_blocks(plan, lattice, rng);
  Rng place_rng(options.seed, "places");
  make_places(plan, options.spacing_m, place_rng);
  if (options.three_splits && !plan.places.empty()) assign_splits(plan);
  return plan.places.size() >= static_cast<size_t>(options.num_places);
}

/// Whole streets are dropped rather than single places, so that neighbours stay neighbours.
void keep_count(TownPlan& plan, int count, bool balanced) {
  auto& places = plan.places;
  if (balanced) {
    std::vector<Place> kept;
    for (size_t i = 0; i < places.size(); ++i) {
      // Spread the surplus evenly over the regions.
      const size_t n = places.size(), want = static_cast<size_t>(count);
      if (i * want / n != (i + 1) * want / n) kept.push_back(places[i]);
    }
    places = std::move(kept);
  } else if (places.size() > static_cast<size_t>(count)) {
    places.resize(static_cast<size_t>(count));
  }
  for (size_t i = 0; i < places.size(); ++i) places[i].id = static_cast<int>(i);
}

}  // namespace

TownPlan make_plan(const PlanOptions& options) {
  TownPlan plan;
  int columns = 3, rows = 3;
  while (!try_plan(options, columns, rows, plan)) {
    (columns <= rows ? columns : rows) += std::max(1, std::min(columns, rows) / 6);
  }
  keep_count(plan, options.num_places, options.three_splits);
  plan.low = plan.high = plan.blocks[0].node[0];
  for (const Block& b : plan.blocks) {
    for (Vec2 n : b.node) {
      plan.low = {std::min(plan.low.x, n.x), std::min(plan.low.y, n.y)};
      plan.high = {std::max(plan.high.x, n.x), std::max(plan.high.y, n.y)};
    }
  }
  build_lots(plan);
  furnish(plan);
  return plan;
}

}  // namespace loci::town
