// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sketched_whitening.h"

#include "norms.h"
#include "tensors.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace loci {
namespace {

/// One column of the sketch: where it goes, and its sign.
struct Cell {
  int32_t bucket = 0;
  float sign = 1;
};

struct Sketch {
  std::vector<Cell> cells;  ///< K*D
  Matrix mixing;            ///< S x (M - S)
  std::vector<float> bias;  ///< S
};

Result<std::vector<Cell>> find_cells(const TensorMap& tensors, int64_t input_dim, int sketched) {
  LOCI_TRY(stored, internal::finite_vector(tensors, "whitening.sketch", input_dim));
  std::vector<Cell> cells;
  cells.reserve(stored.size());
  for (const float value : stored) {
    const float bucket = std::fabs(value);
    if (bucket < 1 || bucket > static_cast<float>(sketched) || bucket != std::floor(bucket)) {
      return corrupt(
          format("tensor 'whitening.sketch' holds %g; expected whole numbers of magnitude 1 to %d",
                 static_cast<double>(value),
                 sketched));
    }
    cells.push_back({.bucket = static_cast<int32_t>(bucket) - 1, .sign = value < 0 ? -1.0f : 1.0f});
  }
  return cells;
}

Result<Sketch> find_sketch(const WhiteningSpec& spec, const TensorMap& tensors, int64_t input_dim) {
  if (spec.sketched < 1 || spec.sketched >= spec.output_dim) {
    return corrupt(format("whitening.sketched is %d of %d numbers: expected 1 to one less",
                          spec.sketched,
                          spec.output_dim));
  }
  Sketch sketch;
  LOCI_TRY(cells, find_cells(tensors, input_dim, spec.sketched));
  sketch.cells = std::move(cells);
  LOCI_TRY(mixing,
           internal::finite_matrix(
               tensors, "whitening.mixing", spec.sketched, spec.output_dim - spec.sketched));
  sketch.mixing = std::move(mixing);
  LOCI_TRY(bias, internal::finite_vector(tensors, "whitening.sketch_bias", spec.sketched));
  sketch.bias = std::move(bias);
  return sketch;
}

/// What makes the first numbers.
WhiteningSpec first_part(const WhiteningSpec& spec) {
  return {.output_dim = spec.output_dim - spec.sketched, .final_norm = false};
}

class SketchedWhitening final : public Whitening {
 public:
  SketchedWhitening(const WhiteningSpec& spec,
                    std::unique_ptr<const Whitening> first,
                    Sketch sketch)
      : spec_(spec), first_(std::move(first)), sketch_(std::move(sketch)) {}
  int64_t input_dim() const override { return first_->input_dim(); }
  int64_t output_dim() const override { return spec_.output_dim; }

  void apply(ConstMatrixView in, MatrixView<float> out, int num_threads) const override {
    Matrix first(in.rows(), first_->output_dim());
    first_->apply(in, first, num_threads);
    parallel_for(in.rows(), 1, num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto z = std::as_const(first).row(i);
        const auto y = out.row(i);
        std::copy(z.begin(), z.end(), y.begin());
        rest(in.row(i), z, y.subspan(z.size()));
        if (spec_.final_norm) internal::normalize_whole(y, NormEps::kClamp);
      }
    });
  }

 private:
  void rest(std::span<const float> x, std::span<const float> z, std::span<float> y) const {
    std::copy(sketch_.bias.begin(), sketch_.bias.end(), y.begin());
    for (size_t d = 0; d < x.size(); ++d) {
      const Cell& cell = sketch_.cells[d];
      y[static_cast<size_t>(cell.bucket)] += cell.sign * x[d];
    }
    for (size_t j = 0; j < y.size(); ++j)
      y[j] -= dot(sketch_.mixing.row(static_cast<int64_t>(j)).data(), z.data(), z.size());
  }

  WhiteningSpec spec_;
  std::unique_ptr<const Whitening> first_;
  Sketch sketch_;
};

}  // namespace

Result<std::unique_ptr<Whitening>> internal::sketched_whitening(const WhiteningSpec& spec,
                                                                const TensorMap& tensors,
                                                                int64_t input_dim) {
  LOCI_TRY(sketch, find_sketch(spec, tensors, input_dim));
  LOCI_TRY(first, Whitening::create(first_part(spec), tensors, input_dim));
  return std::unique_ptr<Whitening>(
      new SketchedWhitening(spec, std::move(first), std::move(sketch)));
}

}  // namespace loci
