// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/reduce.h"

#include "loci/base/rng.h"
#include "loci/math/vector.h"
#include "loci/pooling/whitening.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::HasSubstr;

constexpr int64_t kDim = 192;

std::shared_ptr<const Model> some_model(bool own_centers = false) {
  ModelSpec spec;
  spec.name = "some";
  spec.features = "rootsift";
  spec.own_centers = own_centers;
  spec.match_odds.descriptor = {.bias = -5, .similarity = 20};
  return make_model(spec, {});
}

void add_noise(std::span<float> row, double size, Rng& rng) {
  for (float& value : row) value += static_cast<float>(size * rng.normal());
}

/// Photos of places, two each: row 2p and 2p + 1. All have something in common, as photos of one
/// kind of camera do, and places differ along 48 directions.
Matrix photos_of(int64_t places, uint64_t seed = 1) {
  Rng world(7, "directions");
  Matrix directions(48, kDim), common(1, kDim);
  for (int64_t d = 0; d < 48; ++d) add_noise(directions.row(d), 1, world);
  add_noise(common.row(0), 1, world);
  Rng rng(seed, "places");
  Matrix photos(2 * places, kDim);
  for (int64_t p = 0; p < places; ++p) {
    Matrix place(1, kDim);
    for (int64_t d = 0; d < 48; ++d) {
      const auto much = static_cast<float>(rng.normal() / (1 + static_cast<double>(d) / 8));
      for (int64_t c = 0; c < kDim; ++c) place(0, c) += much * directions(d, c);
    }
    for (const int64_t i : {2 * p, 2 * p + 1}) {
      for (int64_t c = 0; c < kDim; ++c) photos(i, c) = 3 * common(0, c) + place(0, c);
      add_noise(photos.row(i), 1.2, rng);
      l2_normalize(photos.row(i));
    }
  }
  return photos;
}

double similarity(ConstMatrixView rows, int64_t a, int64_t b) {
  return static_cast<double>(
      dot(rows.row_data(a), rows.row_data(b), static_cast<size_t>(rows.cols())));
}

double recall(ConstMatrixView photos) {
  int64_t right = 0;
  for (int64_t i = 0; i < photos.rows(); ++i) {
    int64_t best = i == 0 ? 1 : 0;
    for (int64_t j = 0; j < photos.rows(); ++j) {
      if (j != i && similarity(photos, i, j) > similarity(photos, i, best)) best = j;
    }
    right += best / 2 == i / 2;
  }
  return static_cast<double>(right) / static_cast<double>(photos.rows());
}

/// Places in random order, the two photos of one beside each other.
Matrix learnt_from() { return photos_of(300, 2); }

Matrix shortened(const Model& model, ConstMatrixView photos) {
  const auto projection = Whitening::create(model.spec.whitening, model.tensors, kDim).value();
  Matrix out(photos.rows(), projection->output_dim());
  projection->apply(photos, out.view());
  return out;
}

TEST(Reduce, FewerNumbersFindThePlaceAsOften) {
  const auto model =
      reduce_model(*some_model(), learnt_from(), {.dimensions = 64, .max_photos = 400}).value();
  const Matrix photos = photos_of(150, 3), few = shortened(*model, photos);
  EXPECT_EQ(few.cols(), 64);
  const double before = recall(photos);
  EXPECT_GT(before, 0.5);  // or there were nothing to lose
  EXPECT_GE(recall(few), before - 0.01);
}

TEST(Reduce, OddsAreOfTheSimilaritiesAsTheyWere) {
  const auto model =
      reduce_model(*some_model(), learnt_from(), {.dimensions = 64, .max_photos = 400}).value();
  const WhiteningSpec& line = model->spec.whitening;
  EXPECT_NE(line.similarity_slope, 1);
  const Matrix photos = photos_of(100, 4), few = shortened(*model, photos);
  double error = 0, shift = 0;
  for (int64_t p = 0; p < 100; ++p) {
    const double now = similarity(few, 2 * p, 2 * p + 1),
                 then = similarity(photos, 2 * p, 2 * p + 1);
    error += std::abs(line.similarity_offset + line.similarity_slope * now - then) / 100;
    shift += std::abs(now - then) / 100;
  }
  EXPECT_LT(error, 0.1);
  EXPECT_GT(shift, error);
  const MatchOdds odds = match_odds_of(model->spec);
  EXPECT_NEAR(log_odds(odds.descriptor, {.similarity = 0.4}),
              -5 + 20 * (line.similarity_offset + line.similarity_slope * 0.4),
              1e-9);
  EXPECT_EQ(model->spec.match_odds, some_model()->spec.match_odds);
  const auto read = parse_spec(to_json(model->spec), "m").value();
  EXPECT_EQ(match_odds_of(read), odds);
  EXPECT_NE(to_json(model->spec).find("\"format_version\":4"), std::string::npos);
}

TEST(Reduce, ASketchKeepsWhatPhotosDoNotShare) {
  // Wide enough for a sketch of 2,048 numbers: what leads is common to the photos of a set, what
  // tells places apart is spread over thousands of weak directions.
  constexpr int64_t kWide = 6000, kPlaces = 60;
  Rng rng(3, "wide");
  Matrix common(4, kWide), photos(2 * kPlaces, kWide);
  for (int64_t i = 0; i < 4; ++i) add_noise(common.row(i), 1, rng);
  for (int64_t p = 0; p < kPlaces; ++p) {
    Matrix place(1, kWide);
    add_noise(place.row(0), 1, rng);
    for (const int64_t i : {2 * p, 2 * p + 1}) {
      for (int64_t k = 0; k < 4; ++k) {
        const auto much = static_cast<float>(1.2 * rng.normal());
        for (int64_t c = 0; c < kWide; ++c) photos(i, c) += much * common(k, c);
      }
      for (int64_t c = 0; c < kWide; ++c) photos(i, c) += 0.7f * place(0, c);
      add_noise(photos.row(i), 1, rng);
      l2_normalize(photos.row(i));
    }
  }
  const auto model =
      reduce_model(
          *some_model(), photos, {.dimensions = 2048, .max_photos = 100, .leading = 8, .power = 1})
          .value();
  EXPECT_EQ(model->spec.whitening.sketched, 2040);
  const auto projection = Whitening::create(model->spec.whitening, model->tensors, kWide).value();
  Matrix few(photos.rows(), 2048);
  projection->apply(photos, few.view());
  const double before = recall(photos);
  EXPECT_LT(before, 0.3);
  EXPECT_GT(recall(few), 0.7);
  EXPECT_EQ(parse_spec(to_json(model->spec), "m")->whitening.sketched, 2040);
}

TEST(Reduce, SaysWhyNot) {
  const Matrix photos = learnt_from();
  const auto message = [&](int dimensions, int64_t rows) {
    return reduce_model(*some_model(),
                        photos.view().rows_from(0, rows),
                        {.dimensions = dimensions, .max_photos = 400})
        .status()
        .message();
  };
  EXPECT_THAT(message(64, 147), HasSubstr("from 148 photos at least; there are 147"));
  EXPECT_EQ(message(64, 148), "");
  EXPECT_THAT(message(192, 600), HasSubstr("expected 1 to 191"));
  const auto once = reduce_model(*some_model(), photos, {.dimensions = 8}).value();
  EXPECT_THAT(reduce_model(*once, photos, {.dimensions = 4}).status().message(),
              HasSubstr("already"));
}

TEST(Reduce, ByItselfOnlyWhereCentersAreTheCollectionsOwn) {
  const auto dimensions = [](bool own, int64_t dim, int64_t photos, int wanted) {
    const auto found = reduction_for(*some_model(own), dim, photos, wanted);
    return found ? found->dimensions : 0;
  };
  EXPECT_EQ(dimensions(true, 10752, 5001, kAutoDimensions), 4096);
  EXPECT_EQ(dimensions(true, 10752, 2020, 4096), 4096);
  EXPECT_EQ(dimensions(true, 10752, 2019, 4096), 0);
  EXPECT_EQ(dimensions(true, 10752, 5000, kAutoDimensions), 0);
  EXPECT_EQ(dimensions(true, 4096, 5001, kAutoDimensions), 0);
  EXPECT_EQ(dimensions(false, 10752, 5001, kAutoDimensions), 0);
  EXPECT_EQ(dimensions(true, 10752, 5001, kFullDimensions), 0);
  EXPECT_EQ(dimensions(false, 10752, 1044, 512), 512);
  EXPECT_EQ(dimensions(false, 10752, 1043, 512), 0);
  EXPECT_EQ(parse_dimensions("auto").value(), kAutoDimensions);
  EXPECT_EQ(parse_dimensions("full").value(), kFullDimensions);
  EXPECT_EQ(parse_dimensions("512").value(), 512);
  for (const char* bad : {"0", "-1", "70000", "many", ""}) EXPECT_FALSE(parse_dimensions(bad).ok());
}

}  // namespace
}  // namespace loci
