// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/reduce.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/math/pca.h"
#include "loci/math/vector.h"
#include "loci/pooling/whitening.h"

#include <algorithm>
#include <vector>

namespace loci {
namespace {

constexpr int64_t kPhotosPerDimension = 2;
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
  const int64_t needed = kPhotosPerDimension * options.dimensions + kLeastForLine;
  if (descriptors.rows() < needed ||
      options.max_photos < kPhotosPerDimension * options.dimensions) {
    return invalid_argument(
        format("%d dimensions are learnt from %lld photos at least; there are %lld",
               options.dimensions,
               static_cast<long long>(needed),
               static_cast<long long>(descriptors.rows())));
  }
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
    options.max_photos =
        std::max(options.max_photos, static_cast<int>(kPhotosPerDimension) * wanted);
    if (wanted >= dim || photos < kPhotosPerDimension * wanted + kLeastForLine) return std::nullopt;
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
  LOCI_TRY(pca,
           fit_pca(descriptors.rows_from(0, learnt),
                   {.output_dim = options.dimensions,
                    .power = options.power,
                    .num_threads = options.num_threads},
                   job));
  ModelSpec spec = model.spec;
  spec.whitening = {.output_dim = static_cast<int>(pca.projection.rows()), .final_norm = true};
  TensorMap tensors = model.tensors;
  tensors["whitening.weight"] = make_tensor(pca.projection);
  tensors["whitening.bias"] =
      make_tensor({pca.projection.rows()}, std::span<const float>(pca.bias));
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
  LOCI_TRY(describer, Describer::create(model, describe));
  auto options = reduction_for(*model, describer->dim(), std::ssize(photos), wanted);
  if (!options) return model;
  options->num_threads = describe.num_threads;
  std::vector<std::string> chosen;
  Rng rng(1, "reduction");
  for (const int64_t i : rng.sample(std::ssize(photos), options->max_photos + kMostForLine))
    chosen.push_back(photos[static_cast<size_t>(i)]);
  rng.shuffle(chosen);
  Matrix rows(std::ssize(chosen), describer->dim());
  int64_t made = 0;
  LOCI_RETURN_IF_ERROR(describe_files(
      *describer,
      chosen,
      describe.num_threads,
      false,
      [&](size_t i, DescribedImage&& photo) {
        if (photo.status.ok())
          std::copy(photo.descriptor.begin(), photo.descriptor.end(), rows.row(made++).begin());
        job.progress("learning to shorten", static_cast<int64_t>(i) + 1, std::ssize(chosen));
        return true;
      },
      job));
  return reduce_model(*model, rows.view().rows_from(0, made), *options, job);
}

}  // namespace loci
