// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/features.h"
#include "loci/base/status.h"
#include "loci/model/spec.h"
#include "loci/model/tensor.h"

#include <cstdint>
#include <memory>
#include <span>

namespace loci {

/// Turns N features of width D into one descriptor.
/// Threads: const, safe from many threads
class Pooling {
 public:
  virtual ~Pooling() = default;
  virtual int64_t feature_dim() const = 0;  ///< D; 0 when any width is taken
  /// M for features of width `feature_dim`.
  virtual int64_t output_dim(int64_t feature_dim) const = 0;
  /// Contract: features.values.cols() == D, out.size() == output_dim(D). N may be 0: the descriptor
  /// is then all zeros, or what the formula gives. `num_threads` as in parallel_for; the result
  /// does not depend on it.
  virtual void pool(const FeaturesView& features,
                    std::span<float> out,
                    int num_threads = 1) const = 0;

  /// Makes the layer that `spec` names from its `pooling.*` tensors; `feature_dim` is D (of the
  /// network or of SIFT).
  ///
  /// Tensors by their names after `pooling.`, and the length of the descriptor:
  ///
  ///   netvlad   weight [K, D], optional bias [K], centers [K, D]          K*D
  ///             (centers are added ones: the residual is x - c)
  ///   vlad      centers [K, D]: each feature to its nearest; with         K*D
  ///             weight and optional bias to its largest w.x + b
  ///   gem       optional p [1] or [D], otherwise spec.gem_p               D
  ///   max, mean none                                                      D
  ///   rmac      none; needs a map                                         D
  ///   cosplace  linear.{weight [M, D], bias [M]}, optional p              M
  ///   convap    channels.{weight [M, D], bias [M]}; needs a map           M*windows
  ///             (spec.grid_height x spec.grid_width windows)
  ///   mixvpr    channels.{weight [M, D], bias}, rows.{weight [R, P],      M*R
  ///             bias}, and for block I = 0, 1, ... mix.I.norm.{weight,
  ///             bias} [P], mix.I.expand.{weight [E, P], bias},
  ///             mix.I.contract.{weight [P, E], bias}; the map has
  ///             exactly P positions
  ///   salad     features, scores and optional token, each                 O_token +
  ///             hidden.{weight [H, D], bias} and out.{weight [O, H],      O_features * O_scores
  ///             bias}; dustbin [1]. With token the last row of the
  ///             features is the class token
  ///   tokens    optional rows.{weight [R, T], bias}, which mix the T    D*R
  ///             rows; without, T = R = spec.num_clusters
  ///   sage      as salad, always with token and without dustbin;        as salad
  ///             weights (1 -> 1) and power (O_scores -> 1) likewise
  ///   regions   optional p; for layer I = 0, 1, ...                     14*D
  ///             layers.I.{value, proj}.{weight [D, D], bias}, .norm1,
  ///             .norm2, .expand, .contract. The last row is the class
  ///             token, those before it a grid of spec.grid_height x
  ///             spec.grid_width
  ///
  /// spec.normalize_features, intra_norm and signed_sqrt concern netvlad and vlad alone,
  /// dimension_outer those and tokens, final_norm all; the other heads do what their authors' code does. salad gives zeros for
  /// no more features than clusters.
  /// Errors:  Unsupported type; NotFound or Corrupt tensors, by name
  /// Source:  Arandjelovic et al., CVPR 2016 (netvlad); Jegou et al., CVPR 2010 (vlad); the others
  ///          are named in their files
  static Result<std::unique_ptr<Pooling>> create(const PoolingSpec& spec,
                                                 const TensorMap& tensors,
                                                 int64_t feature_dim);
};

}  // namespace loci
