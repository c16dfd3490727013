// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"
#include "loci/model/spec.h"
#include "loci/model/tensor.h"

#include <cstdint>
#include <memory>
#include <span>

namespace loci {

/// y = W x + b, then L2 (Arandjelovic et al., CVPR 2016, sec. 5; Jegou and Chum, ECCV 2012). W is M
/// x (K*D), stored as float32, float16 or int8 with one scale a row (`whitening.weight`,
/// `whitening.scale`), streamed once for a batch.
/// With a sketch (WhiteningSpec::sketched) z = W x + b are the first numbers, and the others
///
///     y_j = sum over d with bucket_d = j of sign_d x_d  -  (mixing z)_j  +  sketch_bias_j
///
/// which keep, at random, what the directions of W leave: inner products of the whole stay, up to
/// noise of 1 / sqrt(S).
/// Threads: const, safe from many threads
/// Source:  Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009 (sketch)
class Whitening {
 public:
  /// `input_dim` is the pooled width. Tensors whitening.weight, whitening.bias.
  static Result<std::unique_ptr<Whitening>> create(const WhiteningSpec& spec,
                                                   const TensorMap& tensors,
                                                   int64_t input_dim);
  virtual ~Whitening() = default;
  virtual int64_t input_dim() const = 0;
  virtual int64_t output_dim() const = 0;
  /// in: n x input_dim, out: n x output_dim.
  /// An image's numbers depend neither on the others of the batch nor on the number of threads.
  /// Cost: n * M * input_dim multiply-adds; W is read once, so one image takes the time of reading
  /// W from memory.
  virtual void apply(ConstMatrixView in, MatrixView<float> out, int num_threads = 1) const = 0;
};

/// The tensors with `whitening.weight` as F16 (half the memory and time of float32) or as I8 with
/// `whitening.scale` (a quarter; row r is scale[r] * weight[r], scale = largest magnitude / 127);
/// the others as they are.
/// Errors:  InvalidArgument for another type or weights that are int8 already; NotFound, Corrupt;
///          Unsupported for numbers that float16 cannot hold
Result<TensorMap> compress_whitening(const TensorMap& tensors, DType dtype);

}  // namespace loci
