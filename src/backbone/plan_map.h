// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "map_kernels.h"
#include "plan.h"
#include "thread_team.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace loci::internal {

inline Element element_of(memory::data_type t) {
  if (t == memory::data_type::bf16) return Element::kBf16;
  if (t == memory::data_type::u8) return Element::kU8;
  return t == memory::data_type::s8 ? Element::kS8 : Element::kFloat;
}

/// A map as the kernels see it while a plan runs.
struct RunMap {
  std::byte* data;
  Element element;
  float scale;
  int64_t row_values, row_bytes;

  MapRow row(int64_t y) const { return {data + y * row_bytes, element, scale}; }
  std::byte* at(int64_t y) const { return data + y * row_bytes; }
};

/// A map's place in the plan: pixels one after the other, channels of each together.
struct PlanMap {
  int buffer;
  Element element;
  float scale;
  int64_t rows, row_values, row_bytes;

  PlanMap(const Slot& slot, int batch, const Extent& extent)
      : buffer(slot.buffer),
        element(element_of(slot.type())),
        scale(slot.scale),
        rows(int64_t{batch} * extent.height),
        row_values(int64_t{extent.width} * extent.channels),
        row_bytes(row_values * static_cast<int64_t>(memory::data_type_size(slot.type()))) {}
  RunMap in(const Plan& plan, std::byte* arena, const float* input) const {
    return {plan.at(buffer, arena, input), element, scale, row_values, row_bytes};
  }
};

/// Calls body(row, scratch) for every row; `scratch`: floats of the thread's own.
template <class Body>
void for_each_row(int64_t rows, int num_threads, float* scratch, int64_t floats, Body&& body) {
  std::atomic<int64_t> next{0};
  const int64_t step = std::max<int64_t>(1, rows / (int64_t{num_threads} * 4));
  run_team(num_threads, [&] {
    float* mine = scratch + floats * team_thread();
    for (int64_t y = next.fetch_add(step); y < rows; y = next.fetch_add(step)) {
      for (int64_t r = y; r < std::min(rows, y + step); ++r) body(r, mine);
    }
  });
}

}  // namespace loci::internal
