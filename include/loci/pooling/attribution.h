// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/features.h"
#include "loci/base/status.h"
#include "loci/model/spec.h"
#include "loci/model/tensor.h"

#include <vector>

namespace loci {

/// What the features of two images gave to the similarity of the two descriptors (before whitening).
struct Attribution {
  double score = 0;                            ///< dot product of the two pooled descriptors
  std::vector<double> cluster_agreement;       ///< K parts of the score; empty without clusters
  Matrix first_assignment, second_assignment;  ///< N x K: a_k(x_i); empty without clusters
  std::vector<double> first, second;  ///< N parts of the score, one a feature of each image
};

/// Takes a score apart. For netvlad and vlad, with v_k the part of cluster k of the other image's
/// descriptor and s_kd what normalisation made of the residual sum V_kd:
///
///     part of feature i = sum_k a_ik sum_d (x_id - c_kd) s_kd v_kd
///     part of cluster k = v_k . v'_k
///
/// so that the parts of either image, and those of the clusters, sum to the score exactly (up to
/// rounding). gem, mean and max share a dimension's product out by x_id^p, x_id and to the largest.
/// Errors:  Unsupported for poolings that are no sum over features, by name; as Pooling::create()
/// Cost:    4 * N * K * D multiply-adds for each image, one thread
Result<Attribution> attribute_score(const PoolingSpec& spec,
                                    const TensorMap& tensors,
                                    const FeaturesView& first,
                                    const FeaturesView& second);

}  // namespace loci
