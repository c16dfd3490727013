// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::train {

/// What a training run is made of, for its plan. Times are measured by the caller on a few photos.
struct PlanInputs {
  int64_t images = 0;              ///< of the training set, queries included
  int64_t queries = 0;             ///< trained on in an epoch
  int64_t descriptor_dim = 0;      ///< M
  int64_t refresh_queries = 1000;  ///< descriptors are computed again after so many queries
  int64_t map_channels = 0, map_height = 0, map_width = 0;  ///< of the frozen layers; 0: no cache
  uint64_t map_bound_bytes = 0;                             ///< bound of the activation cache
  uint64_t weight_bytes = 0;                                ///< all parameters
  uint64_t trained_bytes = 0;                               ///< parameters that are trained
  int optimizer_copies = 1;  ///< of the trained parameters: SGD with momentum 1, Adam 2
  uint64_t step_bytes = 0;   ///< activations of one training step
  int photos_ahead = 0;      ///< decoded ahead of the network
  uint64_t photo_bytes = 0;  ///< one as network input
  int kept_checkpoints = 2;  ///< last and best
  double whole_ms = 0;       ///< forward pass of a photo, decoding included
  double from_map_ms = 0;    ///< forward pass from a map
  double tuple_ms = 0;       ///< one training step of a tuple, from maps where there are some
  int num_processes = 1;
  int processes_here = 1;  ///< of these, on this machine
};

struct PlanItem {
  std::string name;           ///< "descriptors of 2 refreshes"
  uint64_t memory_bytes = 0;  ///< that must be there; mapped files are not counted
  uint64_t disk_bytes = 0;
};

/// Memory, disk and time that a run will take, told before it starts. The bounds hold: descriptors
/// have a fixed size that is taken from the disk at once, the activation cache never outgrows its
/// bound.
struct TrainPlan {
  std::vector<PlanItem> items;
  uint64_t memory_bytes = 0, disk_bytes = 0;
  int64_t maps_kept = 0;    ///< photos whose maps fit within the bound
  int64_t maps_wanted = 0;  ///< all photos, when there is a cache
  int refreshes_an_epoch = 0;
  double first_epoch_s = 0;  ///< fills the activation cache
  double epoch_s = 0;        ///< the later ones

  /// A table and the times, one line each, for a person.
  std::string text() const;
  /// Io when the disk is too full, `free_disk_bytes` being what is left of it plus what the run's
  /// own files (maps of an earlier run) already take; InvalidArgument when the memory is short (0:
  /// not known). Both say what to make smaller.
  Status check(uint64_t free_disk_bytes, uint64_t available_memory_bytes) const;
};
TrainPlan make_plan(const PlanInputs& inputs);

/// Room left on the disk of an existing folder, or of its nearest existing parent.
Result<uint64_t> free_disk_bytes(const std::string& folder);
/// Memory that can be had without swapping (MemAvailable); 0 where the system does not tell.
uint64_t available_memory_bytes();

}  // namespace loci::train
