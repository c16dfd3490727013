// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What happens between the epochs of a distillation: validation, the best, checkpoints, the page.
#include "distill_page.h"
#include "distiller.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/base/version.h"

#include <cmath>

namespace loci::train {

Status Distiller::validate(DistillEpoch* record) {
  record->epoch = state_.epoch;
  if (validation_.empty()) return {};
  const Stopwatch watch;
  double clean = 0, changed = 0, photos = 0, descriptor = 0, pairs = 0;
  const Status status = guarded("validation", [&]() -> Status {
    const c10::NoGradGuard no_gradients;
    for (const Held& held : validation_) {
      const auto count = static_cast<double>(held.clean.size());
      const auto measure = [&](const std::vector<Image>& pictures) {
        return distill_loss(targets_,
                            held.target,
                            net_->run(student_input(pictures), /*learn=*/false),
                            /*descriptor_weight=*/1,
                            options_.weight_by_norm);
      };
      clean += count * measure(held.clean).cosine.item<double>();
      const DistillTerms terms = measure(held.changed);
      changed += count * terms.cosine.item<double>();
      descriptor += count * count * terms.descriptor.item<double>();
      photos += count;
      pairs += count * count;
    }
    return {};
  });
  LOCI_RETURN_IF_ERROR(status);
  record->val_cosine = clean / photos;
  record->val_changed = changed / photos;
  record->val_descriptor = std::sqrt(descriptor / pairs);
  record->val_seconds = watch.seconds();
  if (!std::isfinite(record->score())) {
    return corrupt(
        "the student's features are no numbers; the last good checkpoint is kept. Lower "
        "learning_rate or raise warmup_steps");
  }
  return {};
}

Status Distiller::end_epoch() {
  DistillEpoch record;
  const DistillSums& sums = state_.sums;
  const auto photos = static_cast<double>(std::max<int64_t>(1, sums.photos));
  record.loss = sums.loss / photos;
  record.feature_loss = sums.feature_loss / photos;
  record.descriptor_loss = sums.descriptor_loss / photos;
  record.photos = sums.photos;
  record.unreadable = std::ssize(photos_->failures());
  record.learning_rate = rate_at(state_.step - 1);
  record.seconds = sums.seconds;
  if (sums.photos == 0) {
    return invalid_argument("none of the photos of this epoch can be read: " +
                            std::to_string(record.unreadable) + " failed in all");
  }
  ++state_.epoch;
  LOCI_RETURN_IF_ERROR(validate(&record));
  double best = -INFINITY;
  for (const DistillEpoch& one : state_.epochs) {
    if (one.epoch > 0 && one.best) best = one.score();
  }
  if (!validation_.empty() && record.score() > best) {
    record.best = true;
    state_.best_epoch = state_.epoch;
    LOCI_TRY(model, present_model());
    LOCI_RETURN_IF_ERROR(save_model(*model, path("best.safetensors")));
  }
  state_.epochs.push_back(record);
  state_.sums = {};
  state_.step = 0;
  LOCI_RETURN_IF_ERROR(save());
  LOCI_RETURN_IF_ERROR(write_page(/*running=*/true));
  if (on_epoch_) on_epoch_(record);
  if (job_.cancelled() && state_.epoch < options_.epochs) {
    return cancelled(format("stopped after epoch %d; --resume goes on from there", state_.epoch));
  }
  return {};
}

Status Distiller::save() {
  for (const auto* group : {&net_->decaying(), &net_->others()}) {
    for (const Parameter& parameter : *group) {
      if (parameter.value.isfinite().all().item<bool>()) continue;
      return corrupt("'" + parameter.name +
                     "' holds a number that is not finite; the last good checkpoint is kept. Lower "
                     "learning_rate or raise warmup_steps");
    }
  }
  state_.weights = net_->state();
  state_.optimizer = weights_->state();
  for (auto& [name, tensor] : others_->state()) state_.optimizer[name] = tensor;
  return save_checkpoint(state_, path("last.safetensors"));
}

Result<std::shared_ptr<const Model>> Distiller::present_model() const {
  LOCI_TRY(tensors, net_->folded());
  return make_model(student_spec_, std::move(tensors));
}

Status Distiller::write_page(bool running) const {
  CurveInfo info;
  const std::string& name = teacher_->model().spec.name;
  info.title = "Distilling " + student_spec_.name + " from " + (name.empty() ? "a model" : name);
  info.running = running;
  info.facts = {{"photos learnt from", std::to_string(learnt_.size())},
                {"photos held back", std::to_string(held_back_.size())},
                {"descriptors pooled by", targets_.pooling},
                {"crop", format("%d px", options_.crop)},
                {"batch", std::to_string(options_.batch)},
                {"seed", std::to_string(options_.seed)}};
  return write_file(path("curve.html"), distill_page(state_.epochs, info));
}

std::string Distiller::record_json(const std::string& stopped) const {
  JsonWriter json;
  json.object().key("start").raw(student_record_);
  json.key("distillation").object().member("loci_version", version());
  json.member("teacher", teacher_->model().fingerprint);
  json.member("teacher_name", teacher_->model().spec.name);
  json.member("student_start", state_.student);
  json.key("photos").object().member("count", photos_->size());
  json.member("held_back", std::ssize(held_back_)).member("sha256", photos_sha256_).end();
  json.member("failed", std::ssize(photos_->failures())).member("kept_energy", targets_.kept);
  json.member("descriptors", targets_.pooling).key("options").raw(state_.options);
  json.member("best_epoch", state_.best_epoch).member("stopped", stopped);
  json.key("curve").array();
  for (const DistillEpoch& epoch : state_.epochs) json.raw(to_json(epoch));
  return json.end().end().end().str();
}

}  // namespace loci::train
