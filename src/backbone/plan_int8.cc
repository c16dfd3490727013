// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Linears in 8-bit integers: a scale for each token and each channel out, and the few channels that are far larger than
// the others kept in floats (Dettmers et al. 2022, LLM.int8()).
#include "int8_kernels.h"
#include "plan_builder.h"
#include "plan_map.h"

#include <algorithm>
#include <map>

namespace loci::internal {
namespace {

constexpr int64_t kSmallest = 32;  ///< channels in from which integers pay
constexpr float kFarLarger = 4;    ///< than the median channel
constexpr int64_t kLookedAt = 4;   ///< one row in so many; channels are large in all rows
/// And all of these: class tokens and registers are rows of their own kind.
constexpr int64_t kFirstRows = 8;
constexpr int64_t kTaskRows = 96, kTaskPanels = 8;

/// The most that is kept in floats: 1 in 64 costs about a twentieth of the product.
int64_t most_kept(int64_t channels) { return std::max<int64_t>(16, channels / 64); }

/// The channels that are far larger than most, the largest ones where these are too many, in order.
std::vector<int> large_channels(std::span<const float> peaks, std::vector<float>& sorted) {
  sorted.assign(peaks.begin(), peaks.end());
  const auto middle = sorted.begin() + std::ssize(sorted) / 2;
  std::ranges::nth_element(sorted, middle);
  const float bound = kFarLarger * *middle;
  std::vector<int> found;
  for (size_t c = 0; c < peaks.size(); ++c) {
    if (peaks[c] > bound) found.push_back(static_cast<int>(c));
  }
  const auto most = static_cast<size_t>(most_kept(std::ssize(peaks)));
  if (found.size() > most) {
    const auto larger = [&](int a, int b) {
      return peaks[static_cast<size_t>(a)] > peaks[static_cast<size_t>(b)];
    };
    std::ranges::nth_element(found, found.begin() + static_cast<ptrdiff_t>(most), larger);
    found.resize(most);
    std::ranges::sort(found);
  }
  return found;
}

/// The weights of the channels kept in floats; from one image to the next these are mostly the same.
class KeptWeights {
 public:
  KeptWeights(std::span<const float> weight, std::span<const float> scale, int64_t out, int64_t in)
      : weight_(weight), scale_(scale), out_(out), in_(in) {}

  /// Pointers to what each of `channels` adds, `padded` columns each; good until the next call.
  const float* const* of(const std::vector<int>& channels, int64_t padded) {
    std::map<int, std::vector<float>> before;
    before.swap(columns_);
    pointers_.clear();
    for (const int c : channels) {
      const auto found = before.find(c);
      std::vector<float>& column = columns_[c];
      column = found != before.end() ? std::move(found->second) : gathered(c, padded);
      pointers_.push_back(column.data());
    }
    return pointers_.data();
  }

 private:
  std::vector<float> gathered(int channel, int64_t padded) const {
    std::vector<float> column(static_cast<size_t>(padded), 0.f);
    for (int64_t o = 0; o < out_; ++o) {
      const auto at = static_cast<size_t>(o);
      const float factor = scale_.empty() ? 1.f : scale_[at];
      column[at] = factor * weight_[static_cast<size_t>(o * in_ + channel)];
    }
    return column;
  }

  std::span<const float> weight_, scale_;
  int64_t out_, in_;
  std::map<int, std::vector<float>> columns_;
  std::vector<const float*> pointers_;
};

/// What a step keeps from run to run, beside the arena.
struct Int8State {
  KeptWeights weights;
  std::vector<float> peaks, sorted, keep;
  std::vector<int> channels;
};

int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

bool PlanBuilder::fits_int8(const Node& node) const {
  return options_.precision == Precision::kInt8 && node.in.channels >= kSmallest &&
         (node.op.activation == Activation::kNone || node.op.activation == Activation::kRelu ||
          node.op.activation == Activation::kGelu);
}

void PlanBuilder::int8_linear(size_t i) {
  const Node& node = graph_.nodes[i];
  const std::string& name = node.op.name;
  const int64_t rows = batch_ * node.in.rows(), in = node.in.channels, out = node.out.channels;
  const Slot from = as_tokens(node.inputs[0], name);
  const memory::desc map = plain_map(batch_, node.out);
  const Slot to = node.sum_input >= 0 ? owned(node.sum_input, map, 1, name) : makes(map);
  touch(from.buffer);
  const Int8Kernels& kernels = int8_kernels(simd_level());
  const int64_t fours = (in + 3) / 4;
  const int64_t panels = (out + kernels.columns - 1) / kernels.columns;
  // In the scratch: integers, scales, zeros, and the channels kept.
  const int64_t scales_at = aligned(rows * fours * 4), zeros_at = scales_at + aligned(rows * 4);
  const int64_t kept_at = zeros_at + aligned(rows * 4);
  const int scratch = new_scratch(static_cast<size_t>(kept_at + rows * most_kept(in) * 4));
  const auto floats = static_cast<size_t>(in);
  const std::span<const float> scale =
      node.scale.empty() ? std::span<const float>() : weights_.tokens(node.scale + ".weight");
  auto state = std::make_shared<Int8State>(
      Int8State{KeptWeights(weights_.tokens(name + ".weight"), scale, out, in),
                std::vector<float>(floats),
                {},
                std::vector<float>(floats),
                {}});
  Int8Product product{};
  product.rows = rows;
  product.fours = fours;
  product.weights = weights_.int8_linear(name, node.scale, kernels);
  product.columns = out;
  product.after = node.op.activation == Activation::kGelu   ? Int8Product::kGelu
                  : node.op.activation == Activation::kRelu ? Int8Product::kRelu
                                                            : Int8Product::kNothing;
  product.add = node.sum_input >= 0;
  own_step(i,
           "int8",
           to,
           [plan = plan_.get(),
            &kernels,
            product,
            state,
            in,
            panels,
            scratch,
            scales_at,
            zeros_at,
            kept_at,
            source = from.buffer,
            target = to.buffer,
            threads = options_.num_threads](std::byte* arena, const float* input) {
             const auto* x = reinterpret_cast<const float*>(plan->at(source, arena, input));
             std::byte* own = plan->at(scratch, arena, input);
             auto* q = reinterpret_cast<unsigned char*>(own);
             auto* scales = reinterpret_cast<float*>(own + scales_at);
             auto* zeros = reinterpret_cast<int*>(own + zeros_at);
             auto* kept = reinterpret_cast<float*>(own + kept_at);
             Int8State& s = *state;

             std::ranges::fill(s.peaks, 0.f);
             for (int64_t r = 0; r < product.rows; r += r < kFirstRows ? 1 : kLookedAt)
               kernels.peaks(x + r * in, in, s.peaks.data());
             s.channels = large_channels(s.peaks, s.sorted);
             std::ranges::fill(s.keep, 1.f);
             for (const int c : s.channels) s.keep[static_cast<size_t>(c)] = 0;
             const auto num_kept = std::ssize(s.channels);
             for_each_row(product.rows, threads, nullptr, 0, [&](int64_t r, float*) {
               const float* row = x + r * in;
               kernels.quantise(
                   row, in, s.keep.data(), q + r * 4 * product.fours, scales + r, zeros + r);
               for (int64_t k = 0; k < num_kept; ++k)
                 kept[r * num_kept + k] = row[s.channels[static_cast<size_t>(k)]];
             });

             Int8Product all = product;
             all.weight = s.weights.of(s.channels, panels * kernels.columns);
             all.num_kept = num_kept;
             auto* result = reinterpret_cast<float*>(plan->at(target, arena, input));
             const int64_t down = (product.rows + kTaskRows - 1) / kTaskRows;
             const int64_t tasks = down * ((panels + kTaskPanels - 1) / kTaskPanels);
             std::atomic<int64_t> next{0};
             run_team(threads, [&] {
               for (int64_t task = next++; task < tasks; task = next++) {
                 const int64_t first = task % down * kTaskRows, panel = task / down * kTaskPanels;
                 Int8Product part = all;
                 part.x = q + first * 4 * product.fours;
                 part.x_scales = scales + first;
                 part.x_zeros = zeros + first;
                 part.kept = kept + first * num_kept;
                 part.out = result + first * product.columns;
                 part.rows = std::min(kTaskRows, product.rows - first);
                 part.first_panel = panel;
                 part.last_panel = std::min(panel + kTaskPanels, panels);
                 kernels.product(part);
               }
             });
           });
  plan_->steps.back().gflop =
      2e-9 * static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out);
}

}  // namespace loci::internal
