// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/distill_options.h"

#include "option_checks.h"

#include "loci/base/json_writer.h"

#include <set>

namespace loci::train {
namespace {

const std::set<std::string_view> kMayChange = {
    "epochs", "num_threads", "device", "checkpoint_steps", "photos_gib"};

}  // namespace

Status validate(const DistillOptions& o) {
  constexpr double kMany = 1e9;
  LOCI_RETURN_IF_ERROR(within("crop", o.crop, 32, 4096));
  LOCI_RETURN_IF_ERROR(within("smallest_view", o.smallest_view, 0.05, 1));
  LOCI_RETURN_IF_ERROR(within("epochs", o.epochs, 1, 1e6));
  LOCI_RETURN_IF_ERROR(within("batch", o.batch, 2, 65536));
  LOCI_RETURN_IF_ERROR(within("learning_rate", o.learning_rate, 0, 1e6));
  LOCI_RETURN_IF_ERROR(within("weight_decay", o.weight_decay, 0, 1e3));
  LOCI_RETURN_IF_ERROR(within("warmup_steps", o.warmup_steps, 0, kMany));
  LOCI_RETURN_IF_ERROR(within("descriptor_weight", o.descriptor_weight, 0, 1e6));
  LOCI_RETURN_IF_ERROR(within("projection_photos", o.projection_photos, 1, kMany));
  LOCI_RETURN_IF_ERROR(within("val_fraction", o.val_fraction, 0, 0.9));
  LOCI_RETURN_IF_ERROR(one_of("teacher_precision", o.teacher_precision, {"fp32", "bf16"}));
  LOCI_RETURN_IF_ERROR(one_of("device", o.device, {"auto", "cpu", "cuda"}));
  LOCI_RETURN_IF_ERROR(within("checkpoint_steps", o.checkpoint_steps, 0, kMany));
  LOCI_RETURN_IF_ERROR(within("photos_gib", o.photos_gib, 0, kMany));
  LOCI_RETURN_IF_ERROR(within("min_side", o.min_side, 0, 1e5));
  LOCI_RETURN_IF_ERROR(within("max_side", o.max_side, 0, 1e5));
  LOCI_RETURN_IF_ERROR(validate(o.augment));
  return within("num_threads", o.num_threads, 0, 4096);
}

std::string to_json(const DistillOptions& options) {
  DistillOptions copy = options;
  JsonWriter json;
  json.object();
  copy.describe([&json](const OptionInfo& info, auto& field) { json.member(info.name, field); });
  return json.end().str();
}

Result<std::string> option_changes(const std::string& before_json, const DistillOptions& now) {
  return json_changes(before_json, to_json(now), kMayChange);
}

}  // namespace loci::train
