// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What happens between epochs: validation, the choice of the best, checkpoints, the page.
#include "learning_rate.h"
#include "trainer.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/train/curve_page.h"

#include <algorithm>
#include <limits>

namespace loci::train {
namespace {

/// Recall@5 decides, of equals the next cut-offs (as Relja/netvlad takes the next N).
bool better(const EpochRecord& a, const EpochRecord& b) {
  for (const int n : {5, 10, 20, 1}) {
    if (a.recall_at(n) != b.recall_at(n)) return a.recall_at(n) > b.recall_at(n);
  }
  return false;
}

}  // namespace

Status Trainer::validate(EpochRecord* record) {
  record->epoch = state_.epoch;
  record->loss = std::numeric_limits<double>::quiet_NaN();
  record->n = kRecallCutOffs;
  if (!data_.validation) return {};
  const Stopwatch watch;
  const ValidationSet& set = *data_.validation;
  LOCI_TRY(database, describe_together(set.database));
  LOCI_TRY(queries, describe_together(set.queries));
  LOCI_RETURN_IF_ERROR(share_failures());
  const Status measured = [&]() -> Status {
    if (!is_first()) return {};
    LOCI_TRY(recall, measure_recall(set, database, queries, options_.num_threads));
    record->recall = recall.all;
    record->ci_low = recall.ci95_low;
    record->ci_high = recall.ci95_high;
    return {};
  }();
  LOCI_RETURN_IF_ERROR(share_recall(measured, record));
  record->val_seconds = watch.seconds();
  return {};
}

Status Trainer::end_epoch() {
  EpochRecord record;
  ++state_.epoch;  // the record counts from 1; undone by a checkpoint that is older
  LOCI_RETURN_IF_ERROR(validate(&record));
  const EpochSums& sums = state_.sums;
  const auto counted = static_cast<double>(std::max<int64_t>(1, sums.counted));
  record.loss = sums.loss / counted;
  record.counted = sums.counted;
  record.with_violation = sums.with_violation;
  record.violating = static_cast<double>(sums.violating) / counted;
  record.skipped = sums.skipped;
  record.unreadable = std::ssize(images_.failures());
  record.learning_rate = learning_rate(options_,
                                       {.epoch = state_.epoch - 1,
                                        .step = steps_an_epoch() - 1,
                                        .steps_an_epoch = steps_an_epoch()});
  record.seconds = sums.seconds;
  LOCI_RETURN_IF_ERROR(keep_best(&record));
  state_.records.push_back(record);
  state_.sums = {};
  state_.step = 0;
  LOCI_RETURN_IF_ERROR(save());
  LOCI_RETURN_IF_ERROR(agree(*distributor_, is_first() ? write_page(/*running=*/true) : Status()));
  if (on_epoch_ && is_first()) on_epoch_(record);
  return {};
}

Status Trainer::keep_best(EpochRecord* record) {
  if (record->recall.empty()) return {};
  const EpochRecord* best = nullptr;
  for (const EpochRecord& one : state_.records) {
    if (one.epoch > 0 && one.epoch == state_.best_epoch) best = &one;
  }
  if (best != nullptr && !better(*record, *best)) {
    ++state_.epochs_without_better;
    return {};
  }
  LOCI_RETURN_IF_ERROR(
      agree(*distributor_,
            is_first() ? save_model(*present_model(), path("best.safetensors")) : Status()));
  record->best = true;
  state_.best_epoch = record->epoch;
  state_.epochs_without_better = 0;
  return {};
}

Status Trainer::save() {
  LOCI_RETURN_IF_ERROR(check_same_weights());
  for (const Parameter& parameter : net_->parameters()) {
    if (!parameter.value.isfinite().all().item<bool>()) {
      return corrupt("'" + parameter.name +
                     "' holds a number that is not finite; the last good checkpoint is kept. Lower "
                     "learning_rate or add warmup_steps");
    }
  }
  state_.weights = net_->trained();
  state_.optimizer = optimizer_->state();
  if (miner_) state_.memory = miner_->save_memory();
  return agree(*distributor_,
               is_first() ? save_checkpoint(state_, path("last.safetensors")) : Status());
}

std::shared_ptr<const Model> Trainer::present_model() const {
  ModelSpec spec = start_->spec;
  TensorMap tensors = start_->tensors;
  for (auto& [name, tensor] : net_->trained()) tensors[name] = tensor;
  return make_model(std::move(spec), std::move(tensors));
}

Status Trainer::write_page(bool running) const {
  CurveInfo info;
  info.title = "Training " + (start_->spec.name.empty() ? "a model" : start_->spec.name) + " on " +
               data_.train.name;
  info.running = running;
  info.facts = {{"loss", options_.loss},
                {"trained from", net_->depth().train_from},
                {"pooling", start_->spec.pooling.type},
                {"optimiser", options_.optimizer},
                {"seed", std::to_string(options_.seed)},
                {"photos", std::to_string(train_images_.size())}};
  return write_curve_page(path("curve.html"), state_.records, info);
}

}  // namespace loci::train
