// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Making a run's parts, and going on from a checkpoint.
#include "start_model.h"
#include "torch_runtime.h"
#include "trainer.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"

#include <ATen/Context.h>

namespace loci::train {
namespace {

Result<at::Device> pick_device(const TrainOptions& options,
                               const ClusterPlace& place,
                               const JobControl& job) {
  const bool cuda = at::globalContext().hasCUDA();
  if (options.device == "cuda" && !cuda) {
    return unsupported("device is cuda, but this libtorch finds no CUDA device; use cpu or auto");
  }
  const bool use_cuda = cuda && options.device != "cpu";
  if (options.mixed_precision && !use_cuda) {
    job.message("mixed_precision works on CUDA only; this run computes in float32");
  }
  if (!use_cuda) return at::Device(at::kCPU);
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(place.local_rank));  // -1: the current
}

/// The miner follows the loss: what violates, and what is remembered.
MinerOptions miner_options(const TrainOptions& options) {
  MinerOptions miner = options.miner;
  miner.squared = options.loss == "triplet-sq";
  miner.remember_all = miner.squared;
  miner.seed = options.seed;
  return miner;
}

}  // namespace

Result<std::unique_ptr<Trainer>> Trainer::create(
    const TrainInputs& inputs,
    const TrainOptions& options,
    const std::function<void(const EpochRecord&)>& on_epoch,
    const JobControl& job,
    std::unique_ptr<Distributor> distributor) {
  auto trainer = std::unique_ptr<Trainer>(new Trainer);
  trainer->options_ = options;
  trainer->options_.num_threads =
      resolve_threads(threads_of_rank(inputs.place, options.num_threads));
  trainer->folder_ = inputs.work_folder;
  trainer->job_ = job;
  trainer->on_epoch_ = on_epoch;
  trainer->distributor_ = std::move(distributor);
  trainer->place_ = inputs.place;
  if (!trainer->is_first()) trainer->job_.on_message = nullptr;  // all would say the same
  const Status ready = [&]() -> Status {
    LOCI_RETURN_IF_ERROR(train::validate(options));
    LOCI_RETURN_IF_ERROR(make_folders(inputs.work_folder));
    if (inputs.resume || !file_info(trainer->path("last.safetensors")).ok()) return {};
    return invalid_argument(printable(inputs.work_folder) +
                            " holds a run already; give --resume to go on with it, or another "
                            "work folder to start anew");
  }();
  prepare_torch(trainer->options_.num_threads);
  LOCI_RETURN_IF_ERROR(trainer->meet(inputs, ready));
  LOCI_RETURN_IF_ERROR(trainer->make_parts(inputs));
  LOCI_RETURN_IF_ERROR(trainer->resume_or_begin(inputs.resume));
  return trainer;
}

Status Trainer::make_parts(const TrainInputs& inputs) {
  Distributor& ranks = *distributor_;
  at::set_num_threads(options_.num_threads);
  LOCI_RETURN_IF_ERROR(agree(ranks, make_sets(inputs)));
  LOCI_RETURN_IF_ERROR(
      in_first_rank(ranks, job_, [&](const JobControl& job) { return make_start(inputs, job); }));
  LOCI_RETURN_IF_ERROR(agree(ranks, make_net()));
  // All have opened the cache of maps before any stores in it.
  LOCI_RETURN_IF_ERROR(agree(ranks, make_source()));
  LOCI_RETURN_IF_ERROR(agree(ranks, tell_plan()));
  const bool crowded = !by_places() && options_.batch_tuples < ranks.num_ranks();
  if (crowded) {
    job_.message(
        format("%d processes share %d tuples a step, so some have none; raise batch_tuples",
               ranks.num_ranks(),
               options_.batch_tuples));
  }
  return {};
}

Status Trainer::make_sets(const TrainInputs& inputs) {
  given_start_ = inputs.start->fingerprint;
  LOCI_TRY(data, make_run_data(inputs.data, inputs.validation, options_));
  data_ = std::move(data);
  std::vector<std::string> notes = data_.notes;
  if (by_places()) {
    PlaceBatchOptions batches = options_.places;
    batches.seed = options_.seed;
    LOCI_TRY(places, PlaceBatches::create(data_.train, batches));
    places_ = std::move(places);
    for (const std::string& photo : places_->paths()) train_images_.push_back(images_.add(photo));
  } else {
    LOCI_TRY(set, TrainingSet::create(data_.train, options_.pairs));
    set_ = std::move(set);
    LOCI_TRY(miner, TupleMiner::create(*set_, miner_options(options_)));
    miner_ = std::move(miner);
    for (int64_t i = 0; i < set_->num_images(); ++i) {
      train_images_.push_back(images_.add(set_->image_path(i)));
    }
    notes.insert(notes.end(), set_->notes().begin(), set_->notes().end());
  }
  for (const std::string& note : notes) job_.message(note);
  if (data_.validation) {
    ValidationSet& validation = *data_.validation;
    for (const ImageRecord& record : validation.data.database) {
      validation.database.push_back(images_.add(image_path(validation.data, record)));
    }
    for (const ImageRecord& record : validation.data.queries) {
      validation.queries.push_back(images_.add(image_path(validation.data, record)));
    }
  }
  return {};
}

/// The initialised model is kept, so that a resumed run, and the other processes, start from the
/// same bits.
Status Trainer::make_start(const TrainInputs& inputs, const JobControl& job) {
  const std::string kept = path("start.safetensors");
  remove_descriptors();
  if (inputs.resume && file_info(kept).ok()) return {};
  std::vector<std::string> photos;
  for (const ImageRecord& record : data_.train.database) {
    photos.push_back(image_path(data_.train, record));
  }
  LOCI_TRY(model, start_model(*inputs.start, photos, options_, job));
  return save_model(*model, kept);
}

Status Trainer::make_net() {
  LOCI_TRY(model, load_model(path("start.safetensors")));
  start_ = std::move(model);
  LOCI_TRY(device, pick_device(options_, place_, job_));
  NetOptions net_options{.train_from = options_.train_from, .device = device};
  net_options.half = options_.mixed_precision && device.is_cuda();
  LOCI_TRY(net, Net::create(start_->spec, start_->tensors, net_options));
  net_ = std::move(net);
  if (net_->parameters().empty()) {
    return invalid_argument("nothing would learn: train_from is '" + net_->depth().train_from +
                            "' and " + start_->spec.pooling.type +
                            " pooling has nothing to learn; name an operator of the network");
  }
  OptimizerOptions optimizer{.name = options_.optimizer,
                             .momentum = options_.momentum,
                             .weight_decay = options_.weight_decay};
  LOCI_TRY(made, Optimizer::create(optimizer, net_->parameters()));
  optimizer_ = std::move(made);
  return {};
}

Status Trainer::make_source() {
  std::unique_ptr<ActivationCache> cache;
  const std::string& asked = options_.cache.activation_cache;
  const size_t fixed = net_->depth().cut;
  if (!asked.empty() && asked != "off" && fixed > 0 && !options_.augment.any()) {
    const std::string folder = asked == "auto" ? path("activations") : asked;
    const auto bound = static_cast<uint64_t>(options_.cache.activation_cache_gib * kGib);
    LOCI_TRY(opened,
             ActivationCache::open(folder,
                                   frozen_fingerprint(*start_, static_cast<int64_t>(fixed)),
                                   bound,
                                   options_.cache.eviction,
                                   {distributor_->rank(), distributor_->num_ranks()}));
    cache = std::move(opened);
  }
  MapSource::Options source{.preprocessing = start_->spec.preprocessing,
                            .augment = options_.augment,
                            .num_threads = options_.num_threads,
                            .chunk_images = options_.chunk_images,
                            .fixed = nullptr};
  if (fixed > 0 && net_->options().device().is_cpu()) {
    LOCI_TRY(layers, fixed_layers(*start_, net_->depth(), options_.num_threads));
    source.fixed = std::move(layers);
  }
  source_ = std::make_unique<MapSource>(*net_, images_, std::move(cache), std::move(source), job_);
  return {};
}

/// The checkpoint to go on from, if there is one.
Status Trainer::read_checkpoint(bool resume, std::optional<Checkpoint>* checkpoint) {
  const DatasetFingerprint data = fingerprint_of(data_.train);
  DatasetFingerprint validation;
  if (data_.validation) validation = fingerprint_of(data_.validation->data);
  const std::string last = path("last.safetensors");
  const bool there = file_info(last).ok();
  if (!resume || !there) {
    if (resume) job_.message("no checkpoint in " + printable(folder_) + " yet: starting anew");
    state_.options = to_json(options_);
    state_.data = data;
    state_.validation = validation;
    state_.start_model = given_start_;
    return {};
  }
  LOCI_TRY(found, load_checkpoint(last));
  LOCI_RETURN_IF_ERROR(check_resumable(found, given_start_, data, validation, options_));
  if (miner_) LOCI_RETURN_IF_ERROR(miner_->load_memory(found.memory).with_context(printable(last)));
  *checkpoint = std::move(found);
  return {};
}

Status Trainer::resume_or_begin(bool resume) {
  std::optional<Checkpoint> checkpoint;
  LOCI_RETURN_IF_ERROR(agree(*distributor_, read_checkpoint(resume, &checkpoint)));
  if (!checkpoint) return {};
  const std::string last = printable(path("last.safetensors"));
  if (miner_ && checkpoint->step > 0 && checkpoint->step < steps_an_epoch()) {
    // The descriptors of the last refresh: made again from the weights of that time.
    LOCI_RETURN_IF_ERROR(
        agree(*distributor_, net_->load_trained(checkpoint->refresh_weights).with_context(last)));
    LOCI_RETURN_IF_ERROR(refresh(checkpoint->refresh));
  }
  Status loaded = net_->load_trained(checkpoint->weights);
  if (loaded.ok()) loaded = optimizer_->load_state(checkpoint->optimizer);
  LOCI_RETURN_IF_ERROR(agree(*distributor_, loaded.with_context(last)));
  state_ = std::move(*checkpoint);
  state_.options = to_json(options_);
  job_.message(format(
      "going on in epoch %d, step %lld", state_.epoch + 1, static_cast<long long>(state_.step)));
  return {};
}

}  // namespace loci::train
