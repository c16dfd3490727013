// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The steps and epochs of a distillation.
#include "distiller.h"

#include "distiller_part.h"
#include "learning_rate.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/describe/preprocess.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace loci::train {

int64_t Distiller::steps_an_epoch() const {
  return std::max<int64_t>(1, std::ssize(learnt_) / options_.batch);
}

double Distiller::rate_at(int64_t step) const {
  TrainOptions rate;
  rate.learning_rate = options_.learning_rate;
  rate.schedule = "cosine";
  rate.epochs = options_.epochs;
  rate.warmup_steps = options_.warmup_steps;
  return learning_rate(rate,
                       {.epoch = state_.epoch, .step = step, .steps_an_epoch = steps_an_epoch()});
}

Result<DistillSummary> Distiller::run() {
  if (state_.epochs.empty()) {
    DistillEpoch before;
    before.loss = before.feature_loss = before.descriptor_loss =
        std::numeric_limits<double>::quiet_NaN();
    LOCI_RETURN_IF_ERROR(validate(&before));
    state_.epochs.push_back(before);
    if (on_epoch_) on_epoch_(before);
    LOCI_RETURN_IF_ERROR(save());
  }
  while (state_.epoch < options_.epochs) {
    LOCI_RETURN_IF_ERROR(run_epoch());
    LOCI_RETURN_IF_ERROR(end_epoch());
  }
  LOCI_RETURN_IF_ERROR(write_page(/*running=*/false));
  DistillSummary summary;
  LOCI_TRY(model, present_model());
  if (state_.best_epoch > 0) {
    LOCI_TRY(best, load_model(path("best.safetensors")));
    model = std::move(best);
  }
  ModelSpec spec = model->spec;
  spec.record = record_json("all epochs done");
  summary.model = make_model(std::move(spec), model->tensors);
  summary.epochs = state_.epochs;
  summary.best_epoch = state_.best_epoch;
  summary.failed = photos_->failures();
  summary.curve_page = path("curve.html");
  for (const DistillEpoch& epoch : state_.epochs) {
    summary.seconds += epoch.seconds + epoch.val_seconds;
  }
  return summary;
}

Result<std::vector<Distiller::Part>> Distiller::load(std::span<const int64_t> photos,
                                                     int64_t epoch,
                                                     bool keep_clean) {
  std::vector<Part> parts(photos.size());
  parallel_for(std::ssize(parts), 1, options_.num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Part& part = parts[static_cast<size_t>(i)];
      const int64_t number = photos[static_cast<size_t>(i)];
      const auto photo = photos_->get(number);
      if (!photo.ok()) continue;
      ViewPair views = make_views(
          **photo, view_, {.seed = options_.seed, .image = number, .epoch = epoch, .flip = false});
      Result<Features> found = teacher_->features(views.teacher);
      part.status = found.status();
      if (!found.ok()) continue;
      part.features = std::move(*found);
      part.changed = std::move(views.student);
      if (keep_clean) part.clean = std::move(views.clean);
      part.there = true;
    }
  });
  for (const Part& part : parts) {
    if (!part.status.ok()) return part.status.with_context("teacher");
  }
  std::erase_if(parts, [](const Part& part) { return !part.there; });
  return parts;
}

at::Tensor Distiller::student_input(std::span<const Image> pictures) const {
  const int64_t side = options_.crop;
  const at::Tensor rows = at::empty({std::ssize(pictures), side, side, 3}, at::kFloat);
  Preprocessing preprocessing = student_spec_.preprocessing;
  preprocessing.resize = Preprocessing::Resize::kNone;
  float* values = rows.data_ptr<float>();
  parallel_for(std::ssize(pictures), 1, options_.num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto input = preprocess(preprocessing, pictures[static_cast<size_t>(i)]);
      if (input.ok()) std::ranges::copy(input->values, values + i * side * side * 3);
    }
  });
  return rows.permute({0, 3, 1, 2});
}

Distiller::Batch Distiller::make_batch(const std::vector<int64_t>& photos, int64_t epoch) {
  Batch batch;
  Result<std::vector<Part>> parts = load(photos, epoch, /*keep_clean=*/false);
  batch.status = parts.status();
  if (!parts.ok()) return batch;
  batch.size = std::ssize(*parts);
  if (batch.size == 0) return batch;
  std::vector<Image> pictures;
  for (Part& part : *parts) pictures.push_back(std::move(part.changed));
  batch.images = student_input(pictures);
  batch.teacher_maps = stacked_maps(*parts);
  return batch;
}

Status Distiller::step(const Batch& batch) {
  if (batch.size < 2) return {};  // nothing to compare or to normalise by
  const DistillTarget target = distill_target(targets_, batch.teacher_maps.to(device_));
  const DistillTerms terms = distill_loss(targets_,
                                          target,
                                          net_->run(batch.images, /*learn=*/true),
                                          options_.descriptor_weight,
                                          options_.weight_by_norm);
  const double loss = terms.loss.item<double>();
  if (!std::isfinite(loss)) {
    return corrupt(
        format("the loss is no number in epoch %d, step %lld; the last good checkpoint is kept. "
               "Lower learning_rate or raise warmup_steps",
               state_.epoch + 1,
               static_cast<long long>(state_.step + 1)));
  }
  terms.loss.backward();
  const double rate = rate_at(state_.step);
  weights_->step(rate, 1);
  others_->step(rate, 1);
  const auto count = static_cast<double>(batch.size);
  state_.sums.loss += loss * count;
  state_.sums.feature_loss += (1 - terms.cosine.item<double>()) * count;
  state_.sums.descriptor_loss += terms.descriptor.item<double>() * count;
  state_.sums.photos += batch.size;
  return {};
}

Status Distiller::run_epoch() {
  const int64_t steps = steps_an_epoch();
  std::vector<int64_t> order = learnt_;
  Rng(options_.seed, format("distil order %d", state_.epoch)).shuffle(order);
  const auto batch_of = [&, epoch = int64_t{state_.epoch}](int64_t number) {
    const int64_t begin = number * options_.batch;
    const int64_t end = std::min<int64_t>(begin + options_.batch, std::ssize(order));
    return make_batch({order.begin() + begin, order.begin() + end}, epoch);
  };
  const Stopwatch watch;
  const double before = state_.sums.seconds;
  const std::string task = format("epoch %d, photos", state_.epoch + 1);
  size_t failures = photos_->failures().size();
  // On a GPU the next batch is made while this one is learnt; on the CPU both would share the same
  // processors, and a batch is made on all of them.
  std::future<Batch> next;
  for (int64_t number = state_.step; number < steps; ++number) {
    Batch batch = next.valid() ? next.get() : batch_of(number);
    if (device_.is_cuda() && number + 1 < steps) {
      try {
        next = std::async(std::launch::async, batch_of, number + 1);
      } catch (const std::system_error&) {
        // The system gives no thread: the batch is made when it is needed.
      }
    }
    LOCI_RETURN_IF_ERROR(batch.status);
    LOCI_RETURN_IF_ERROR(guarded("distilling", [&] { return step(batch); }));
    state_.step = number + 1;
    state_.sums.seconds = before + watch.seconds();
    const std::vector<std::string> failed = photos_->failures();
    if (failed.size() > failures) {
      job_.message(format("%zu photos cannot be read and are left out", failed.size()));
      failures = failed.size();
    }
    job_.progress(task, state_.step * options_.batch, steps * options_.batch);
    const bool stop = job_.cancelled();
    const bool due = options_.checkpoint_steps > 0 && state_.step % options_.checkpoint_steps == 0;
    if ((stop || due) && state_.step < steps) LOCI_RETURN_IF_ERROR(save());
    if (stop && state_.step < steps) {
      return cancelled(format("stopped in epoch %d after step %lld; --resume goes on from there",
                              state_.epoch + 1,
                              static_cast<long long>(state_.step)));
    }
  }
  return {};
}

}  // namespace loci::train
