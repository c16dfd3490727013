// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace loci::internal {

/// The step s of a symmetric grid w ~ q * s, |q| <= `largest`, for the weights of one channel.
///
/// Weights that were integers once (a network trained for 8 bits and stored as floats) lie on a
/// grid already, usually a coarser one than peak / largest; any other step would round them a
/// second time. So the step peak / k with the smallest k that reproduces them is taken, and peak /
/// largest where there is none. 1 for weights that are all zero.
float grid_step(std::span<const float> weights, int largest);

}  // namespace loci::internal
