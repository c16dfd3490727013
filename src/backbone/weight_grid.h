// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace loci::internal {

/// The step s of a symmetric grid w ~ q * s, |q| <= `largest`, for the weights of one channel.
///
/// Weights that were integers once (a network trained for 8 bits and stored as floats) lie on a
/// grid already, usually a coarser one than peak / largest; any other step would round them a
/// second time. So the step peak / k with the smallest k that reproduces them is taken, and peak /
/// largest where there is none. 1 for weights that are all zero.
float grid_step(std::span<const float> weights, int largest);

/// Integers q, |q| <= `largest`, for one kernel [kh][kw] of weights w ~ q * step: to the nearest, but with the sum of the
/// kernel kept to half a step, by moving those that lie nearest to the middle between two integers.
///
/// Maps behind a ReLU are smooth and nowhere below zero, so most of what a kernel makes of them is its sum times their
/// mean. Rounded alone, nine or twenty-five weights shift that by a constant, which a depthwise convolution has no other
/// channels to average with (Nagel et al., Data-free quantization through weight equalization and bias correction,
/// ICCV 2019, correct it after the fact).
void round_kernel(std::span<const float> weights, float step, int largest, int8_t* out);

/// The same in bf16: each weight one of its two neighbours there, their sum as near to the kernel's as single moves bring
/// it.
void round_kernel_bf16(std::span<const float> weights, float* out);

}  // namespace loci::internal
