// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trainer.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/model/architectures.h"
#include "loci/model/spec.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace loci::train {

/// Drawn street corners: `places` places, of each two database photos and two queries.
class ToyPlaces {
 public:
  explicit ToyPlaces(int places = 6) {
    data.name = "toy";
    data.root = folder.path();
    data.rule.kind = TruthRule::Kind::kPlace;
    for (int place = 0; place < places; ++place) {
      for (int visit = 0; visit < 4; ++visit) {
        ImageRecord record;
        record.path = format("%d_%d.jpg", place, visit);
        record.place = std::to_string(place);
        const Image image = sketch_place(
            static_cast<uint64_t>(place), static_cast<uint64_t>(visit), kWidth, kHeight);
        EXPECT_TRUE(save_jpeg(folder / record.path, image).ok());
        (visit < 2 ? data.database : data.queries).push_back(record);
      }
    }
  }
  static constexpr int kWidth = 64, kHeight = 48;
  TempFolder folder{"loci_train_test"};
  Dataset data;
};

/// Three small convolutions and a NetVLAD layer of four clusters that is not there yet.
inline std::shared_ptr<const Model> toy_model() {
  ModelSpec spec;
  spec.name = "toy";
  spec.preprocessing.scale = 1.0 / 128;
  spec.preprocessing.mean = {1, 1, 1};
  spec.pooling.type = "netvlad";
  const auto conv = [&spec](const char* name, int channels, int stride, Activation activation) {
    spec.network.ops.push_back({.type = OpType::kConv,
                                .name = name,
                                .out_channels = channels,
                                .kernel_h = 3,
                                .kernel_w = 3,
                                .stride = stride,
                                .pad_top = 1,
                                .pad_left = 1,
                                .pad_bottom = 1,
                                .pad_right = 1,
                                .activation = activation});
  };
  conv("a", 8, 2, Activation::kRelu);
  conv("b", 16, 2, Activation::kRelu);
  conv("c", 16, 1, Activation::kNone);
  TensorMap tensors = random_weights(spec.network, 3, 5).value();
  return make_model(std::move(spec), std::move(tensors));
}

inline TrainOptions toy_options() {
  TrainOptions options;
  options.train_from = "c";
  options.num_clusters = 4;
  options.epochs = 2;
  options.batch_tuples = 2;
  options.learning_rate = 0.02;
  options.refresh_queries = 4;
  options.checkpoint_steps = 0;
  options.patience = 0;
  options.val_fraction = 0.25;
  options.num_threads = 2;
  options.miner.num_negatives = 4;
  options.miner.margin = 0.5;  // so that there is something to learn on drawn corners
  return options;
}

inline TrainInputs toy_inputs(const Dataset& data, const std::string& work, bool resume = false) {
  TrainInputs inputs;
  inputs.start = toy_model();
  inputs.data = data;
  inputs.work_folder = work;
  inputs.resume = resume;
  return inputs;
}

inline Result<TrainSummary> toy_train(const TrainInputs& inputs,
                                      const TrainOptions& options,
                                      const JobControl& job = {}) {
  LOCI_TRY(trainer, Trainer::create(inputs, options, {}, job));
  return trainer->run();
}

}  // namespace loci::train
