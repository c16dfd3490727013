// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "netvlad.h"

#include "norms.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

constexpr int64_t kTaskFloats = int64_t{1} << 17;  // reading fewer costs less than waking a thread

int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }
int64_t divide_up(int64_t n, int64_t by) { return (n + by - 1) / by; }

/// Multiplications that take as long as reading a float.
constexpr int64_t kFlopsOfARead = 16;

/// Of things that read `floats` each, how many make a task.
int64_t task_size(int64_t floats) { return divide_up(kTaskFloats, std::max<int64_t>(1, floats)); }

AlignedBuffer<float> padded(ConstMatrixView from, int64_t width) {
  AlignedBuffer<float> out(static_cast<size_t>(from.rows() * width));
  std::fill(out.span().begin(), out.span().end(), 0.0f);
  for (int64_t i = 0; i < from.rows(); ++i)
    std::copy_n(from.row_data(i), from.cols(), out.data() + i * width);
  return out;
}

/// [K / tile][D][tile], zeros beyond K.
AlignedBuffer<float> packed(ConstMatrixView weight, int64_t padded_clusters, int64_t tile) {
  const int64_t dim = weight.cols();
  AlignedBuffer<float> out(static_cast<size_t>(padded_clusters * dim));
  std::fill(out.span().begin(), out.span().end(), 0.0f);
  for (int64_t k = 0; k < weight.rows(); ++k) {
    float* panel = out.data() + k / tile * tile * dim + k % tile;
    for (int64_t d = 0; d < dim; ++d) panel[d * tile] = weight(k, d);
  }
  return out;
}

}  // namespace

NetvladPooling::NetvladPooling(const PoolingSpec& spec,
                               ConstMatrixView weight,
                               std::span<const float> bias,
                               ConstMatrixView centers,
                               bool hard,
                               const NetvladKernels& kernels)
    : spec_(spec), kernels_(kernels) {
  layer_.clusters = weight.rows();
  layer_.dim = weight.cols();
  layer_.padded_clusters = round_up(layer_.clusters, kPad);
  layer_.padded_dim = round_up(layer_.dim, kPad);
  layer_.hard = hard;
  layer_.signed_sqrt = spec.signed_sqrt;
  if (spec.normalize_features) layer_.feature_norm = spec.eps == NormEps::kClamp ? 1 : 2;
  packed_ = packed(weight, layer_.padded_clusters, kernels.tile);
  centers_ = padded(centers, layer_.padded_dim);
  bias_ = AlignedBuffer<float>(static_cast<size_t>(layer_.padded_clusters));
  std::fill(bias_.span().begin(), bias_.span().end(), kPadBias);
  std::copy(bias.begin(), bias.end(), bias_.data());
  layer_.packed_weights = packed_.data();
  layer_.bias = bias_.data();
  layer_.centers = centers_.data();
}

void NetvladPooling::pool(const FeaturesView& features,
                          std::span<float> out,
                          int num_threads) const {
  const ConstMatrixView x = features.values;
  LOCI_REQUIRE(x.cols() == layer_.dim, "features have the layer's width");
  LOCI_REQUIRE(std::cmp_equal(out.size(), layer_.clusters * layer_.dim), "out holds K*D floats");
  LOCI_REQUIRE(features.weights.empty() || std::cmp_equal(features.weights.size(), x.rows()),
               "one weight a feature");
  const int64_t width = layer_.padded_clusters, num_blocks = divide_up(x.rows(), kBlockRows);
  const int64_t sums_size = layer_.clusters * layer_.padded_dim;
  const int64_t nearest_size = layer_.hard ? round_up(x.rows(), kPad) : 0;
  auto lease = scratch_.lease(
      static_cast<size_t>(sums_size + x.rows() * width + (num_blocks + 1) * width + nearest_size));
  float* const sums = lease.data();
  float* const masses = sums + sums_size;
  NetvladAssignment all;
  all.mass = masses + num_blocks * width;
  all.weights = all.mass + width;
  all.nearest = reinterpret_cast<int32_t*>(all.weights + x.rows() * width);
  assign(features, all, masses, num_threads);
  normalize(sums, add_residuals(x, all, sums, num_threads), out, num_threads);
}

void NetvladPooling::assign(const FeaturesView& features,
                            NetvladAssignment all,
                            float* masses,
                            int num_threads) const {
  const ConstMatrixView x = features.values;
  const int64_t width = layer_.padded_clusters;
  const float* weights = features.weights.empty() ? nullptr : features.weights.data();
  parallel_for(x.rows(),
               kBlockRows * task_size(kBlockRows * layer_.dim * layer_.clusters / kFlopsOfARead),
               num_threads,
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; i += kBlockRows) {
                   kernels_.assign(
                       layer_,
                       x.row_data(i),
                       x.stride(),
                       std::min(kBlockRows, end - i),
                       weights == nullptr ? nullptr : weights + i,
                       {all.weights + i * width, all.nearest + i, masses + i / kBlockRows * width});
                 }
               });
  std::fill_n(all.mass, width, 0.0f);
  for (int64_t block = 0; block < divide_up(x.rows(), kBlockRows); ++block) {
    for (int64_t k = 0; k < width; ++k) all.mass[k] += masses[block * width + k];
  }
}

/// |V_k|^2 for all k.
std::vector<double> NetvladPooling::add_residuals(ConstMatrixView x,
                                                  NetvladAssignment assignment,
                                                  float* sums,
                                                  int num_threads) const {
  const auto clusters = static_cast<size_t>(layer_.clusters);
  const int64_t num_panels = divide_up(layer_.dim, kernels_.tile);
  std::vector<double> parts(static_cast<size_t>(num_panels) * clusters);
  parallel_for(num_panels,
               task_size(x.rows() * kernels_.tile * layer_.clusters / kFlopsOfARead),
               num_threads,
               [&](int64_t begin, int64_t end) {
                 for (int64_t panel = begin; panel < end; ++panel) {
                   kernels_.residuals(layer_,
                                      x.row_data(0),
                                      x.stride(),
                                      x.rows(),
                                      assignment,
                                      panel * kernels_.tile,
                                      sums,
                                      parts.data() + static_cast<size_t>(panel) * clusters);
                 }
               });
  std::vector<double> squares(clusters);
  for (size_t i = 0; i < parts.size(); ++i) squares[i % clusters] += parts[i];
  return squares;
}

/// Norms are known before any number is scaled, so both normalisations and the flattening are one
/// pass.
void NetvladPooling::normalize(const float* residuals,
                               std::vector<double> squares,
                               std::span<float> out,
                               int num_threads) const {
  std::vector<double> scale(squares.size(), 1.0);
  double total = 0;
  for (size_t k = 0; k < squares.size(); ++k) {
    if (spec_.intra_norm) scale[k] = part_scale(squares[k], spec_.eps);
    total += squares[k] * scale[k] * scale[k];
  }
  const double whole = spec_.final_norm ? whole_scale(total, spec_.eps) : 1.0;
  const int64_t clusters = layer_.clusters, dim = layer_.dim, stride = layer_.padded_dim;
  if (!spec_.dimension_outer) {
    parallel_for(clusters, task_size(dim), num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) {
        const auto factor = static_cast<float>(scale[static_cast<size_t>(k)] * whole);
        for (int64_t d = 0; d < dim; ++d)
          out[static_cast<size_t>(k * dim + d)] = residuals[k * stride + d] * factor;
      }
    });
    return;
  }
  constexpr int64_t kSquare =
      16;  // a tile of the transposition: as many numbers a row as a cache line holds
  parallel_for(
      dim, round_up(task_size(clusters), kSquare), num_threads, [&](int64_t begin, int64_t end) {
        for (int64_t k0 = 0; k0 < clusters; k0 += kSquare) {
          for (int64_t d0 = begin; d0 < end; d0 += kSquare) {
            for (int64_t k = k0; k < std::min(k0 + kSquare, clusters); ++k) {
              const auto factor = static_cast<float>(scale[static_cast<size_t>(k)] * whole);
              for (int64_t d = d0; d < std::min(d0 + kSquare, end); ++d) {
                out[static_cast<size_t>(d * clusters + k)] = residuals[k * stride + d] * factor;
              }
            }
          }
        }
      });
}

}  // namespace loci::internal
