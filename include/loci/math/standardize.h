// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

namespace loci {

/// Standardises descriptors as a set, in place:
///
///     x_id <- (x_id - mean_d) / max(std_d, 1e-6),  then x_i <- x_i / |x_i|
///
/// with mean and standard deviation of dimension d over the rows of the set. What all photos of one
/// condition have in common (night, season, camera) goes away; done for the queries and for the
/// database, each as a set of its own, before they are compared. Rows that are all zero (photos
/// that could not be described) take no part and stay zero. A set of fewer than two other rows
/// stays as it is.
/// Cost:   three passes over the rows, sums in float64
/// Source: Schubert, Neubert and Protzel, Unsupervised learning methods for visual place recognition
///         in discretely and continuously changing environments, ICRA 2020, sec. III
void standardize_set(MatrixView<float> rows);

}  // namespace loci
