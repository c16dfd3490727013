// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arena.h"
#include "graph.h"
#include "library.h"
#include "weight_store.h"

#include "loci/base/features.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace loci::internal {

class KernelCache;

constexpr int kCallerInput = -1;   ///< a buffer that is the caller's image
constexpr int kCallerOutput = -2;  ///< a buffer that is a map of the caller's

/// How a value lies in memory. Integers stand for q * scale.
struct Slot {
  memory::desc desc;
  int buffer = 0;
  float scale = 1;
  memory::data_type type() const { return desc.data_type(); }
};

/// What a primitive reads or writes: a buffer of the plan, or memory that stays (weights).
struct Operand {
  int argument = 0;  ///< DNNL_ARG_...
  memory::desc desc;
  int buffer = 0;
  dnnl::memory fixed;  ///< used instead of the buffer when it is there
};

struct Step {
  std::string layer, kernel;
  double gflop = 0;
  dnnl::primitive primitive;
  std::vector<Operand> operands;
  int output = 0,
      image = 0;  ///< which of the outputs and of the batch, for steps that write the caller's maps
  /// A kernel of ours instead of a primitive; gets the arena and the caller's image.
  using Own = std::function<void(std::byte* arena, const float* input)>;
  Own own;
  std::unordered_map<int, dnnl::memory> bound;
  /// Where this step's result stays until the next step, for calibration: value_name, buffer,
  /// floats. "" for none.
  std::string value_name;
  int value_buffer = 0;
  size_t value_floats = 0;
};

struct PlanOptions {
  Precision precision = Precision::kFp32;
  KernelChoice kernel_choice = KernelChoice::kAuto;
  int num_threads = 1;
  std::shared_ptr<KernelCache> cache;  ///< for KernelChoice::kAuto
};

/// Lowest and highest values by operator.
using Ranges = std::map<std::string, std::pair<float, float>>;

/// Everything decided for one batch and image size.
class Plan {
 public:
  int batch = 0, height = 0, width = 0, num_threads = 0;
  std::vector<Step> steps;
  std::vector<Buffer> buffers;
  size_t arena_bytes = 0;
  size_t scratch_bytes = 0;     ///< of the step that needs most, part of arena_bytes
  std::vector<Extent> outputs;  ///< the features' first

  /// Where a buffer lies while the plan runs.
  std::byte* at(int buffer, std::byte* arena, const float* input) const {
    if (buffer == kCallerInput) return reinterpret_cast<std::byte*>(const_cast<float*>(input));
    return arena + buffers[static_cast<size_t>(buffer)].offset;
  }

  /// Runs on `arena`, which must hold arena_bytes. `out`: a map for each output and image.
  /// `ranges`: widened where not null.
  void run(const float* input,
           std::vector<std::vector<Features>>& out,
           std::byte* arena,
           std::vector<LayerTime>& times,
           Ranges* ranges);

 private:
  void bind(std::byte* arena);
  std::byte* bound_arena_ = nullptr;
};

/// Plans a graph. May throw what oneDNN and allocations throw.
std::unique_ptr<Plan> build_plan(const Graph& graph,
                                 int batch,
                                 const PlanOptions& options,
                                 WeightStore& weights);

}  // namespace loci::internal
