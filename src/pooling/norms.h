// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/spec.h"

#include <span>

namespace loci::internal {

/// What a feature or a cluster with this squared norm is multiplied by (formats of Relja/netvlad
/// and of PyTorch).
double part_scale(double squared_norm, NormEps eps);
/// The same for a whole descriptor.
double whole_scale(double squared_norm, NormEps eps);
double squared_norm(std::span<const float> x);
void scale_by(std::span<float> x, double factor);
/// Whole-descriptor L2.
void normalize_whole(std::span<float> x, NormEps eps);

}  // namespace loci::internal
