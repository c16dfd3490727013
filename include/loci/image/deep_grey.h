// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace loci {

/// Grey of more than 8 bits as 8: cameras put 10, 12 and 14 bits into 16, thermal imagers use a small part of them, and
/// nothing in the file says so. Let l and h be the values below which 0.5 % and 99.5 % of all lie. Where h - l is less than
/// a quarter of the range, 16384, l becomes 0, h 255 and what lies between is linear, rounded; else the upper 8 bits count.
/// Contract: as many bytes as values.
/// Cost: two passes and a table of 65536.
void deep_grey(std::span<const uint16_t> values, std::span<uint8_t> out);

}  // namespace loci
