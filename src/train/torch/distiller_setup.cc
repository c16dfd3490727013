// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Making a distillation's parts, and going on from a checkpoint.
#include "distiller.h"
#include "distiller_part.h"
#include "torch_runtime.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/model/architectures.h"
#include "loci/train/activation_cache.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <ATen/Context.h>

namespace loci::train {
namespace {

constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
constexpr int64_t kProjectionFeatures = 64;

/// A random part of a photo's features, so that many photos fit.
Features some_features(const Features& all, Rng* rng) {
  const std::vector<int64_t> rows = rng->sample(all.values.rows(), kProjectionFeatures);
  Features some;
  some.values = Matrix(std::ssize(rows), all.values.cols());
  for (int64_t i = 0; i < some.values.rows(); ++i) {
    const auto from = all.values.row(rows[static_cast<size_t>(i)]);
    std::copy(from.begin(), from.end(), some.values.row(i).begin());
  }
  return some;
}

}  // namespace

Result<std::unique_ptr<Distiller>> Distiller::create(
    const DistillInputs& inputs,
    const DistillOptions& options,
    const std::function<void(const DistillEpoch&)>& on_epoch,
    const JobControl& job) {
  LOCI_RETURN_IF_ERROR(train::validate(options));
  auto made = std::unique_ptr<Distiller>(new Distiller);
  Distiller& d = *made;
  d.options_ = options;
  d.options_.num_threads = resolve_threads(options.num_threads);
  d.folder_ = inputs.work_folder;
  d.job_ = job;
  d.on_epoch_ = on_epoch;
  const bool cuda = at::globalContext().hasCUDA();
  if (options.device == "cuda" && !cuda) {
    return unsupported("device is cuda, but this libtorch finds no CUDA device; use cpu or auto");
  }
  d.device_ = at::Device(cuda && options.device != "cpu" ? at::kCUDA : at::kCPU);
  prepare_torch(d.options_.num_threads);
  LOCI_TRY(teacher,
           Teacher::create(inputs.teacher, options.teacher_precision, d.options_.num_threads));
  d.teacher_ = std::move(teacher);
  if (!d.teacher_->note().empty()) job.message("teacher: " + d.teacher_->note());
  LOCI_RETURN_IF_ERROR(make_folders(inputs.work_folder));
  if (!inputs.resume && file_info(d.path("last.safetensors")).ok()) {
    return invalid_argument(printable(inputs.work_folder) +
                            " holds a run already; give --resume to go on with it, or another "
                            "work folder to start anew");
  }
  LOCI_RETURN_IF_ERROR(d.make_photos(inputs));
  LOCI_RETURN_IF_ERROR(d.make_student(inputs));
  LOCI_RETURN_IF_ERROR(d.resume_or_begin(inputs.resume));
  LOCI_RETURN_IF_ERROR(guarded("distilling", [&d] { return d.make_targets(); }));
  LOCI_RETURN_IF_ERROR(guarded("validation", [&d] { return d.make_validation(); }));
  return made;
}

Status Distiller::make_photos(const DistillInputs& inputs) {
  Dataset data;
  for (const std::string& photo : inputs.photos) {
    ImageRecord record;
    record.path = std::filesystem::absolute(photo).lexically_normal().string();
    data.database.push_back(record);
  }
  std::ranges::sort(data.database, {}, &ImageRecord::path);
  const auto repeated = std::ranges::unique(data.database, {}, &ImageRecord::path);
  data.database.erase(repeated.begin(), repeated.end());
  std::vector<std::string> paths;
  for (const ImageRecord& record : data.database) paths.push_back(record.path);
  state_.photos = fingerprint_of(data);

  std::vector<std::string> contents(paths.size());
  ContentIds ids;
  parallel_for(std::ssize(paths), 8, options_.num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Result<std::string> id = ids.of(paths[static_cast<size_t>(i)]);
      if (id.ok()) contents[static_cast<size_t>(i)] = *id;
    }
  });
  std::ranges::sort(contents);
  Sha256 sha;
  for (const std::string& content : contents) sha.update(content.data(), content.size());
  photos_sha256_ = sha.hex_digest();

  const int64_t count = std::ssize(paths);
  const auto held =
      static_cast<int64_t>(std::lround(options_.val_fraction * static_cast<double>(count)));
  held_back_ = Rng(options_.seed, "photos held back").sample(count, held);
  for (int64_t i = 0; i < count; ++i) {
    if (!std::ranges::binary_search(held_back_, i)) learnt_.push_back(i);
  }
  if (learnt_.size() < 2) {
    return invalid_argument(format("there are %lld photos to learn from; give 2 at least",
                                   static_cast<long long>(learnt_.size())));
  }
  const int most_side = static_cast<int>(std::ceil(options_.crop / options_.smallest_view));
  photos_ = std::make_unique<PhotoStore>(
      std::move(paths), most_side, static_cast<uint64_t>(options_.photos_gib * kBytesPerGib));
  return {};
}

Status Distiller::make_student(const DistillInputs& inputs) {
  TensorMap tensors;
  student_record_ = "{}";
  if (inputs.student != nullptr) {
    student_spec_ = inputs.student->spec;
    if (student_spec_.features != "network" || student_spec_.network.empty()) {
      return invalid_argument("the student has no network that could learn (its features are '" +
                              student_spec_.features + "')");
    }
    tensors = inputs.student->tensors;
    student_record_ = student_spec_.record;
    if (student_spec_.pooling.type != "mean" || student_spec_.whitening.output_dim > 0) {
      job_.message("the student's pooling and whitening are dropped: its features change");
    }
  } else {
    LOCI_TRY(network, architecture(inputs.architecture));
    LOCI_TRY(random, random_weights(network, 3, options_.seed));
    tensors = std::move(random);
    student_spec_.name = inputs.architecture;
    student_spec_.network = std::move(network);
    Preprocessing& p = student_spec_.preprocessing;
    p = default_preprocessing(inputs.architecture);
    p.min_side = options_.min_side;
    p.max_side = options_.max_side;
    if (p.min_side > 0 || p.max_side > 0) p.resize = Preprocessing::Resize::kFit;
  }
  student_spec_.pooling = PoolingSpec{.type = "mean"};
  student_spec_.whitening = {};
  const bool batch_norm = inputs.student == nullptr;
  LOCI_TRY(net,
           StudentNet::create(
               student_spec_.network, tensors, {.batch_norm = batch_norm, .device = device_}));
  net_ = std::move(net);
  OptimizerOptions optimizer{.name = "adamw", .weight_decay = options_.weight_decay};
  LOCI_TRY(weights, Optimizer::create(optimizer, net_->decaying()));
  optimizer.weight_decay = 0;
  LOCI_TRY(others, Optimizer::create(optimizer, net_->others()));
  weights_ = std::move(weights);
  others_ = std::move(others);

  LOCI_TRY(start, present_model());
  state_.student = start->fingerprint;
  state_.teacher = teacher_->model().fingerprint;
  state_.options = to_json(options_);
  view_ = {
      .crop = options_.crop, .smallest_view = options_.smallest_view, .augment = options_.augment};
  const MapGeometry ours = map_geometry(student_spec_.network, options_.crop);
  const MapGeometry theirs = map_geometry(teacher_->model().spec.network, options_.crop);
  if (ours.stride == theirs.stride) {
    view_.shift = static_cast<int>(std::lround(theirs.first - ours.first));
  }
  return {};
}

Status Distiller::make_targets() {
  if (!state_.projection.contains("projection")) {
    std::vector<int64_t> photos;
    for (const int64_t i : Rng(options_.seed, "projection photos")
                               .sample(std::ssize(learnt_), options_.projection_photos)) {
      photos.push_back(learnt_[static_cast<size_t>(i)]);
    }
    std::vector<Features> samples;
    Rng rng(options_.seed, "projection features");
    for (size_t begin = 0; begin < photos.size(); begin += 32) {
      const auto some =
          std::span(photos).subspan(begin, std::min<size_t>(32, photos.size() - begin));
      LOCI_TRY(parts, load(some, /*epoch=*/-1, /*keep_clean=*/false));
      for (const Part& part : parts) samples.push_back(some_features(part.features, &rng));
      job_.progress(
          "teacher's features", static_cast<int64_t>(begin + some.size()), std::ssize(photos));
      if (job_.cancelled()) return cancelled("stopped before the first step");
    }
    if (samples.empty()) {
      const std::vector<std::string> failed = photos_->failures();
      return invalid_argument("none of the photos can be read" +
                              (failed.empty() ? "" : ", such as " + failed[0]));
    }
    double kept = 1;
    LOCI_TRY(projection, fit_projection(samples, net_->feature_dim(), options_.num_threads, &kept));
    state_.projection["projection"] = std::move(projection);
    state_.kept = kept;
  }
  const loci::Tensor& projection = state_.projection.at("projection");
  const at::TensorOptions options = at::TensorOptions().dtype(at::kFloat).device(device_);
  LOCI_TRY(targets, train::make_targets(teacher_->model(), projection, options));
  targets_ = std::move(targets);
  targets_.kept = state_.kept;
  job_.message(
      format("%lld photos to learn from, %lld held back; the student's %lld of the "
             "teacher's %lld dimensions keep %.1f %% of its features' squared norm; "
             "descriptors by %s",
             static_cast<long long>(learnt_.size()),
             static_cast<long long>(held_back_.size()),
             static_cast<long long>(projection.shape[0]),
             static_cast<long long>(projection.shape[1]),
             100 * targets_.kept,
             targets_.pooling.c_str()));
  return {};
}

Status Distiller::make_validation() {
  const auto batch = static_cast<size_t>(options_.batch);
  for (size_t begin = 0; begin < held_back_.size(); begin += batch) {
    const auto some =
        std::span(held_back_).subspan(begin, std::min(batch, held_back_.size() - begin));
    LOCI_TRY(parts, load(some, /*epoch=*/-2, /*keep_clean=*/true));
    if (parts.empty()) continue;
    Held held;
    held.target = distill_target(targets_, stacked_maps(parts).to(device_));
    for (Part& part : parts) {
      held.clean.push_back(std::move(part.clean));
      held.changed.push_back(std::move(part.changed));
    }
    validation_.push_back(std::move(held));
    job_.progress(
        "held-back photos", static_cast<int64_t>(begin + some.size()), std::ssize(held_back_));
    if (job_.cancelled()) return cancelled("stopped before the first step");
  }
  return {};
}

Status Distiller::resume_or_begin(bool resume) {
  const std::string last = path("last.safetensors");
  if (!resume) return {};
  if (!file_info(last).ok()) {
    job_.message("no checkpoint in " + printable(folder_) + " yet: starting anew");
    return {};
  }
  LOCI_TRY(checkpoint, load_distill_checkpoint(last));
  LOCI_RETURN_IF_ERROR(check_resumable(checkpoint, state_, options_));
  LOCI_RETURN_IF_ERROR(net_->load_state(checkpoint.weights).with_context(printable(last)));
  for (auto* optimizer : {&*weights_, &*others_}) {
    LOCI_RETURN_IF_ERROR(optimizer->load_state(checkpoint.optimizer).with_context(printable(last)));
  }
  state_ = std::move(checkpoint);
  state_.options = to_json(options_);
  job_.message(format(
      "going on in epoch %d, step %lld", state_.epoch + 1, static_cast<long long>(state_.step)));
  return {};
}

}  // namespace loci::train
