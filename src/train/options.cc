// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/options.h"

#include "option_checks.h"

#include "loci/base/json_writer.h"

#include <set>

namespace loci::train {
namespace {

const std::set<std::string_view> kMayChange = {"epochs",
                                               "patience",
                                               "num_threads",
                                               "device",
                                               "activation_cache_gib",
                                               "eviction",
                                               "chunk_images",
                                               "checkpoint_steps"};

const std::set<std::string_view> kMayDifferByRank = {"num_threads", "device"};

}  // namespace

Status validate(const TrainOptions& o) {
  constexpr double kMany = 1e9;
  LOCI_RETURN_IF_ERROR(one_of("loss", o.loss, {"triplet-sq", "triplet-l2", "multi-similarity"}));
  LOCI_RETURN_IF_ERROR(one_of("pooling", o.pooling, {"", "netvlad", "gem", "max", "mean"}));
  LOCI_RETURN_IF_ERROR(one_of("optimizer", o.optimizer, {"sgd", "adam", "adamw"}));
  LOCI_RETURN_IF_ERROR(one_of("schedule", o.schedule, {"step", "cosine", "linear", "constant"}));
  LOCI_RETURN_IF_ERROR(one_of("device", o.device, {"auto", "cpu", "cuda"}));
  LOCI_RETURN_IF_ERROR(within("num_clusters", o.num_clusters, 2, 65536));
  LOCI_RETURN_IF_ERROR(within("epochs", o.epochs, 1, 1e6));
  LOCI_RETURN_IF_ERROR(within("batch_tuples", o.batch_tuples, 1, 4096));
  LOCI_RETURN_IF_ERROR(within("learning_rate", o.learning_rate, 0, 1e6));
  LOCI_RETURN_IF_ERROR(within("momentum", o.momentum, 0, 1));
  LOCI_RETURN_IF_ERROR(within("weight_decay", o.weight_decay, 0, 1e3));
  LOCI_RETURN_IF_ERROR(within("decay_factor", o.decay_factor, 1e-6, 1));
  LOCI_RETURN_IF_ERROR(within("decay_epochs", o.decay_epochs, 1, 1e6));
  LOCI_RETURN_IF_ERROR(within("warmup_steps", o.warmup_steps, 0, kMany));
  LOCI_RETURN_IF_ERROR(within("refresh_queries", o.refresh_queries, 1, kMany));
  LOCI_RETURN_IF_ERROR(within("chunk_images", o.chunk_images, 1, 4096));
  LOCI_RETURN_IF_ERROR(within("patience", o.patience, 0, kMany));
  LOCI_RETURN_IF_ERROR(within("val_queries", o.val_queries, 0, kMany));
  LOCI_RETURN_IF_ERROR(within("val_fraction", o.val_fraction, 0, 0.9));
  LOCI_RETURN_IF_ERROR(within("checkpoint_steps", o.checkpoint_steps, 0, kMany));
  LOCI_RETURN_IF_ERROR(validate(o.augment));
  return within("num_threads", o.num_threads, 0, 4096);
}

std::string to_json(const TrainOptions& options) {
  TrainOptions copy = options;
  JsonWriter json;
  json.object();
  copy.describe([&json](const OptionInfo& info, auto& field) { json.member(info.name, field); });
  return json.end().str();
}

Result<std::string> option_changes(const std::string& before_json, const TrainOptions& now) {
  return json_changes(before_json, to_json(now), kMayChange);
}

Result<std::string> rank_option_differences(const std::string& first_json,
                                            const std::string& mine_json) {
  return json_differences(
      first_json,
      mine_json,
      kMayDifferByRank,
      [](const std::string& name, const std::string& first, const std::string& mine) {
        return name + " is " + first + " in rank 0, " + mine + " here";
      });
}

}  // namespace loci::train
