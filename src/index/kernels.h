// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/cpu.h"

#include <cstddef>
#include <cstdint>

namespace loci::internal {

/// Kernels of the scans, compiled for one instruction set. Every level gives the same integers;
/// dot_half differs in the order of its float32 sums.
struct ScanKernels {
  float (*dot_half)(const uint16_t* row, const float* query, size_t n);
  /// out[q * ld + r] = sum over i of queries[q][i] * rows[r][i]. Queries below 128, so that 16-bit
  /// sums of two products cannot overflow; `width` is a multiple of 64.
  void (*dot_int8)(const int8_t* rows,
                   int64_t num_rows,
                   const uint8_t* queries,
                   int64_t num_queries,
                   int64_t width,
                   int32_t* out,
                   int64_t ld);
  /// out[q * ld + r] = number of different bits, at most 65535; `words` is a multiple of 8.
  void (*hamming)(const uint64_t* rows,
                  int64_t num_rows,
                  const uint64_t* queries,
                  int64_t num_queries,
                  int64_t words,
                  uint16_t* out,
                  int64_t ld);
  uint16_t (*min_u16)(const uint16_t* values, int64_t n);
  /// Writes the places of the values up to `limit`, in order, and returns how many; stops after
  /// `capacity` of them.
  int64_t (*find_up_to)(
      const uint16_t* values, int64_t n, uint16_t limit, int32_t* out, int64_t capacity);
  /// Butterflies x(j), x(j + h) -> sum, difference for h = 16, 32, ... below `block`, in every
  /// block of x.
  void (*butterflies)(float* x, int64_t n, int64_t block);
  /// Reads n bytes, a multiple of 256, and mixes them into one word: to measure the bandwidth of
  /// the memory.
  uint64_t (*read_bytes)(const void* memory, int64_t n);
};

ScanKernels plain_scan_kernels();
ScanKernels avx2_scan_kernels();
ScanKernels avx512_scan_kernels();
ScanKernels avx512_vnni_scan_kernels();

const ScanKernels& scan_kernels();
const ScanKernels& scan_kernels(SimdLevel level);

}  // namespace loci::internal
