// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan_builder.h"
#include "plan_map.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {

void PlanBuilder::instance_norm(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = converted(node.inputs[0], plain_map(batch_, node.in), 1, node.op.name);
  const Slot to = makes_pixels(i);
  touch(from.buffer);
  const PlanMap src(from, batch_, node.in), dst(to, batch_, node.out);
  const int threads = options_.num_threads;
  const int64_t channels = node.in.channels;
  // A row of results for each thread, and sums, means and factors of the channels.
  const int64_t row_floats = dst.row_values;
  const int64_t sums_floats = 2 * channels * threads;
  const int scratch = new_scratch(
      static_cast<size_t>(row_floats * threads + sums_floats + 2 * channels) * sizeof(float) + 64);
  touch(scratch);
  own_step(i,
           "instance_norm",
           to,
           [plan = plan_.get(),
            &kernels = map_kernels(simd_level()),
            src,
            dst,
            scratch,
            threads,
            channels,
            row_floats,
            sums_floats,
            batch = batch_,
            height = int64_t{node.in.height},
            width = int64_t{node.in.width},
            eps = node.op.norm_eps](std::byte* arena, const float* input) {
             const RunMap in = src.in(*plan, arena, input), out = dst.in(*plan, arena, input);
             // Doubles come first, so that they are aligned.
             auto* sums = reinterpret_cast<double*>(plan->at(scratch, arena, input));
             auto* mean = reinterpret_cast<float*>(sums) + sums_floats;
             float *factor = mean + channels, *rows = factor + channels;
             const auto source = [&](int64_t y) {
               return reinterpret_cast<const float*>(in.at(y));
             };
             const double count = static_cast<double>(height * width);
             for (int64_t n = 0; n < batch; ++n) {
               const int64_t first = n * height;
               // Shares of the rows have sums of their own, whichever thread takes them, so that the total is
               // the same in every run.
               const auto add_up = [&](int power) {
                 std::fill_n(sums, channels * threads, 0.0);
                 std::atomic<int64_t> next{0};
                 run_team(threads, [&] {
                   for (int64_t share = next++; share < threads; share = next++) {
                     const int64_t begin = height * share / threads;
                     const int64_t end = height * (share + 1) / threads;
                     kernels.moments(source(first + begin),
                                     (end - begin) * width,
                                     channels,
                                     mean,
                                     power,
                                     sums + channels * share);
                   }
                 });
                 for (int64_t t = 1; t < threads; ++t) {
                   for (int64_t c = 0; c < channels; ++c) sums[c] += sums[t * channels + c];
                 }
               };
               std::fill_n(mean, channels, 0.0f);
               add_up(1);
               for (int64_t c = 0; c < channels; ++c) mean[c] = static_cast<float>(sums[c] / count);
               add_up(2);
               for (int64_t c = 0; c < channels; ++c) {
                 factor[c] = static_cast<float>(1 / std::sqrt(sums[c] / count + eps));
               }
               for_each_row(height, threads, rows, row_floats, [&](int64_t y, float* row) {
                 const bool direct = out.element == Element::kFloat;
                 float* to_row = direct ? reinterpret_cast<float*>(out.at(first + y)) : row;
                 kernels.normalise(source(first + y), width, channels, mean, factor, to_row);
                 if (direct) return;
                 kernels.store(row, out.row_values, out.element, 1 / out.scale, out.at(first + y));
               });
             }
           });
}

}  // namespace loci::internal
