// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Two steps of pytorch-NetVlad's own training script on given tuples: loss, gradients, weights.
#include "losses.h"
#include "map_source.h"
#include "optimizer.h"
#include "torch_test_support.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/exchange/dbstruct.h"
#include "loci/model/architectures.h"

#include <map>

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

constexpr double kMargin = 0.1;

class GoldenTraining : public testing::Test {
 protected:
  void SetUp() override {
    LOCI_NEEDS_SHARED_DATA();
    folder_ = std::string(std::getenv("LOCI_SHARED_DIR")) + "/golden/nanne_train/";
    case_ = nlohmann::json::parse(read_text_file(folder_ + "case.json").value());
    // Their names of our parameters.
    for (const TorchName& name : torchvision_names("vgg16")) {
      const std::string theirs = "encoder." + name.conv.substr(name.conv.find('.') + 1);
      theirs_[name.op + ".weight"] = theirs + ".weight";
      theirs_[name.op + ".bias"] = theirs + ".bias";
    }
    theirs_["pooling.weight"] = "pool.conv.weight";
    theirs_["pooling.centers"] = "pool.centroids";
    make_net();
    const DbStruct db = read_dbstruct(folder_ + "data/datasets/pitts30k_train.mat").value();
    for (const std::string& path : db.db_images)
      database_.push_back(images_.add(folder_ + "data/" + path));
    for (const std::string& path : db.q_images) {
      queries_.push_back(images_.add(folder_ + "data/queries_real/" + path));
    }
    source_ = std::make_unique<MapSource>(*net_,
                                          images_,
                                          nullptr,
                                          MapSource::Options{.preprocessing = spec_.preprocessing},
                                          JobControl());
  }

  void make_net() {
    TensorMap tensors;
    for (const auto& [ours, theirs] : theirs_) {
      at::Tensor value = golden("nanne_train/step0/state/" + theirs + ".npy");
      if (ours == "pooling.weight") value = value.flatten(1);
      tensors[ours] = from_torch(value);
    }
    spec_.network = with_widths_of(architecture("vgg16").value(), tensors).value();
    spec_.pooling.type = "netvlad";
    spec_.preprocessing = {
        .scale = 1.0 / 255, .mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}};
    net_ = Net::create(spec_, tensors, {}).value();
  }

  /// The batch's loss by their formula, its gradients in the parameters.
  double batch_loss(const nlohmann::json& step) {
    std::vector<LossTerms> terms;
    int64_t negatives = 0;
    for (const auto& tuple : step["tuples"]) {
      std::vector<WantedMap> wanted = {{queries_[tuple["query"].get<size_t>()], {}},
                                       {database_[tuple["positive"].get<size_t>()], {}}};
      for (const auto& row : tuple["negatives"])
        wanted.push_back({database_[row.get<size_t>()], {}});
      const auto maps = source_->maps(wanted).value();
      const at::Tensor rows = describe_maps(*net_, maps, 4);
      terms.push_back(triplet_distance(rows[0], rows[1], rows.slice(0, 2), kMargin));
      negatives += terms.back().count;
    }
    double loss = 0;
    for (const LossTerms& one : terms) {
      const at::Tensor part = one.sum / static_cast<double>(negatives);
      part.backward();
      loss += part.item<double>();
    }
    return loss;
  }

  at::Tensor theirs(int step, const char* what, const Parameter& ours) {
    const std::string file = format("nanne_train/step%d/%s/", step, what) + theirs_.at(ours.name);
    return golden(file + ".npy").reshape(ours.value.sizes());
  }

  std::string folder_;
  nlohmann::json case_;
  std::map<std::string, std::string> theirs_;
  ModelSpec spec_;
  std::unique_ptr<Net> net_;
  ImageSet images_;
  std::vector<int32_t> database_, queries_;
  std::unique_ptr<MapSource> source_;
};

TEST_F(GoldenTraining, TwoStepsOnTheirTuplesGiveTheirLossGradientsAndWeights) {
  Optimizer sgd =
      Optimizer::create({.momentum = 0.9, .weight_decay = 0.001}, net_->parameters()).value();
  for (int step = 0; step < 2; ++step) {
    const auto& recorded = case_["train_steps"][static_cast<size_t>(step)];
    const double expected = recorded["loss"].get<double>();
    EXPECT_NEAR(batch_loss(recorded), expected, 1e-5 * expected);
    for (const Parameter& parameter : net_->parameters()) {
      const at::Tensor gradient = theirs(step, "grad", parameter);
      const double peak = gradient.abs().max().item<double>();
      const double error =
          (parameter.value.grad().to(at::kDouble) - gradient).abs().max().item<double>();
      EXPECT_LE(error, 2e-4 * peak) << parameter.name << " in step " << step;
    }
    const double rate = recorded["lr"].get<double>();
    std::vector<at::Tensor> gradients;
    for (const Parameter& parameter : net_->parameters())
      gradients.push_back(parameter.value.grad().clone());
    sgd.step(rate, 1);
    if (step > 0) continue;
    for (size_t i = 0; i < net_->parameters().size(); ++i) {
      const Parameter& parameter = net_->parameters()[i];
      const double allowed = 1e-6 + 2e-4 * rate * gradients[i].abs().max().item<double>();
      const at::Tensor difference =
          parameter.value.detach().to(at::kDouble) - theirs(0, "after", parameter);
      EXPECT_LE(difference.abs().max().item<double>(), allowed) << parameter.name;
    }
  }
}

}  // namespace
}  // namespace loci::train
