// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The steps of an epoch.
#include "trainer.h"

#include "learning_rate.h"

#include "loci/base/text.h"
#include "loci/train/rank_work.h"

#include <algorithm>
#include <cmath>

namespace loci::train {
namespace {

void add(EpochSums* total, const EpochSums& one) {
  total->loss += one.loss;
  total->counted += one.counted;
  total->with_violation += one.with_violation;
  total->violating += one.violating;
  total->skipped += one.skipped;
}

}  // namespace

int64_t Trainer::steps_an_epoch() const {
  if (by_places()) return places_->batches_an_epoch();
  return std::max<int64_t>(1, set_->num_queries() / options_.batch_tuples);
}

Result<TrainSummary> Trainer::run() {
  TrainSummary summary;
  if (state_.epoch == 0 && state_.step == 0 && state_.records.empty()) {
    EpochRecord before;
    LOCI_RETURN_IF_ERROR(validate(&before));
    state_.records.push_back(before);
    if (on_epoch_ && is_first()) on_epoch_(before);
    LOCI_RETURN_IF_ERROR(save());
  }
  summary.stopped = "all epochs done";
  while (state_.epoch < options_.epochs) {
    if (options_.patience > 0 && state_.epochs_without_better >= options_.patience) {
      summary.stopped = format("no better recall@5 for %d epochs", state_.epochs_without_better);
      break;
    }
    LOCI_RETURN_IF_ERROR(run_epoch());
    LOCI_RETURN_IF_ERROR(end_epoch());
  }
  const Status ended = [&]() -> Status {
    if (!is_first()) return {};
    LOCI_RETURN_IF_ERROR(write_page(/*running=*/false));
    summary.model = present_model();
    if (state_.best_epoch > 0) {
      LOCI_TRY(best, load_model(path("best.safetensors")));
      summary.model = std::move(best);
    }
    ModelSpec spec = summary.model->spec;
    spec.record = to_json(record_of(summary.stopped));
    summary.model = make_model(std::move(spec), summary.model->tensors);
    return {};
  }();
  LOCI_RETURN_IF_ERROR(agree(*distributor_, ended));
  summary.epochs = state_.records;
  summary.best_epoch = state_.best_epoch;
  summary.failed = images_.failures();
  summary.curve_page = path("curve.html");
  for (const EpochRecord& record : state_.records) {
    summary.seconds += record.seconds + record.val_seconds;
  }
  return summary;
}

TrainingRecord Trainer::record_of(const std::string& stopped) const {
  TrainingRecord record;
  record.start_model = given_start_;
  record.start_record = start_->spec.record;
  record.data_name = data_.train.name;
  record.data = state_.data;
  if (data_.validation) record.validation_name = data_.validation->data.name;
  record.validation = state_.validation;
  record.relation = set_ ? set_->relation() : "place";
  record.train_from = net_->depth().train_from;
  record.options = state_.options;
  record.epochs = state_.records;
  record.best_epoch = state_.best_epoch;
  record.stopped = stopped;
  record.photos = std::ssize(train_images_);
  record.failed = std::ssize(images_.failures());
  return record;
}

Status Trainer::run_epoch() {
  const int64_t steps = steps_an_epoch();
  const int64_t every = (refresh_interval(options_, state_.epoch) + options_.batch_tuples - 1) /
                        options_.batch_tuples;
  watch_ = Stopwatch();
  seconds_before_ = state_.sums.seconds;
  const std::string task = format("epoch %d", state_.epoch + 1);
  for (int64_t step = state_.step; step < steps; ++step) {
    const bool due = step == 0 || (step % every == 0 && step + 1 < steps);
    if (!by_places() && due) {
      state_.refresh_weights = net_->trained();
      LOCI_RETURN_IF_ERROR(refresh(state_.refresh + 1));
      ++state_.refresh;
    }
    const auto mine = by_places() ? place_step(step) : tuple_step(step);
    LOCI_TRY(result, share_step(mine, step));
    LOCI_RETURN_IF_ERROR(update(result, step));
    add(&state_.sums, result.total.sums);
    state_.step = step + 1;
    state_.sums.seconds = seconds_before_ + watch_.seconds();
    job_.progress(task, state_.step, steps);
    const bool stop = alone() ? job_.cancelled() : result.stop;
    const bool time_to_save =
        options_.checkpoint_steps > 0 && state_.step % options_.checkpoint_steps == 0;
    if (stop || time_to_save || state_.step == steps) LOCI_RETURN_IF_ERROR(save());
    if (stop) {
      return cancelled(format("stopped in epoch %d after step %lld; --resume goes on from there",
                              state_.epoch + 1,
                              static_cast<long long>(state_.step)));
    }
  }
  return {};
}

std::vector<int64_t> Trainer::own_queries(int64_t step) const {
  // The order is drawn once an epoch in the paper's code; it is the same for every step here.
  return queries_of_rank(miner_->epoch_order(state_.epoch),
                         step,
                         options_.batch_tuples,
                         distributor_->rank(),
                         distributor_->num_ranks());
}

Result<StepResult> Trainer::tuple_step(int64_t step) {
  const SquaredDistances distances = descriptors_.distances();
  const StepParts parts{*net_, *source_, options_, *distributor_};
  StepResult total;
  for (const int64_t query : own_queries(step)) {
    const MinedTuple mined = miner_->mine(state_.epoch, query, distances);
    if (mined.outcome == MinedTuple::Outcome::kNoPositive) ++total.sums.skipped;
    if (mined.outcome == MinedTuple::Outcome::kNoViolation) ++total.sums.counted;  // loss 0
    if (mined.outcome != MinedTuple::Outcome::kTuple) continue;
    const auto image = [this](int32_t number) {
      return train_images_[static_cast<size_t>(number)];
    };
    TupleImages tuple{.query = image(set_->query_image(query)),
                      .positive = image(mined.tuple.positive),
                      .negatives = {}};
    for (const int32_t row : mined.tuple.negatives) tuple.negatives.push_back(image(row));
    LOCI_TRY(one, tuple_gradients(parts, tuple, state_.epoch, images_));
    add(&total.sums, one.sums);
    total.divisor += one.divisor;
  }
  return total;
}

Result<StepResult> Trainer::place_step(int64_t step) {
  const std::vector<PlaceBatch> batches = places_->epoch(state_.epoch);
  const PlaceBatch& batch = batches[static_cast<size_t>(step)];
  std::vector<int32_t> numbers;
  for (const int32_t image : batch.images) {
    numbers.push_back(train_images_[static_cast<size_t>(image)]);
  }
  const StepParts parts{*net_, *source_, options_, *distributor_};
  return place_gradients(parts, numbers, batch.places, state_.epoch, images_);
}

Status Trainer::update(const SharedStep& result, int64_t step) {
  const double divisor = result.total.divisor;
  if (divisor == 0) return {};  // nothing violates: neither weights nor momentum move
  if (result.has_gradient) LOCI_RETURN_IF_ERROR(share_gradients());
  for (const Parameter& parameter : net_->parameters()) {
    at::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    if (!gradient.sum().isfinite().item<bool>()) {
      return corrupt(
          format("the gradient of '%s' is no number in epoch %d, step %lld; the last good "
                 "checkpoint is kept. Lower learning_rate or add warmup_steps",
                 parameter.name.c_str(),
                 state_.epoch + 1,
                 static_cast<long long>(step + 1)));
    }
  }
  const StepPosition position{
      .epoch = state_.epoch, .step = step, .steps_an_epoch = steps_an_epoch()};
  return guarded("update", [&]() -> Status {
    optimizer_->step(learning_rate(options_, position), 1 / divisor);
    return {};
  });
}

}  // namespace loci::train
