// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Operators on tokens, row by row, but products (plan_linear.cc).
#include "plan_builder.h"
#include "plan_map.h"
#include "token_kernels.h"

#include "loci/model/positions.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace loci::internal {
namespace {

/// Rows of tokens of all images, one after the other.
struct PlanRows {
  int buffer = 0;
  int64_t rows = 0, channels = 0;  ///< rows of one image
  Element element = Element::kFloat;

  PlanRows(const Slot& slot, const Extent& extent)
      : buffer(slot.buffer),
        rows(extent.rows()),
        channels(extent.channels),
        element(element_of(slot.type())) {}
  float* in(const Plan& plan, std::byte* arena, const float* input) const {
    return reinterpret_cast<float*>(plan.at(buffer, arena, input));
  }
  std::byte* at(std::byte* base, int64_t row) const {
    return base + row * channels * (element == Element::kFloat ? 4 : 2);
  }
};

}  // namespace

void PlanBuilder::layer_norm(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = as_tokens(node.inputs[0], node.op.name);
  const Slot to = makes(plain_map(batch_, node.out, token_type(static_cast<int>(i) + 1)));
  touch(from.buffer);
  const PlanRows src(from, node.in), dst(to, node.out);
  const int threads = options_.num_threads;
  const int scratch = new_scratch(static_cast<size_t>(src.channels * threads) * sizeof(float));
  own_step(i,
           "layer_norm",
           to,
           [plan = plan_.get(),
            &kernels = token_kernels(simd_level()),
            &maps = map_kernels(simd_level()),
            src,
            dst,
            scratch,
            threads,
            rows = batch_ * src.rows,
            weight = weights_.tokens(node.op.name + ".weight").data(),
            bias = weights_.tokens(node.op.name + ".bias").data(),
            eps = static_cast<float>(node.op.norm_eps)](std::byte* arena, const float* input) {
             const float* in = src.in(*plan, arena, input);
             std::byte* out = plan->at(dst.buffer, arena, input);
             auto* all = reinterpret_cast<float*>(plan->at(scratch, arena, input));
             for_each_row(rows, threads, all, src.channels, [&](int64_t r, float* mine) {
               const bool direct = dst.element == Element::kFloat;
               float* row = direct ? reinterpret_cast<float*>(dst.at(out, r)) : mine;
               kernels.layer_norm(in + r * src.channels, src.channels, weight, bias, eps, row);
               if (!direct) maps.store(row, src.channels, dst.element, 1, dst.at(out, r));
             });
           });
}

/// A scale that no product before it could take in.
void PlanBuilder::scale(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = as_tokens(node.inputs[0], node.op.name);
  const Slot to = makes(plain_map(batch_, node.out));
  touch(from.buffer);
  const PlanRows src(from, node.in), dst(to, node.out);
  own_step(i,
           "scale",
           to,
           [plan = plan_.get(),
            src,
            dst,
            threads = options_.num_threads,
            rows = batch_ * src.rows,
            weight = weights_.tokens(node.op.name + ".weight").data()](std::byte* arena,
                                                                       const float* input) {
             const float* in = src.in(*plan, arena, input);
             float* out = dst.in(*plan, arena, input);
             for_each_row(rows, threads, nullptr, 0, [&](int64_t r, float*) {
               const int64_t at = r * src.channels;
               for (int64_t c = 0; c < src.channels; ++c) out[at + c] = in[at + c] * weight[c];
             });
           });
}

void PlanBuilder::positions(size_t i) {
  const Node& node = graph_.nodes[i];
  auto table = resample_positions(node.op,
                                  weights_.tokens(node.op.name + ".weight"),
                                  node.in.channels,
                                  node.in.height,
                                  node.in.width);
  if (!table.ok()) throw Error(table.status());
  const Slot from = as_tokens(node.inputs[0], node.op.name);
  const Slot to = makes(plain_map(batch_, node.out));
  touch(from.buffer);
  const PlanRows src(from, node.in), dst(to, node.out);
  own_step(i,
           "positions",
           to,
           [plan = plan_.get(), src, dst, batch = batch_, table = std::move(table).value()](
               std::byte* arena, const float* input) {
             const float* in = src.in(*plan, arena, input);
             float* out = dst.in(*plan, arena, input);
             const int64_t each = src.rows * src.channels;
             for (int64_t n = 0; n < batch; ++n) {
               for (int64_t k = 0; k < each; ++k)
                 out[n * each + k] = in[n * each + k] + table[static_cast<size_t>(k)];
             }
           });
}

/// Every operator that copies rows from here and there: pieces of inputs or of learnt rows, in order.
void PlanBuilder::move_rows(size_t i) {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  struct Piece {
    int buffer;           // -1: learnt rows
    int64_t first, rows;  // of the source
    int64_t source_rows;
  };
  std::vector<Slot> from;
  for (const int value : node.inputs) from.push_back(as_tokens(value, op.name));
  std::vector<Piece> pieces;
  const auto add = [&](size_t k, int64_t first, int64_t rows) {
    if (rows > 0)
      pieces.push_back({from[k].buffer, first, rows, graph_.extent(node.inputs[k]).rows()});
  };
  const float* learnt = nullptr;
  if (op.type == OpType::kTokens || op.type == OpType::kLearnt)
    learnt = weights_.tokens(op.name + ".weight").data();
  if (op.type == OpType::kTokens) {
    add(0, 0, op.row);
    pieces.push_back({-1, 0, op.count, 0});
    add(0, op.row, node.in.rows() - op.row);
  } else if (op.type == OpType::kLearnt) {
    pieces.push_back({-1, 0, op.count, 0});
  } else if (op.type == OpType::kRows) {
    add(0, op.row, node.out.rows());
  } else {
    add(0, 0, node.in.rows());
    add(1, 0, graph_.extent(node.inputs[1]).rows());
  }
  const Slot to = makes(plain_map(batch_, node.out));
  for (const Slot& each : from) touch(each.buffer);
  own_step(i,
           "rows",
           to,
           [plan = plan_.get(),
            pieces = std::move(pieces),
            learnt,
            batch = batch_,
            dst = PlanRows(to, node.out)](std::byte* arena, const float* input) {
             float* out = dst.in(*plan, arena, input);
             for (int64_t n = 0; n < batch; ++n) {
               for (const Piece& piece : pieces) {
                 const float* rows = learnt;
                 if (piece.buffer != -1) {
                   rows = reinterpret_cast<const float*>(plan->at(piece.buffer, arena, input)) +
                          (n * piece.source_rows + piece.first) * dst.channels;
                 }
                 const int64_t count = piece.rows * dst.channels;
                 std::memcpy(out, rows, static_cast<size_t>(count) * sizeof(float));
                 out += count;
               }
             }
           });
}

/// A head at a time, or parts of its queries where there are more threads than heads; never all scores at once.
void PlanBuilder::attention(size_t i) {
  const Node& node = graph_.nodes[i];
  const std::string& name = node.op.name;
  const size_t inputs = node.inputs.size();
  std::vector<Slot> from;
  for (const int value : node.inputs) from.push_back(as_tokens(value, name));
  const Slot to = makes(plain_map(batch_, node.out, token_type(static_cast<int>(i) + 1)));
  for (const Slot& each : from) touch(each.buffer);
  const PlanRows q(from[0], node.in);
  const PlanRows k = inputs == 1 ? q : PlanRows(from[1], graph_.extent(node.inputs[1]));
  const PlanRows v = inputs < 3 ? k : PlanRows(from[2], graph_.extent(node.inputs[2]));
  const PlanRows dst(to, node.out);
  const int64_t heads = node.op.heads, threads = options_.num_threads;
  const int64_t width = inputs == 1 ? q.channels / 3 : q.channels;
  const int64_t k_at = inputs == 1 ? width : 0, v_at = inputs == 3 ? 0 : k_at + width;
  const int64_t dim = width / heads, value_dim = dst.channels / heads;
  const TokenKernels& kernels = token_kernels(simd_level());
  const int64_t floats = (kernels.attention_floats(k.rows, dim, value_dim) + 15) / 16 * 16;
  const int scratch = new_scratch(static_cast<size_t>(floats * threads) * sizeof(float));
  const int64_t tasks = batch_ * heads;
  const int64_t parts = tasks % threads == 0 ? 1 : (4 * threads + tasks - 1) / tasks;
  const int64_t step = ((q.rows + parts - 1) / parts + kernels.query_rows - 1) /
                       kernels.query_rows * kernels.query_rows;
  own_step(
      i, "attention", to, [=, plan = plan_.get(), &kernels](std::byte* arena, const float* input) {
        const float *queries = q.in(*plan, arena, input), *keys = k.in(*plan, arena, input);
        const float* values = v.in(*plan, arena, input);
        std::byte* out = plan->at(dst.buffer, arena, input);
        auto* all = reinterpret_cast<float*>(plan->at(scratch, arena, input));
        std::atomic<int64_t> next{0};
        run_team(static_cast<int>(threads), [&] {
          for (int64_t task = next++; task < tasks * parts; task = next++) {
            const int64_t n = task / parts / heads, head = task / parts % heads;
            const int64_t first = task % parts * step;
            if (first >= q.rows) continue;
            AttentionArgs args{};
            args.q = queries + (n * q.rows + first) * q.channels + head * dim;
            args.k = keys + n * k.rows * k.channels + head * dim + k_at;
            args.v = values + n * v.rows * v.channels + head * value_dim + v_at;
            args.q_stride = q.channels;
            args.k_stride = k.channels;
            args.v_stride = v.channels;
            args.queries = std::min(step, q.rows - first);
            args.keys = k.rows;
            args.dim = dim;
            args.value_dim = value_dim;
            args.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(dim)));
            args.scratch = all + floats * team_thread();
            args.element = dst.element;
            args.out = dst.at(out, n * dst.rows + first) +
                       head * value_dim * (dst.element == Element::kFloat ? 4 : 2);
            args.out_stride = dst.channels;
            kernels.attend(args);
          }
        });
      });
  plan_->steps.back().gflop = 2e-9 * static_cast<double>(tasks) * static_cast<double>(q.rows) *
                              static_cast<double>(k.rows) * static_cast<double>(dim + value_dim);
}

void PlanBuilder::swiglu(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = as_tokens(node.inputs[0], node.op.name);
  const Slot to = makes(plain_map(batch_, node.out));
  touch(from.buffer);
  const PlanRows src(from, node.in), dst(to, node.out);
  own_step(i,
           "swiglu",
           to,
           [plan = plan_.get(),
            &kernels = token_kernels(simd_level()),
            src,
            dst,
            threads = options_.num_threads,
            rows = batch_ * src.rows](std::byte* arena, const float* input) {
             const float* in = src.in(*plan, arena, input);
             float* out = dst.in(*plan, arena, input);
             for_each_row(rows, threads, nullptr, 0, [&](int64_t r, float*) {
               const float* row = in + r * src.channels;
               kernels.swiglu(row, row + dst.channels, dst.channels, out + r * dst.channels);
             });
           });
}

void PlanBuilder::signed_power(size_t i) {
  const Node& node = graph_.nodes[i];
  const std::string& name = node.op.name;
  const Slot from = as_tokens(node.inputs[0], name);
  const Slot to = makes(plain_map(batch_, node.out));
  touch(from.buffer);
  const PlanRows src(from, node.in), dst(to, node.out);
  const auto exponent = [hidden = weights_.tokens(name + ".hidden.weight"),
                         hidden_bias = weights_.tokens(name + ".hidden.bias"),
                         last = weights_.tokens(name + ".out.weight"),
                         last_bias =
                             weights_.tokens(name + ".out.bias")](const std::vector<double>& mean) {
    double sum = static_cast<double>(last_bias[0]);
    for (size_t h = 0; h < hidden_bias.size(); ++h) {
      double y = static_cast<double>(hidden_bias[h]);
      for (size_t c = 0; c < mean.size(); ++c)
        y += mean[c] * static_cast<double>(hidden[h * mean.size() + c]);
      sum += std::max(y, 0.0) * static_cast<double>(last[h]);
    }
    return 1 / (1 + std::exp(-sum));
  };
  own_step(i,
           "signed_power",
           to,
           [plan = plan_.get(), src, dst, exponent, threads = options_.num_threads, batch = batch_](
               std::byte* arena, const float* input) {
             const int64_t channels = src.channels;
             for (int64_t n = 0; n < batch; ++n) {
               const float* in = src.in(*plan, arena, input) + n * src.rows * channels;
               float* out = dst.in(*plan, arena, input) + n * src.rows * channels;
               std::vector<double> mean(static_cast<size_t>(channels), 0.0);
               for (int64_t k = 0; k < src.rows * channels; ++k)
                 mean[static_cast<size_t>(k % channels)] += static_cast<double>(in[k]);
               for (double& each : mean) each /= static_cast<double>(src.rows);
               const auto p = static_cast<float>(exponent(mean));
               for_each_row(src.rows, threads, nullptr, 0, [&](int64_t r, float*) {
                 for (int64_t k = r * channels; k < (r + 1) * channels; ++k) {
                   const float power = std::pow(std::abs(in[k]) + 1e-6f, p);
                   out[k] = (in[k] > 0 ? power : in[k] < 0 ? -power : 0) + in[k];
                 }
               });
             }
           });
}

}  // namespace loci::internal
