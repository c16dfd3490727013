// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/plan.h"

#include "loci/base/check.h"
#include "loci/base/text.h"
#include "loci/train/activation_cache.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace loci::train {
namespace {

std::string bytes_text(uint64_t bytes) {
  return bytes == 0 ? "-" : human_bytes(static_cast<double>(bytes));
}

std::string row(const std::string& name, const std::string& memory, const std::string& disk) {
  return format("  %-44s %12s %12s\n", name.c_str(), memory.c_str(), disk.c_str());
}

uint64_t descriptor_bytes(const PlanInputs& in) {
  return static_cast<uint64_t>(in.images) * (2 * static_cast<uint64_t>(in.descriptor_dim) + 8) +
         4096;
}

/// Refreshes within an epoch and the one at its end.
int refreshes(const PlanInputs& in) {
  const int64_t every = std::max<int64_t>(1, in.refresh_queries);
  return static_cast<int>(std::max<int64_t>(1, (in.queries + every - 1) / every));
}

}  // namespace

TrainPlan make_plan(const PlanInputs& in) {
  LOCI_REQUIRE(in.images >= 0 && in.queries >= 0 && in.descriptor_dim >= 0 && in.num_processes >= 1,
               "a plan is of counts");
  TrainPlan plan;
  const auto add = [&](std::string name, uint64_t memory, uint64_t disk) {
    plan.items.push_back({std::move(name), memory, disk});
    plan.memory_bytes += memory;
    plan.disk_bytes += disk;
  };
  const auto processes = static_cast<uint64_t>(in.processes_here);
  const uint64_t state = in.trained_bytes * static_cast<uint64_t>(in.optimizer_copies);
  add("weights", in.weight_bytes * processes, 0);
  add(format("gradients and %d optimizer state%s",
             in.optimizer_copies,
             in.optimizer_copies == 1 ? "" : "s"),
      (in.trained_bytes + state) * processes,
      0);
  add("one training step", in.step_bytes * processes, 0);
  add("photos decoded ahead",
      static_cast<uint64_t>(in.photos_ahead) * in.photo_bytes * processes,
      0);
  // The one in use and the one being written.
  add("descriptors, float16, of two refreshes", 0, 2 * descriptor_bytes(in));
  add(format("%d checkpoints", in.kept_checkpoints),
      0,
      (in.weight_bytes + state) * static_cast<uint64_t>(in.kept_checkpoints));
  const uint64_t map = activation_file_bytes(in.map_channels, in.map_height, in.map_width);
  const bool cached = in.map_channels > 0 && in.map_bound_bytes > 0;
  if (cached) {
    plan.maps_wanted = in.images;
    plan.maps_kept = std::min<int64_t>(in.images, static_cast<int64_t>(in.map_bound_bytes / map));
    add("maps of the frozen layers, float16", 0, static_cast<uint64_t>(plan.maps_kept) * map);
  }

  plan.refreshes_an_epoch = refreshes(in);
  const double passes = static_cast<double>(in.images) * plan.refreshes_an_epoch;
  const double kept = cached && in.images > 0
                          ? static_cast<double>(plan.maps_kept) / static_cast<double>(in.images)
                          : 0;
  const double pass_ms = kept * in.from_map_ms + (1 - kept) * in.whole_ms;
  const double train_ms = static_cast<double>(in.queries) * in.tuple_ms;
  const double ranks = static_cast<double>(in.num_processes);
  plan.epoch_s = (passes * pass_ms + train_ms) / 1000 / ranks;
  plan.first_epoch_s =
      (static_cast<double>(in.images) * in.whole_ms +
       static_cast<double>(in.images) * (plan.refreshes_an_epoch - 1) * pass_ms + train_ms) /
      1000 / ranks;
  return plan;
}

std::string TrainPlan::text() const {
  std::string out = row("plan", "memory", "disk");
  for (const PlanItem& item : items) {
    if (item.memory_bytes == 0 && item.disk_bytes == 0) continue;
    out += row(item.name, bytes_text(item.memory_bytes), bytes_text(item.disk_bytes));
  }
  out += row("together, at most", bytes_text(memory_bytes), bytes_text(disk_bytes));
  if (maps_kept < maps_wanted) {
    out += format(
        "  %lld of %lld photos' maps fit within the bound; the others run through the "
        "frozen layers each time (activation_cache_gib)\n",
        static_cast<long long>(maps_kept),
        static_cast<long long>(maps_wanted));
  }
  out += format("  %d refresh%s of the descriptors an epoch\n",
                refreshes_an_epoch,
                refreshes_an_epoch == 1 ? "" : "es");
  if (epoch_s > 0) {
    out += "  first epoch about " + human_seconds(first_epoch_s) + ", later ones about " +
           human_seconds(epoch_s) + "\n";
  }
  return out;
}

Status TrainPlan::check(uint64_t free_disk_bytes, uint64_t available_memory_bytes) const {
  if (disk_bytes > free_disk_bytes) {
    return io_error("training needs " + bytes_text(disk_bytes) + " of disk, " +
                    bytes_text(free_disk_bytes) +
                    " are left; lower activation_cache_gib or use another disk\n" + text());
  }
  if (available_memory_bytes > 0 && memory_bytes > available_memory_bytes) {
    return invalid_argument("training needs " + bytes_text(memory_bytes) + " of memory, " +
                            bytes_text(available_memory_bytes) +
                            " are left; lower the batch, the input size or num_negatives\n" +
                            text());
  }
  return {};
}

Result<uint64_t> free_disk_bytes(const std::string& folder) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(folder.empty() ? "." : folder, error);
  while (!error && !std::filesystem::exists(path, error) && path.has_relative_path())
    path = path.parent_path();
  const std::filesystem::space_info space = std::filesystem::space(path, error);
  if (error) return io_error(printable(folder) + ": its disk cannot be asked", error.value());
  return static_cast<uint64_t>(space.available);
}

uint64_t available_memory_bytes() {
  std::ifstream meminfo("/proc/meminfo");  // has no size, so read_file() finds it empty
  for (std::string line; std::getline(meminfo, line);) {
    if (!line.starts_with("MemAvailable:")) continue;
    const std::string_view rest = trim(std::string_view(line).substr(13));
    const auto kib = parse_int(rest.substr(0, rest.find(' ')));
    return kib.has_value() && *kib > 0 ? static_cast<uint64_t>(*kib) * 1024 : 0;
  }
  return 0;
}

}  // namespace loci::train
