// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <algorithm>
#include <chrono>

namespace loci::internal {
namespace {

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

void widen(std::pair<float, float>& range, const float* values, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    range.first = std::min(range.first, values[i]);
    range.second = std::max(range.second, values[i]);
  }
}

}  // namespace

void Plan::bind(std::byte* arena) {
  for (Step& step : steps) {
    step.bound.clear();
    for (const Operand& operand : step.operands) {
      dnnl::memory memory = operand.fixed;
      if (!memory) {
        void* at = operand.buffer >= 0 ? arena + buffers[static_cast<size_t>(operand.buffer)].offset
                                       : nullptr;
        memory = dnnl::memory(operand.desc, cpu_engine(), at);
      }
      step.bound.emplace(operand.argument, memory);
    }
  }
  bound_arena_ = arena;
}

void Plan::run(const float* input,
               std::vector<std::vector<Features>>& out,
               std::byte* arena,
               std::vector<LayerTime>& times,
               Ranges* ranges) {
  if (bound_arena_ != arena || arena == nullptr) bind(arena);
  dnnl::stream stream(cpu_engine());
  times.resize(steps.size());
  if (ranges != nullptr) {
    widen((*ranges)["input"], input, static_cast<size_t>(batch) * height * width * 3);
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    Step& step = steps[i];
    const auto start = std::chrono::steady_clock::now();
    if (step.own) {
      step.own(arena, input);
    } else {
      for (const Operand& operand : step.operands) {
        if (operand.buffer == kCallerInput && !operand.fixed) {
          step.bound.at(operand.argument).set_data_handle(const_cast<float*>(input));
        } else if (operand.buffer == kCallerOutput && !operand.fixed) {
          Features& map = out[static_cast<size_t>(step.output)][static_cast<size_t>(step.image)];
          step.bound.at(operand.argument).set_data_handle(map.values.data());
        }
      }
      step.primitive.execute(stream, step.bound);
      stream.wait();
    }
    LayerTime& time = times[i];
    time.layer = step.layer;
    time.kernel = step.kernel;
    time.gflop = step.gflop;
    time.ms = ms_since(start);
    if (ranges != nullptr && !step.value_name.empty()) {
      const auto* values = reinterpret_cast<const float*>(
          arena + buffers[static_cast<size_t>(step.value_buffer)].offset);
      widen((*ranges)[step.value_name], values, step.value_floats);
    }
  }
}

}  // namespace loci::internal
