// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/options.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"

#include <cmath>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

Status one_of(const char* name, const std::string& given, const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& one : known) {
    if (one == given) return {};
    list += (list.empty() ? "" : ", ") + (one.empty() ? "(empty)" : one);
  }
  return invalid_argument(std::string(name) + " is '" + given + "'; it is one of " + list);
}

Status within(const char* name, double given, double low, double high) {
  if (given >= low && given <= high) return {};  // NaN is not
  return invalid_argument(format("%s is %g; it must be from %g to %g", name, given, low, high));
}

const std::set<std::string_view> kMayChange = {"epochs",
                                               "patience",
                                               "num_threads",
                                               "device",
                                               "activation_cache_gib",
                                               "eviction",
                                               "chunk_images",
                                               "checkpoint_steps"};

const std::set<std::string_view> kMayDifferByRank = {"num_threads", "device"};

/// Options that are not the same in two JSON objects, each told by `say(name, first, second)`.
template <class Say>
Status compare_options(const std::string& first_json,
                       const std::string& second_json,
                       const std::set<std::string_view>& except,
                       const Say& say) {
  const auto first = nlohmann::json::parse(first_json, nullptr, /*allow_exceptions=*/false);
  const auto second = nlohmann::json::parse(second_json, nullptr, false);
  if (!first.is_object() || !second.is_object())
    return corrupt("the options of a run are no JSON object");
  for (const auto& [name, value] : second.items()) {
    if (except.contains(name)) continue;
    const std::string there = first.contains(name) ? first[name].dump() : "not there";
    if (there != value.dump()) say(name, there, value.dump());
  }
  return {};
}

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
  std::string changes;
  const auto say = [&](const std::string& name, const std::string& was, const std::string& is) {
    changes += (changes.empty() ? "" : "; ") + name + " was " + was + ", is " + is;
  };
  LOCI_RETURN_IF_ERROR(compare_options(before_json, to_json(now), kMayChange, say));
  return changes;
}

Result<std::string> rank_option_differences(const std::string& first_json,
                                            const std::string& mine_json) {
  std::string text;
  const auto say = [&](const std::string& name, const std::string& first, const std::string& mine) {
    text += (text.empty() ? "" : "; ") + name + " is " + first + " in rank 0, " + mine + " here";
  };
  LOCI_RETURN_IF_ERROR(compare_options(first_json, mine_json, kMayDifferByRank, say));
  return text;
}

}  // namespace loci::train
