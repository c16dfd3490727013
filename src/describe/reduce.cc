// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/reduce.h"

#include "describe_rows.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/math/pca.h"
#include "loci/math/vector.h"
#include "loci/pooling/whitening.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace loci {
namespace {

constexpr int64_t kPhotosPerDimension = 2;
constexpr int64_t kPhotosPerDirection = 10;
constexpr int64_t kLeastForLine = 20;
constexpr int64_t kMostForLine = 1500;
constexpr size_t kMostAlike = 10;

double similarity(ConstMatrixView rows, int64_t a, int64_t b) {
  return static_cast<double>(
      dot(rows.row_data(a), rows.row_data(b), static_cast<size_t>(rows.cols())));
}

struct Line {
  double offset = 0, slope = 1;
};

/// Similarities of `before` over those of `after`, of each row with the rows most like it afterwards.
Line fit_line(ConstMatrixView before, ConstMatrixView after) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  std::vector<std::pair<double, int64_t>> others;
  for (int64_t i = 0; i < after.rows(); ++i) {
    others.clear();
    for (int64_t j = 0; j < after.rows(); ++j) {
      if (j != i) others.emplace_back(similarity(after, i, j), j);
    }
    const size_t kept = std::min(kMostAlike, others.size());
    std::partial_sort(others.begin(),
                      others.begin() + static_cast<int64_t>(kept),
                      others.end(),
                      std::greater<>());
    others.resize(kept);
    for (const auto& [x, j] : others) {
      const double y = similarity(before, i, j);
      n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
  }
  const double spread = n * sxx - sx * sx;
  if (spread <= 1e-9 * n * n) return {};
  const double slope = (n * sxy - sx * sy) / spread;
  // Photos without any likeness say nothing about likeness: odds must rise with similarity.
  if (!(slope > 0)) return {};
  return {.offset = (sy - slope * sx) / n, .slope = slope};
}

bool has_sketch(const ReduceOptions& options) { return options.dimensions >= kSketchedDimensions; }

int64_t photos_needed(const ReduceOptions& options) {
  return kLeastForLine + (has_sketch(options) ? kPhotosPerDirection * options.leading
                                              : kPhotosPerDimension * options.dimensions);
}

Status check(const Model& model, ConstMatrixView descriptors, const ReduceOptions& options) {
  if (model.spec.whitening.output_dim > 0) {
    return invalid_argument("model '" + printable(model.spec.name) +
                            "' has a projection of its descriptors already");
  }
  if (options.dimensions < 1 || options.dimensions >= descriptors.cols()) {
    return invalid_argument(format("dimensions %d: expected 1 to %lld, fewer than the model's own",
                                   options.dimensions,
                                   static_cast<long long>(descriptors.cols()) - 1));
  }
  const int64_t needed = photos_needed(options);
  if (descriptors.rows() < needed || options.max_photos + kLeastForLine < needed) {
    return invalid_argument(
        format("%d dimensions are learnt from %lld photos at least; there are %lld",
               options.dimensions,
               static_cast<long long>(needed),
               static_cast<long long>(descriptors.rows())));
  }
  return {};
}

void set_projection(const Matrix& weight, std::span<const float> bias, TensorMap& tensors) {
  tensors["whitening.weight"] = make_tensor(weight);
  tensors["whitening.bias"] = make_tensor({weight.rows()}, bias);
}

/// Principal components alone.
Status project(ConstMatrixView photos,
               const ReduceOptions& options,
               const JobControl& job,
               WhiteningSpec& spec,
               TensorMap& tensors) {
  LOCI_TRY(pca,
           fit_pca(photos,
                   {.output_dim = options.dimensions,
                    .power = options.power,
                    .num_threads = options.num_threads},
                   job));
  spec = {.output_dim = static_cast<int>(pca.projection.rows())};
  set_projection(pca.projection, pca.bias, tensors);
  return {};
}

/// The leading directions and a sketch of the rest.
Status sketch_rest(ConstMatrixView photos,
                   const ReduceOptions& options,
                   const JobControl& job,
                   WhiteningSpec& spec,
                   TensorMap& tensors) {
  LOCI_TRY(
      pca,
      fit_pca(photos,
              {.output_dim = options.leading + 1, .power = 0, .num_threads = options.num_threads},
              job));
  const int64_t leading = pca.projection.rows() - 1, dim = photos.cols();
  const auto sketched = static_cast<int>(options.dimensions - leading);
  // Where each number of x goes, and with which sign.
  Rng rng(1, "sketch");
  std::vector<float> cells(static_cast<size_t>(dim)), bias(static_cast<size_t>(sketched));
  Matrix mixing(sketched, leading), weight(leading, dim);
  std::vector<float> first_bias(static_cast<size_t>(leading)), gains;
  for (int64_t r = 0; r < leading; ++r) {
    const double ratio = pca.eigenvalues.back() / pca.eigenvalues[static_cast<size_t>(r)];
    gains.push_back(static_cast<float>(std::pow(ratio, options.power / 2)));
    first_bias[static_cast<size_t>(r)] = gains.back() * pca.bias[static_cast<size_t>(r)];
  }
  for (int64_t d = 0; d < dim; ++d) {
    const auto at = static_cast<size_t>(d);
    const auto bucket = static_cast<int64_t>(rng.below(static_cast<uint64_t>(sketched)));
    const float sign = rng.below(2) == 0 ? 1.0f : -1.0f;
    cells[at] = sign * static_cast<float>(bucket + 1);
    bias[static_cast<size_t>(bucket)] -= sign * pca.mean[at];
    for (int64_t r = 0; r < leading; ++r) {
      const float gain = gains[static_cast<size_t>(r)];
      mixing(bucket, r) += sign * pca.projection(r, d) / gain;
      weight(r, d) = gain * pca.projection(r, d);
    }
  }
  spec = {.output_dim = options.dimensions, .sketched = sketched};
  set_projection(weight, first_bias, tensors);
  tensors["whitening.sketch"] = make_tensor({dim}, std::span<const float>(cells));
  tensors["whitening.mixing"] = make_tensor(mixing);
  tensors["whitening.sketch_bias"] = make_tensor({sketched}, std::span<const float>(bias));
  return {};
}

}  // namespace

Result<int> parse_dimensions(const std::string& text) {
  if (text == "auto") return kAutoDimensions;
  if (text == "full") return kFullDimensions;
  const auto number = parse_int(text);
  if (number && *number >= 1 && *number <= 65536) return static_cast<int>(*number);
  return invalid_argument("dimensions '" + printable(text) +
                          "': expected auto, full or a number from 1 to 65,536");
}

std::optional<ReduceOptions> reduction_for(const Model& model,
                                           int64_t dim,
                                           int64_t photos,
                                           int wanted) {
  if (wanted == kFullDimensions || model.spec.whitening.output_dim > 0) return std::nullopt;
  ReduceOptions options;
  if (wanted > 0) {
    options.dimensions = wanted;
    if (!has_sketch(options)) {
      const auto least = static_cast<int>(kPhotosPerDimension) * wanted;
      options.max_photos = std::max(options.max_photos, least);
    }
    if (wanted >= dim || photos < photos_needed(options)) return std::nullopt;
    return options;
  }
  if (!model.spec.own_centers || photos <= kPhotosForReduction || dim <= kMostDimensions)
    return std::nullopt;
  return options;
}

Result<std::shared_ptr<const Model>> reduce_model(const Model& model,
                                                  ConstMatrixView descriptors,
                                                  const ReduceOptions& options,
                                                  const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(model, descriptors, options));
  const int64_t learnt = std::min<int64_t>(options.max_photos, descriptors.rows() - kLeastForLine);
  ModelSpec spec = model.spec;
  TensorMap tensors = model.tensors;
  const auto photos = descriptors.rows_from(0, learnt);
  LOCI_RETURN_IF_ERROR(has_sketch(options)
                           ? sketch_rest(photos, options, job, spec.whitening, tensors)
                           : project(photos, options, job, spec.whitening, tensors));
  LOCI_TRY(compressed, compress_whitening(tensors, DType::kF16));
  const ConstMatrixView others =
      descriptors.rows_from(learnt, std::min(kMostForLine, descriptors.rows() - learnt));
  LOCI_TRY(projection, Whitening::create(spec.whitening, compressed, descriptors.cols()));
  Matrix projected(others.rows(), projection->output_dim());
  projection->apply(others, projected.view(), options.num_threads);
  const Line line = fit_line(others, projected);
  spec.whitening.similarity_offset = line.offset;
  spec.whitening.similarity_slope = line.slope;
  return make_model(std::move(spec), std::move(compressed));
}

Result<std::shared_ptr<const Model>> reduce_for_photos(std::shared_ptr<const Model> model,
                                                       std::span<const std::string> photos,
                                                       int wanted,
                                                       const DescribeOptions& describe,
                                                       const JobControl& job) {
  // Most collections stay as they are whatever their dimensions: no describer is made for that.
  constexpr int64_t kAnyDimensions = std::numeric_limits<int64_t>::max();
  if (!reduction_for(*model, kAnyDimensions, std::ssize(photos), wanted)) return model;
  LOCI_TRY(describer, Describer::create(model, describe));
  auto options = reduction_for(*model, describer->dim(), std::ssize(photos), wanted);
  if (!options) return model;
  options->num_threads = describe.num_threads;
  std::vector<std::string> chosen;
  Rng rng(1, "reduction");
  for (const int64_t i : rng.sample(std::ssize(photos), options->max_photos + kMostForLine))
    chosen.push_back(photos[static_cast<size_t>(i)]);
  rng.shuffle(chosen);
  LOCI_TRY(described,
           internal::describe_rows(
               *describer, chosen, describe.num_threads, "learning to shorten", job));
  return reduce_model(*model, described.rows(), *options, job);
}

}  // namespace loci
