// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Scan kernels, written once over the vectors and steps of a steps_*.inc.h that must be included
// before.
#pragma once

#include "kernels.h"

#if defined(__clang__)
#define LOCI_UNROLL _Pragma("unroll")
#else
#define LOCI_UNROLL _Pragma("GCC unroll 16")
#endif

namespace loci::internal {
namespace {

float dot_half_row(const uint16_t* row, const float* query, size_t n) {
  constexpr size_t kLanes = kVectorBytes / 4, kSums = 4;
  VecF32 sums[kSums] = {};
  size_t i = 0;
  for (; i + kSums * kLanes <= n; i += kSums * kLanes) {
    LOCI_UNROLL
    for (size_t s = 0; s < kSums; ++s) {
      VecF32 q;
      __builtin_memcpy(&q, query + i + s * kLanes, sizeof q);
      sums[s] += load_halfs(row + i + s * kLanes) * q;
    }
  }
  const VecF32 all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  float result = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) result += all[lane];
  return result;  // rows are filled up to a multiple of 64
}

inline int32_t sum_lanes(VecI32 v) {
  int32_t sum = 0;
  for (int lane = 0; lane < kVectorBytes / 4; ++lane) sum += v[lane];
  return sum;
}

template <int kRows, int kQueries>
inline __attribute__((always_inline)) void dot_tile(
    const int8_t* rows, const uint8_t* queries, int64_t width, int32_t* out, int64_t ld) {
  VecI32 sums[kQueries][kRows] = {};
  for (int64_t i = 0; i < width; i += kVectorBytes) {
    LOCI_UNROLL
    for (int q = 0; q < kQueries; ++q) {
      LOCI_UNROLL
      for (int r = 0; r < kRows; ++r)
        sums[q][r] = dot_step(sums[q][r], queries + q * width + i, rows + r * width + i);
    }
  }
  for (int q = 0; q < kQueries; ++q) {
    for (int r = 0; r < kRows; ++r) out[q * ld + r] = sum_lanes(sums[q][r]);
  }
}

void dot_int8_block(const int8_t* rows,
                    int64_t num_rows,
                    const uint8_t* queries,
                    int64_t num_queries,
                    int64_t width,
                    int32_t* out,
                    int64_t ld) {
  int64_t q = 0;
  for (; q + 4 <= num_queries; q += 4) {
    int64_t r = 0;
    for (; r + 2 <= num_rows; r += 2)
      dot_tile<2, 4>(rows + r * width, queries + q * width, width, out + q * ld + r, ld);
    for (; r < num_rows; ++r)
      dot_tile<1, 4>(rows + r * width, queries + q * width, width, out + q * ld + r, ld);
  }
  for (; q < num_queries; ++q) {
    int64_t r = 0;
    for (; r + 2 <= num_rows; r += 2)
      dot_tile<2, 1>(rows + r * width, queries + q * width, width, out + q * ld + r, ld);
    for (; r < num_rows; ++r)
      dot_tile<1, 1>(rows + r * width, queries + q * width, width, out + q * ld + r, ld);
  }
}

/// Differing bits of one query and kRows rows, as kRows numbers of 16 bits in one word.
template <int kRows>
inline uint64_t hamming_rows(const uint64_t* rows, const uint64_t* query, int64_t words) {
  constexpr int64_t kStep = kVectorBytes / 8,
                    kSpan = 16 * kStep;  // a byte holds the ones of up to 31 vectors
  VecU64 totals = {};
  for (int64_t from = 0; from < words; from += kSpan) {
    const int64_t to = from + kSpan < words ? from + kSpan : words;
    VecU64 counts[kRows] = {};
    for (int64_t w = from; w < to; w += kStep) {
      VecU64 q;
      __builtin_memcpy(&q, query + w, sizeof q);
      LOCI_UNROLL
      for (int r = 0; r < kRows; ++r) {
        VecU64 x;
        __builtin_memcpy(&x, rows + r * words + w, sizeof x);
        // Bytes do not overflow, so an addition of words is one of bytes.
        counts[r] += byte_popcounts(x ^ q);
      }
    }
    LOCI_UNROLL
    for (int r = 0; r < kRows; ++r) totals += sum_bytes(counts[r]) << (16 * r);
  }
  uint64_t all = 0;
  for (int lane = 0; lane < kVectorBytes / 8; ++lane) all += totals[lane];
  return all;
}

void hamming_block(const uint64_t* rows,
                   int64_t num_rows,
                   const uint64_t* queries,
                   int64_t num_queries,
                   int64_t words,
                   uint16_t* out,
                   int64_t ld) {
  constexpr int64_t kBlock = 64;
  for (int64_t begin = 0; begin < num_rows; begin += kBlock) {
    const int64_t end = begin + kBlock < num_rows ? begin + kBlock : num_rows;
    for (int64_t q = 0; q < num_queries; ++q) {
      int64_t r = begin;
      for (; r + 4 <= end; r += 4) {
        const uint64_t four = hamming_rows<4>(rows + r * words, queries + q * words, words);
        __builtin_memcpy(out + q * ld + r, &four, sizeof four);
      }
      for (; r < end; ++r) {
        out[q * ld + r] =
            static_cast<uint16_t>(hamming_rows<1>(rows + r * words, queries + q * words, words));
      }
    }
  }
}

uint16_t min_of_u16(const uint16_t* values, int64_t n) {
  typedef uint16_t VecU16 __attribute__((vector_size(kVectorBytes)));
  constexpr int64_t kLanes = kVectorBytes / 2;
  uint16_t least = 0xffff;
  int64_t i = 0;
  if (n >= kLanes) {
    VecU16 lanes;
    __builtin_memcpy(&lanes, values, sizeof lanes);
    for (i = kLanes; i + kLanes <= n; i += kLanes) {
      VecU16 v;
      __builtin_memcpy(&v, values + i, sizeof v);
      lanes = v < lanes ? v : lanes;
    }
    for (int64_t lane = 0; lane < kLanes; ++lane) least = lanes[lane] < least ? lanes[lane] : least;
  }
  for (; i < n; ++i) least = values[i] < least ? values[i] : least;
  return least;
}

int64_t find_up_to_limit(
    const uint16_t* values, int64_t n, uint16_t limit, int32_t* out, int64_t capacity) {
  constexpr int64_t kBlock = 64;
  int64_t found = 0, i = 0;
  for (; i < n && found < capacity; i += kBlock) {
    const int64_t end = i + kBlock < n ? i + kBlock : n;
    if (min_of_u16(values + i, end - i) > limit) continue;
    for (int64_t j = i; j < end && found < capacity; ++j) {
      if (values[j] <= limit) out[found++] = static_cast<int32_t>(j);
    }
  }
  return found;
}

void butterflies_in_blocks(float* x, int64_t n, int64_t block) {
  constexpr int64_t kLanes = kVectorBytes / 4;
  static_assert(16 % kLanes == 0);
  for (int64_t h = 16; h < block; h *= 2) {
    for (int64_t i = 0; i < n; i += 2 * h) {
      for (int64_t j = i; j < i + h; j += kLanes) {
        VecF32 a, b;
        __builtin_memcpy(&a, x + j, sizeof a);
        __builtin_memcpy(&b, x + j + h, sizeof b);
        const VecF32 sum = a + b, difference = a - b;
        __builtin_memcpy(x + j, &sum, sizeof sum);
        __builtin_memcpy(x + j + h, &difference, sizeof difference);
      }
    }
  }
}

uint64_t read_all_bytes(const void* memory, int64_t n) {
  const auto* bytes = static_cast<const unsigned char*>(memory);
  constexpr int64_t kSums = 4;
  VecU64 sums[kSums] = {};
  for (int64_t i = 0; i < n; i += kSums * kVectorBytes) {
    LOCI_UNROLL
    for (int64_t s = 0; s < kSums; ++s) {
      VecU64 x;
      __builtin_memcpy(&x, bytes + i + s * kVectorBytes, sizeof x);
      sums[s] += x;
    }
  }
  const VecU64 all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  uint64_t total = 0;
  for (int lane = 0; lane < kVectorBytes / 8; ++lane) total += all[lane];
  return total;
}

ScanKernels make_scan_kernels() {
  return {dot_half_row,
          dot_int8_block,
          hamming_block,
          min_of_u16,
          find_up_to_limit,
          butterflies_in_blocks,
          read_all_bytes};
}

}  // namespace
}  // namespace loci::internal
