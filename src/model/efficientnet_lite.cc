// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "tables.h"

#include "loci/base/text.h"

#include <algorithm>
#include <array>

namespace loci::internal {
namespace {

constexpr Activation kNone = Activation::kNone;
constexpr double kNormEps = 1e-3;

/// Blocks alike but for the first one's stride and width in.
struct Stage {
  int kernel, stride, expand, width, repeats;
};
// Tan and Le's EfficientNet-B0, which Lite0 is without squeeze-and-excitation and with ReLU6.
constexpr std::array<Stage, 7> kStages = {{{3, 1, 1, 16, 1},
                                           {3, 2, 6, 24, 2},
                                           {5, 2, 6, 40, 2},
                                           {3, 2, 6, 80, 3},
                                           {5, 1, 6, 112, 3},
                                           {5, 2, 6, 192, 4},
                                           {3, 1, 6, 320, 1}}};
constexpr int kStride32Stage = 5;
// Tenths by which widths and depths grow from Lite0 to Lite4.
constexpr std::array<int, 5> kWider = {10, 10, 11, 12, 14}, kDeeper = {10, 11, 12, 14, 18};

/// The nearest multiple of 8, or the next one where that would lose more than a tenth.
int scaled_width(int width, int tenths) {
  const int exact = width * tenths;
  const int rounded = std::max(8, (exact + 40) / 80 * 8);
  return 100 * rounded < 9 * exact ? rounded + 8 : rounded;
}

void block(TableBuilder& t, int index, const Stage& stage, int in, int out, int stride) {
  const std::string name = format("block%d", index), torch = format("_blocks.%d.", index);
  const std::string input = t.last();
  const int hidden = in * stage.expand;
  if (stage.expand != 1) {
    t.conv(name + ".expand", hidden, 1, 1, 0, kNone).clip6();
    t.torch(torch + "_expand_conv", torch + "_bn0").norm_eps(kNormEps);
  }
  t.conv(name + ".depthwise", hidden, stage.kernel, stride, 0, kNone, hidden).clip6().same();
  t.torch(torch + "_depthwise_conv", torch + "_bn1").norm_eps(kNormEps);
  t.conv(name + ".project", out, 1, 1, 0, kNone);
  t.torch(torch + "_project_conv", torch + "_bn2").norm_eps(kNormEps);
  if (stride == 1 && in == out) t.add(name + ".add", t.last(), input, kNone);
}

}  // namespace

NamedNetwork efficientnet_lite(int size, bool full) {
  const auto at = static_cast<size_t>(size);
  TableBuilder t(format("efficientnet_lite%d", size) + (full ? "_full" : ""));
  t.conv("stem", 32, 3, 2, 0, kNone).clip6().same();
  t.torch("_conv_stem", "_bn0").norm_eps(kNormEps);
  int in = 32, index = 0;
  for (int i = 0; i < (full ? 7 : kStride32Stage); ++i) {
    const Stage& stage = kStages[static_cast<size_t>(i)];
    const int out = scaled_width(stage.width, kWider[at]);
    const bool fixed_depth = i == 0 || i == 6;
    const int repeats = fixed_depth ? stage.repeats : (stage.repeats * kDeeper[at] + 9) / 10;
    for (int k = 0; k < repeats; ++k, ++index, in = out) {
      block(t, index, stage, in, out, k == 0 ? stage.stride : 1);
    }
  }
  if (full) {
    t.conv("head", 1280, 1, 1, 0, kNone).clip6().torch("_conv_head", "_bn1").norm_eps(kNormEps);
  }
  return t.take();
}

}  // namespace loci::internal
