// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "distill_checkpoint.h"
#include "distill_loss.h"
#include "distill_view.h"
#include "optimizer.h"
#include "photo_store.h"
#include "student_net.h"
#include "teacher.h"

#include "loci/base/progress.h"
#include "loci/train/distill.h"

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// One distillation: its parts, made once, and its state, which a checkpoint holds.
class Distiller {
 public:
  static Result<std::unique_ptr<Distiller>> create(
      const DistillInputs& inputs,
      const DistillOptions& options,
      const std::function<void(const DistillEpoch&)>& on_epoch,
      const JobControl& job);
  Result<DistillSummary> run();

  StudentNet& net() { return *net_; }
  /// The student as it is now, a model like any other.
  Result<std::shared_ptr<const Model>> present_model() const;

 private:
  /// Photos made ready for one step; those that cannot be read are left out.
  struct Batch {
    at::Tensor images;        ///< [B, 3, crop, crop], what the student sees
    at::Tensor clean;         ///< the same unchanged, for validation only
    at::Tensor teacher_maps;  ///< [B, D_t, h, w]
    int64_t size = 0;
    Status status;
  };
  struct Part;
  /// A batch of validation: its pixels as bytes, its targets as they stay.
  struct Held {
    std::vector<Image> clean, changed;
    DistillTarget target;
  };

  Distiller() = default;
  Status make_photos(const DistillInputs& inputs);
  Status make_student(const DistillInputs& inputs);
  Status make_targets();
  Status make_validation();
  Status resume_or_begin(bool resume);

  Result<std::vector<Part>> load(std::span<const int64_t> photos, int64_t epoch, bool keep_clean);
  Batch make_batch(const std::vector<int64_t>& photos, int64_t epoch);
  at::Tensor student_input(std::span<const Image> pictures) const;
  Status run_epoch();
  Status step(const Batch& batch);
  Status validate(DistillEpoch* record);
  Status end_epoch();
  Status save();
  Status write_page(bool running) const;
  std::string record_json(const std::string& stopped) const;

  int64_t steps_an_epoch() const;
  double rate_at(int64_t step) const;
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  DistillOptions options_;
  std::string folder_;
  JobControl job_;
  std::function<void(const DistillEpoch&)> on_epoch_;
  at::Device device_ = at::kCPU;

  std::unique_ptr<PhotoStore> photos_;
  std::vector<int64_t> learnt_, held_back_;  ///< numbers of photos
  std::string photos_sha256_;                ///< of the photos' contents, in any order
  std::unique_ptr<Teacher> teacher_;
  ModelSpec student_spec_;
  std::string student_record_;
  std::unique_ptr<StudentNet> net_;
  std::optional<Optimizer> weights_, others_;  ///< with decay and without
  TeacherTargets targets_;
  ViewOptions view_;
  std::vector<Held> validation_;

  DistillCheckpoint state_;
};

}  // namespace loci::train
