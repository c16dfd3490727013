// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "band_runner.h"
#include "plan_builder.h"
#include "thread_team.h"

#include <algorithm>

namespace loci::internal {
namespace {

// Half of a usual level 2 cache for strips, the rest for what is read, written and the weights.
constexpr int64_t kStripBytes = 640 << 10;
// Maps between convolutions that are smaller in all stay in the caches as they are.
constexpr int64_t kWorthBytes = 5 << 20;
constexpr int kNoBuffer = -100;

int64_t map_bytes(const Extent& e, memory::data_type type) {
  return int64_t{e.channels} * e.height * e.width *
         static_cast<int64_t>(memory::data_type_size(type));
}

Extent rows_of(const Extent& extent, int rows) { return {extent.channels, rows, extent.width}; }

BandConv band_conv(const Node& node) {
  const Op& op = node.op;
  return {
      node.in.height, node.out.height, (op.kernel_h - 1) * op.dilation + 1, op.stride, op.pad_top};
}

}  // namespace

/// The last node of the chain that begins at node i: convolutions that read each other and nobody else does, up to one
/// whose map is much narrower than the next one's, where a cut costs least.
size_t PlanBuilder::chain_end(size_t i) const {
  size_t end = i;
  const auto alone = [&](size_t k) {
    const Node& node = graph_.nodes[k];
    return node.op.type == OpType::kConv && !fits_winograd(node) && !is_mix(node);
  };
  if (!alone(i)) return i;
  while (end + 1 < graph_.nodes.size() && graph_.nodes[end].sum_input < 0) {
    const int value = static_cast<int>(end) + 1;
    const Node& next = graph_.nodes[end + 1];
    if (!alone(end + 1) || next.inputs[0] != value || next.sum_input == value ||
        graph_.uses[end + 1] != 1 || graph_.returns(value)) {
      break;
    }
    using enum memory::data_type;
    if (2 * map_bytes(graph_.nodes[end].out, f32) <= map_bytes(next.out, f32)) break;
    ++end;
  }
  return end;
}

/// Runs the chain that begins at node i band by band where that pays; false where it does not.
bool PlanBuilder::bands(size_t i) {
  if (options_.kernel_choice != KernelChoice::kAuto &&
      options_.kernel_choice != KernelChoice::kWinograd) {
    return false;
  }
  const size_t end = chain_end(i);
  if (end == i) return false;
  const bool low = options_.precision != Precision::kFp32;
  std::vector<ConvRecipe> recipes;
  std::vector<BandConv> rows;
  int64_t between = 0, row_bytes = 0, stride = 1;
  for (size_t k = i; k <= end; ++k) {
    const Node& node = graph_.nodes[k];
    const Slot& given = slot(node.inputs[0]);
    const Quantization in = k == i ? Quantization{given.type(), given.scale} : recipes.back().out;
    recipes.push_back(recipe(k, in, low));
    if (k > i && (recipes.back().in.type != in.type || recipes.back().in.scale != in.scale))
      return false;
    rows.push_back(band_conv(node));
  }
  for (size_t k = end; k-- > i;) {
    const Node& node = graph_.nodes[k];
    const int64_t bytes = map_bytes(node.out, recipes[k - i].out.type);
    stride *= graph_.nodes[k + 1].op.stride;
    between += bytes;
    row_bytes += stride * bytes / node.out.height;
  }
  if (between * batch_ < kWorthBytes) return false;

  const int band_rows = static_cast<int>(std::max<int64_t>(1, kStripBytes / row_bytes));
  const int threads = options_.num_threads;
  BandSchedule schedule = schedule_bands(rows, band_rows, threads == 1 ? 1 : 2 * threads);
  std::vector<BandRunner::Conv> chain(recipes.size());
  const ScopedTeamSize team(1);  // each band is one thread's
  double gflop = 0;
  std::string name;
  for (size_t j = 0; j < chain.size(); ++j) {
    const Node& node = graph_.nodes[i + j];
    const ConvRecipe& r = recipes[j];
    BandRunner::Conv& conv = chain[j];
    gflop += conv_gflop(node, batch_);
    name += (name.empty() ? "" : "+") + node.op.name;
    conv.src_rows = node.in.height;
    conv.dst_rows = node.out.height;
    conv.src_row_bytes = map_bytes(rows_of(node.in, 1), r.in.type);
    conv.dst_row_bytes = map_bytes(rows_of(node.out, 1), r.out.type);
    for (const auto& segment : schedule.segments) {
      for (const auto& band : segment) {
        const BandWork& work = band[j];
        const auto size = BandRunner::size_of(work);
        if (work.rows == 0 || conv.variants.contains(size)) continue;
        const int src_rows =
            (work.rows - 1) * node.op.stride + rows[j].reach - work.pad_top - work.pad_bottom;
        const memory::desc src = plain_map(1, rows_of(node.in, src_rows), r.in.type);
        const memory::desc dst = plain_map(1, rows_of(node.out, work.rows), r.out.type);
        const auto pd = describe_conv(
            node, r, dnnl::algorithm::convolution_direct, src, dst, work.pad_top, work.pad_bottom);
        if (!pd) return false;
        const std::string found = pd.impl_info_str();
        if (found.starts_with("ref") || found.starts_with("gemm")) return false;
        conv.variants[size] = {
            dnnl::convolution_forward(pd),
            src,
            dst,
            pd.scratchpad_desc(),
            weights_.packed(node.op.name, pd.weights_desc(), node.op.groups, r.largest)};
      }
    }
    conv.bias = weights_.vector(r.bias_key, r.bias);
  }

  const Node &first = graph_.nodes[i], &last = graph_.nodes[end];
  const Slot from = converted(first.inputs[0],
                              plain_map(batch_, first.in, recipes.front().in.type),
                              recipes.front().in.scale,
                              name);
  const ConvRecipe& made = recipes.back();
  const memory::desc desc = plain_map(batch_, last.out, made.out.type);
  // The chain's own input cannot be overwritten while bands still read it.
  const bool copies = last.sum_input >= 0 && slot(last.sum_input).buffer == from.buffer;
  Slot sum = from, to;
  if (copies) {
    sum =
        converted(last.sum_input, plain_map(batch_, last.out, made.sum.type), made.sum.scale, name);
    to = makes(desc, made.out.scale);
  } else {
    to = conv_output(end, made, desc);
  }
  auto runner =
      std::make_shared<BandRunner>(std::move(schedule), std::move(chain), batch_, threads);
  const int scratch = new_scratch(runner->scratch_bytes());
  for (const int buffer : {from.buffer, sum.buffer, to.buffer}) touch(buffer);
  Step& step = append(name, "bands");
  step.gflop = gflop;
  step.own = [plan = plan_.get(),
              runner,
              from = from.buffer,
              sum = copies ? sum.buffer : kNoBuffer,
              to = to.buffer,
              scratch](std::byte* arena, const float* input) {
    runner->run(plan->at(from, arena, input),
                sum == kNoBuffer ? nullptr : plan->at(sum, arena, input),
                plan->at(to, arena, input),
                plan->at(scratch, arena, input));
  };
  for (size_t k = i; k <= end; ++k) {
    finish(k, to);
    done_[k] = true;
  }
  return true;
}

}  // namespace loci::internal
