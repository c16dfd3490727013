// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/train/augment.h"

#include <cstdint>
#include <string>

namespace loci::train {

/// Everything that decides what a distillation computes.
struct DistillOptions {
  /// Side of the square crops that are learnt from, pixels.
  int crop = 224;
  /// A crop covers at least this part of a photo's shorter side, at most all of it.
  double smallest_view = 0.4;
  /// Passes over the photos.
  int epochs = 30;
  /// Photos a step.
  int batch = 32;
  /// Learning rate of AdamW, falling along half a cosine.
  double learning_rate = 2e-3;
  /// Decay of the convolutions' weights.
  double weight_decay = 0.02;
  /// Steps over which the rate rises from 0.
  int warmup_steps = 200;
  /// Weight of the term that keeps the cosines between whole-image descriptors.
  double descriptor_weight = 1;
  /// Weight each location by the norm of the teacher's feature there.
  bool weight_by_norm = false;
  /// Photos that the projection of the teacher's features is fitted on.
  int projection_photos = 400;
  /// Part of the photos held back for validation.
  double val_fraction = 0.05;
  /// fp32, or bf16 where the processor has it.
  std::string teacher_precision = "fp32";
  /// Where the student learns: cpu, cuda, or auto for cuda where there is one.
  std::string device = "auto";
  /// Steps between two checkpoints; 0: at epochs only.
  int checkpoint_steps = 200;
  /// Bound of the decoded photos that are kept in memory, GiB.
  double photos_gib = 4;
  /// A photo given as an architecture's input is grown to this shorter side, 0 for none.
  int min_side = 224;
  /// And before shrunk to this longer side at most, 0 for none.
  int max_side = 640;
  /// Seed of everything drawn.
  uint64_t seed = 1;
  /// Threads, 0 for all.
  int num_threads = 0;
  AugmentOptions augment{.perspective = 0.1,
                         .flip = 0.5,
                         .light = 0.6,
                         .colour_temperature = 0.6,
                         .night = 0.2,
                         .fog = 0.1,
                         .rain = 0.1,
                         .noise = 8,
                         .blur = 1.5,
                         .low_resolution = 0.3,
                         .jpeg = 0.2,
                         .occlusion = 0.2};

  template <class V>
  void describe(V&& v) {
    v({"crop", "side of the square crops that are learnt from, pixels (224)"}, crop);
    v({"smallest_view",
       "a crop covers at least this part of a photo's shorter side, at most all of it (0.4)"},
      smallest_view);
    v({"epochs", "passes over the photos (30)"}, epochs);
    v({"batch", "photos a step (32)"}, batch);
    v({"learning_rate", "learning rate of AdamW, falling along half a cosine (0.002)"},
      learning_rate);
    v({"weight_decay", "decay of the convolutions' weights (0.02)"}, weight_decay);
    v({"warmup_steps", "steps over which the rate rises from 0 (200)"}, warmup_steps);
    v({"descriptor_weight",
       "weight of the term that keeps the cosines between whole-image descriptors (1)"},
      descriptor_weight);
    v({"weight_by_norm", "weight each location by the norm of the teacher's feature there"},
      weight_by_norm);
    v({"projection_photos",
       "photos that the projection of the teacher's features is fitted on (400)"},
      projection_photos);
    v({"val_fraction", "part of the photos held back for validation (0.05)"}, val_fraction);
    v({"teacher_precision", "fp32, or bf16 where the processor has it"}, teacher_precision);
    v({"device", "where the student learns: cpu, cuda, or auto for cuda where there is one"},
      device);
    v({"checkpoint_steps", "steps between two checkpoints; 0: at epochs only (200)"},
      checkpoint_steps);
    v({"photos_gib", "bound of the decoded photos that are kept in memory, GiB (4)"}, photos_gib);
    v({"min_side",
       "a photo given as an architecture's input is grown to this shorter side, 0 for none (224)"},
      min_side);
    v({"max_side", "and before shrunk to this longer side at most, 0 for none (640)"}, max_side);
    v({"seed", "seed of everything drawn"}, seed);
    v({"num_threads", "threads, 0 for all"}, num_threads);
    // smallest_view is the crop of a distillation.
    augment.describe([&v](const OptionInfo& info, auto& field) {
      if (info.name != "augment_crop") v(info, field);
    });
  }
};

/// Errors: InvalidArgument with the option's name, what was given and what is allowed.
Status validate(const DistillOptions& options);
/// All options as one JSON object by their names.
std::string to_json(const DistillOptions& options);
/// As option_changes() of TrainOptions: what would make a resumed run another one.
Result<std::string> option_changes(const std::string& before_json, const DistillOptions& now);

}  // namespace loci::train
