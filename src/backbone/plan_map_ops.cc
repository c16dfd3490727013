// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Operators that run on kernels of our own, map row by map row.
#include "plan_builder.h"
#include "plan_map.h"

#include <algorithm>

namespace loci::internal {
namespace {

/// Where each output position of one axis looks: two input positions and the share of the second.
struct Taps {
  std::vector<int> left, right;
  std::vector<float> share;
};
Taps taps(int in, int out) {
  Taps t;
  for (int i = 0; i < out; ++i) {
    const double at = std::max(0.0, (i + 0.5) * in / out - 0.5);
    const int left = std::min(static_cast<int>(at), in - 1);
    t.left.push_back(left);
    t.right.push_back(std::min(left + 1, in - 1));
    t.share.push_back(static_cast<float>(at - left));
  }
  return t;
}

}  // namespace

/// The value as pixels, in the type it has.
Slot PlanBuilder::as_pixels(int value, const std::string& layer) {
  const Slot& from = slot(value);
  return converted(value, plain_map(batch_, graph_.extent(value), from.type()), from.scale, layer);
}

Slot PlanBuilder::makes_pixels(size_t i) {
  const Quantization made = output_type(static_cast<int>(i) + 1);
  return makes(plain_map(batch_, graph_.nodes[i].out, made.type), made.scale);
}

void PlanBuilder::own_step(size_t i, const char* kernel, const Slot& to, Step::Own own) {
  touch(to.buffer);
  append(graph_.nodes[i].op.name, kernel).own = std::move(own);
  finish(i, to);
}

/// A 1x1 convolution of an image of a few channels to one, such as RGB to grey: one pass over the pixels, in float32
/// whatever the precision.
void PlanBuilder::mix(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = converted(node.inputs[0], plain_map(batch_, node.in), 1, node.op.name);
  const Slot to = makes(plain_map(batch_, node.out));
  touch(from.buffer);
  const ConvNumbers& numbers = weights_.numbers(node.op.name);
  own_step(i,
           "mix",
           to,
           [plan = plan_.get(),
            &kernels = map_kernels(simd_level()),
            weight = numbers.weight,
            bias = numbers.bias[0],
            src = PlanMap(from, batch_, node.in),
            dst = PlanMap(to, batch_, node.out),
            channels = node.in.channels,
            threads = options_.num_threads](std::byte* arena, const float* input) {
             const RunMap in = src.in(*plan, arena, input), out = dst.in(*plan, arena, input);
             for_each_row(dst.rows, threads, nullptr, 0, [&](int64_t y, float*) {
               kernels.mix(reinterpret_cast<const float*>(in.at(y)),
                           out.row_values,
                           channels,
                           weight.floats().data(),
                           bias,
                           reinterpret_cast<float*>(out.at(y)));
             });
           });
}

void PlanBuilder::space_to_depth(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = as_pixels(node.inputs[0], node.op.name);
  const Slot to = makes_pixels(i);
  touch(from.buffer);
  const PlanMap src(from, batch_, node.in), dst(to, batch_, node.out);
  const int threads = options_.num_threads;
  const int64_t floats = src.row_values + dst.row_values;
  const int scratch = new_scratch(static_cast<size_t>(floats * threads) * sizeof(float));
  touch(scratch);
  own_step(i,
           "space_to_depth",
           to,
           [plan = plan_.get(),
            &kernels = map_kernels(simd_level()),
            src,
            dst,
            scratch,
            threads,
            floats,
            side = int64_t{node.op.stride},
            in_height = int64_t{node.in.height},
            out_extent = node.out,
            channels = int64_t{node.in.channels}](std::byte* arena, const float* input) {
             const RunMap in = src.in(*plan, arena, input), out = dst.in(*plan, arena, input);
             auto* all = reinterpret_cast<float*>(plan->at(scratch, arena, input));
             for_each_row(dst.rows, threads, all, floats, [&](int64_t y, float* mine) {
               float* row = mine + dst.row_values;
               const int64_t image = y / out_extent.height, block = y % out_extent.height;
               for (int64_t dy = 0; dy < side; ++dy) {
                 const int64_t line = image * in_height + block * side + dy;
                 kernels.load(in.row(line), in.row_values, row);
                 for (int64_t x = 0; x < out_extent.width; ++x) {
                   float* cell = mine + x * out_extent.channels + dy * side;
                   const float* pixels = row + x * side * channels;
                   for (int64_t c = 0; c < channels; ++c) {
                     for (int64_t dx = 0; dx < side; ++dx)
                       cell[c * side * side + dx] = pixels[dx * channels + c];
                   }
                 }
               }
               kernels.store(mine, out.row_values, out.element, 1 / out.scale, out.at(y));
             });
           });
}

void PlanBuilder::upsample(size_t i) {
  const Node& node = graph_.nodes[i];
  const std::string& name = node.op.name;
  const Slot from = as_pixels(node.inputs[0], name);
  const bool has_sum = node.sum_input >= 0;
  const Slot summand = has_sum ? as_pixels(node.sum_input, name) : Slot();
  const Slot to = makes_pixels(i);
  touch(from.buffer);
  if (has_sum) touch(summand.buffer);
  const PlanMap src(from, batch_, node.in), dst(to, batch_, node.out);
  const PlanMap add = has_sum ? PlanMap(summand, batch_, node.out) : dst;
  const int threads = options_.num_threads;
  const int64_t floats = 2 * src.row_values + 2 * dst.row_values;
  const int scratch = new_scratch(static_cast<size_t>(floats * threads) * sizeof(float));
  touch(scratch);
  own_step(i,
           "upsample",
           to,
           [plan = plan_.get(),
            &kernels = map_kernels(simd_level()),
            src,
            dst,
            add,
            has_sum,
            scratch,
            threads,
            floats,
            rows = taps(node.in.height, node.out.height),
            columns = taps(node.in.width, node.out.width),
            in = node.in,
            out = node.out](std::byte* arena, const float* input) {
             const RunMap coarse = src.in(*plan, arena, input), fine = dst.in(*plan, arena, input);
             const RunMap other = add.in(*plan, arena, input);
             auto* all = reinterpret_cast<float*>(plan->at(scratch, arena, input));
             for_each_row(dst.rows, threads, all, floats, [&](int64_t y, float* mine) {
               float *above = mine, *below = above + src.row_values;
               float *row = below + src.row_values, *sum = row + dst.row_values;
               const int64_t image = y / out.height;
               const auto at = static_cast<size_t>(y % out.height);
               kernels.load(coarse.row(image * in.height + rows.left[at]), src.row_values, above);
               if (rows.share[at] > 0) {
                 kernels.load(
                     coarse.row(image * in.height + rows.right[at]), src.row_values, below);
                 kernels.blend(above, below, rows.share[at], src.row_values, above);
               }
               if (has_sum) kernels.load(other.row(y), dst.row_values, sum);
               kernels.spread(above,
                              columns.left.data(),
                              columns.right.data(),
                              columns.share.data(),
                              out.width,
                              out.channels,
                              has_sum ? sum : nullptr,
                              row);
               kernels.store(row, dst.row_values, fine.element, 1 / fine.scale, fine.at(y));
             });
           });
}

}  // namespace loci::internal
