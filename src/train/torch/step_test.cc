// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "step.h"

#include "toy_run.h"

namespace loci::train {
namespace {

/// A network with GeM pooling, all of it learning, and the photos of drawn places.
class StepTest : public testing::Test {
 protected:
  StepTest() {
    const auto model = toy_model();
    ModelSpec spec = model->spec;
    spec.pooling = PoolingSpec{.type = "gem"};
    net_ = Net::create(spec, model->tensors, {.train_from = "all"}).value();
    for (size_t place = 0; place < 6; ++place) {
      for (size_t visit = 0; visit < 2; ++visit) {
        batch_.push_back(
            images_.add(image_path(places_.data, places_.data.database[2 * place + visit])));
        labels_.push_back(static_cast<int32_t>(place));
      }
    }
    options_ = toy_options();
    source_ = std::make_unique<MapSource>(*net_,
                                          images_,
                                          nullptr,
                                          MapSource::Options{.preprocessing = spec.preprocessing},
                                          JobControl());
  }
  StepParts parts() { return {*net_, *source_, options_, alone_}; }

  /// Compares the gradients that `run` leaves with central differences of the loss it returns, for
  /// a few numbers of each parameter. `divide` is what the loss is a sum of.
  template <class Run>
  void expect_gradient(Run run, double divide) {
    clear();
    ASSERT_TRUE(run().ok());
    std::vector<at::Tensor> gradients;  // further runs add to those of the parameters
    for (const Parameter& parameter : net_->parameters()) {
      gradients.push_back(parameter.value.grad().clone().flatten());
    }
    for (size_t k = 0; k < gradients.size(); ++k) {
      const Parameter& parameter = net_->parameters()[k];
      const at::Tensor& gradient = gradients[k];
      const float peak = gradient.abs().max().item<float>();
      float* values = parameter.value.data_ptr<float>();
      for (int64_t i = 0; i < gradient.numel(); i += 1 + gradient.numel() / 3) {
        constexpr float kStep = 3e-3F;
        const float kept = values[i];
        values[i] = kept + kStep;
        const double above = run().value().sums.loss / divide;
        values[i] = kept - kStep;
        const double below = run().value().sums.loss / divide;
        values[i] = kept;
        const double numeric = (above - below) / (2 * static_cast<double>(kStep));
        EXPECT_NEAR(static_cast<double>(gradient[i].item<float>()),
                    numeric,
                    0.03 * static_cast<double>(peak) + 1e-3)
            << parameter.name << "[" << i << "]";
      }
    }
  }
  void clear() {
    for (const Parameter& parameter : net_->parameters()) {
      at::Tensor value = parameter.value;
      value.mutable_grad().reset();
    }
  }

  ToyPlaces places_;
  ImageSet images_;
  std::vector<int32_t> batch_, labels_;
  std::unique_ptr<Net> net_;
  TrainOptions options_;
  Distributor alone_;
  std::unique_ptr<MapSource> source_;
};

TEST_F(StepTest, PlaceGradientsAreThoseOfTheMeanLoss) {
  options_.similarity.beta = 5;
  options_.similarity.epsilon = 10;  // every pair counts, so that the loss is smooth
  const auto run = [&] { return place_gradients(parts(), batch_, labels_, 0, images_); };
  expect_gradient(run, static_cast<double>(batch_.size()));
}

TEST_F(StepTest, TupleGradientsAreThoseOfTheSummedHinge) {
  options_.miner.margin = 3;  // all negatives violate
  const TupleImages tuple{
      .query = batch_[0], .positive = batch_[1], .negatives = {batch_[4], batch_[6], batch_[8]}};
  const auto run = [&] { return tuple_gradients(parts(), tuple, 0, images_); };
  EXPECT_EQ(run().value().divisor, 3);
  expect_gradient(run, 1);
}

TEST_F(StepTest, WithoutItsPositiveATupleIsSkipped) {
  const int32_t gone = images_.add("nowhere.jpg");
  MapSource source(*net_, images_, nullptr, MapSource::Options{.preprocessing = {}}, JobControl());
  const TupleImages tuple{.query = batch_[0], .positive = gone, .negatives = {batch_[4]}};
  const auto result = tuple_gradients({*net_, source, options_, alone_}, tuple, 0, images_).value();
  EXPECT_EQ(result.sums.skipped, 1);
  EXPECT_EQ(result.sums.counted, 0);
  EXPECT_EQ(result.divisor, 0);
}

}  // namespace
}  // namespace loci::train
