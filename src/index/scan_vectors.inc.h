// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The vectors of the scan, LOCI_VECTOR_BYTES bytes each: a steps_*.inc.h says how many.
#pragma once

#include <cstdint>

namespace loci::internal {
namespace {

constexpr int kVectorBytes = LOCI_VECTOR_BYTES;
typedef int32_t VecI32 __attribute__((vector_size(kVectorBytes)));
typedef uint64_t VecU64 __attribute__((vector_size(kVectorBytes)));
typedef float VecF32 __attribute__((vector_size(kVectorBytes)));

}  // namespace
}  // namespace loci::internal
