// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "torch_headers.h"

namespace loci::train {

/// The NetVLAD layer between the normalisation of its features and that of its clusters, as one
/// operator whose backward pass is written out:
///
///   V_k = sum_i a_ik (x_i - c_k) = (A^T X)_k - (sum_i a_ik) c_k,   a_i = softmax(W x_i + b)
///
///   dA = X G^T - 1 (G . C)^T,   dP = A (dA - sum_k A dA),   G = dL/dV
///   dX = dP W + A G,   dW = dP^T X,   db = sum_i dP_i,   dC_k = -G_k sum_i a_ik
///
/// Shapes:  x [B, N, D] (N may be 0), weight and centers [K, D], bias [K] or undefined; out
///          [B, K, D]
/// Cost:    4 B N K D multiply-adds forward and backward together with 2 N K numbers beside x;
///          N x K x D numbers are never there
/// Source:  Arandjelovic et al., CVPR 2016, eq. (4); gradients as in Relja/netvlad layerVLAD.m
at::Tensor netvlad_aggregate(const at::Tensor& x,
                             const at::Tensor& weight,
                             const at::Tensor& bias,
                             const at::Tensor& centers);

}  // namespace loci::train
