// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What a run will take, measured on two photos and told before it starts.
#include "trainer.h"

#include "loci/train/plan.h"

#include <algorithm>

namespace loci::train {
namespace {

uint64_t bytes_of(const TensorMap& tensors) {
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.bytes.size();
  return bytes;
}

}  // namespace

Status Trainer::tell_plan() {
  PlanInputs in;
  in.images = std::ssize(train_images_);
  in.queries = set_ ? std::ssize(set_->trainable_queries()) : 0;
  in.descriptor_dim = by_places() ? 0 : net_->output_dim();
  in.refresh_queries = options_.refresh_queries;
  in.weight_bytes = bytes_of(start_->tensors);
  in.trained_bytes = bytes_of(net_->trained());
  in.optimizer_copies = options_.optimizer == "sgd" ? 1 : 2;
  in.photos_ahead = options_.chunk_images;
  in.num_processes = distributor_->num_ranks();
  in.processes_here = std::min(in.num_processes, place_.local_ranks);
  uint64_t there = 0;  // on the disk already, so it needs no more room
  if (source_->cache() != nullptr) {
    in.map_bound_bytes = static_cast<uint64_t>(options_.cache.activation_cache_gib * kGib);
    there = source_->cache()->stats().bytes;
  }
  // The first photo warms up, the second is timed: from its pixels, and from its map.
  const int64_t images = std::min<int64_t>(2, in.images);
  for (int64_t i = 0; i < images; ++i) {
    const WantedMap wanted{.image = train_images_[static_cast<size_t>(i)], .change = std::nullopt};
    const Stopwatch whole;
    LOCI_TRY(maps, source_->maps(std::span(&wanted, 1)));
    if (!maps[0].defined()) continue;
    const double pixels_ms = whole.milliseconds();
    const at::Tensor map = maps[0];
    LOCI_RETURN_IF_ERROR(guarded("the plan's measurement", [&]() -> Status {
      const Stopwatch forward;
      const at::Tensor descriptor = describe_maps(*net_, maps, 1);
      const double forward_ms = forward.milliseconds();
      descriptor.sum().backward();
      const double step_ms = forward.milliseconds();
      for (const Parameter& parameter : net_->parameters()) {
        at::Tensor value = parameter.value;
        value.mutable_grad().reset();
      }
      const int tuple = options_.miner.num_negatives + 2;
      in.whole_ms = pixels_ms + forward_ms;
      in.from_map_ms = forward_ms;
      in.tuple_ms = step_ms * tuple;
      const uint64_t step_images =
          static_cast<uint64_t>(by_places() ? options_.chunk_images : tuple);
      in.step_bytes = step_images * net_->tail_bytes(map.unsqueeze(0));
      in.photo_bytes = static_cast<uint64_t>(map.numel()) * map.element_size();
      return {};
    }));
    if (source_->cache() != nullptr) {
      in.map_channels = map.size(0);
      in.map_height = map.size(1);
      in.map_width = map.size(2);
    }
  }
  const TrainPlan plan = make_plan(in);
  job_.message(plan.text());
  LOCI_TRY(free_bytes, free_disk_bytes(folder_));
  return plan.check(free_bytes + there, available_memory_bytes());
}

}  // namespace loci::train
