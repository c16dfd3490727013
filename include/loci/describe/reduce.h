// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/model/model.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace loci {

struct ReduceOptions {
  /// Numbers M that a descriptor keeps. From kSketchedDimensions on the leading directions and a
  /// sketch of the rest, below that principal components alone, two photos for each.
  int dimensions = 4096;
  /// Photos that the directions are learnt from. More gain nothing, and a large part of the
  /// collection among them would lie nearer than the rest.
  int max_photos = 2000;
  /// Leading directions that are held back beside a sketch, ten photos for each.
  int leading = 200;
  /// The exponent p below; like `leading` chosen on six sets in one collection of 8,556 photos
  /// (docs/results.md).
  double power = 0.75;
  /// Threads, 0 for all.
  int num_threads = 0;
};

/// A collection of a model that learns its own centers shortens its descriptors by itself from more
/// photos than this on, where they have more than kMostDimensions numbers.
constexpr int64_t kPhotosForReduction = 5000;
constexpr int64_t kMostDimensions = 4096;
constexpr int kSketchedDimensions = 2048;
/// What a user may ask for instead of a number: as the rule above has it; as the model has.
constexpr int kAutoDimensions = 0, kFullDimensions = -1;

/// "auto", "full" or a number from 1 on. InvalidArgument for anything else.
Result<int> parse_dimensions(const std::string& text);
/// How a collection of `photos` photos is shortened whose descriptors have `dim` numbers, or
/// nothing where it stays as it is, as it does while it has too few photos for a number asked for.
std::optional<ReduceOptions> reduction_for(const Model& model,
                                           int64_t dim,
                                           int64_t photos,
                                           int wanted);

/// The model with a projection to fewer numbers, learnt from descriptors of a collection. With the
/// eigenvectors u_1, u_2, ... of their covariance and its falling eigenvalues lambda, r directions
/// that lead and c = U (x - mean):
///
///     y = [(lambda_r / lambda_i)^(p/2) c_i for i <= r,  B (x - mean - U^T c)],  then y / |y|
///
/// What leads is what most photos of a collection share, and counts less; B is a sketch (Whitening).
/// Below kSketchedDimensions r = M, and there is no sketch. The line that carries similarities of y
/// over to those of x, for the odds of a match, is fitted by least squares on descriptors that the
/// directions were not learnt from, each with its ten most alike (WhiteningSpec::similarity_slope).
/// Shapes:  descriptors n x D in random order, unit rows of this model; the first max_photos make
///          the directions, the others (twenty at least) the line
/// Errors:  InvalidArgument for a model that has a whitening, for too few photos, or dimensions that
///          are no fewer than D; Cancelled
/// Cost:    n^2 D multiply-adds for max_photos n and an eigenproblem of that size
/// Source:  Jegou and Chum, Negative evidences and co-occurrences in image retrieval, ECCV 2012
///          (p = 1, no sketch)
Result<std::shared_ptr<const Model>> reduce_model(const Model& model,
                                                  ConstMatrixView descriptors,
                                                  const ReduceOptions& options = {},
                                                  const JobControl& job = {});

/// reduce_model() with descriptors that are made of photos, drawn at random. The model itself, with a
/// word to `job`, where reduction_for() says so or too few can be read.
Result<std::shared_ptr<const Model>> reduce_for_photos(std::shared_ptr<const Model> model,
                                                       std::span<const std::string> photos,
                                                       int wanted,
                                                       const DescribeOptions& describe = {},
                                                       const JobControl& job = {});

}  // namespace loci
