// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "tables.h"

#include "loci/base/text.h"

#include <array>

namespace loci::internal {
namespace {

constexpr Activation kNone = Activation::kNone;

/// Sandler et al.: expand, depthwise, project without activation; the sum only where stride is 1
/// and widths are equal.
void inverted_residual(
    TableBuilder& t, int index, int in, int expand, int out, int stride, bool same) {
  const std::string name = format("block%d", index), torch = format("features.%d.conv", index);
  const std::string input = t.last();
  const int hidden = in * expand;
  int part = 0;
  if (expand != 1) {
    t.conv(name + ".expand", hidden, 1, 1, 0, kNone).clip6().torch(torch + ".0.0", torch + ".0.1");
    part = 1;
  }
  t.conv(name + ".depthwise", hidden, 3, stride, same ? 0 : 1, kNone, hidden).clip6();
  t.torch(format("%s.%d.0", torch.c_str(), part), format("%s.%d.1", torch.c_str(), part));
  if (same) t.same();
  t.conv(name + ".project", out, 1, 1, 0, kNone);
  t.torch(format("%s.%d", torch.c_str(), part + 1), format("%s.%d", torch.c_str(), part + 2));
  if (stride == 1 && in == out) t.add(name + ".add", t.last(), input, kNone);
}

}  // namespace

/// Howard et al., width 1.0: depthwise 3x3 and pointwise convolutions, each clipped to [0, 6];
/// TensorFlow's padding.
NamedNetwork mobilenet_v1() {
  constexpr std::array<std::array<int, 2>, 11> kBlocks = {{{64, 1},
                                                           {128, 2},
                                                           {128, 1},
                                                           {256, 2},
                                                           {256, 1},
                                                           {512, 2},
                                                           {512, 1},
                                                           {512, 1},
                                                           {512, 1},
                                                           {512, 1},
                                                           {512, 1}}};
  TableBuilder t("mobilenet_v1");
  t.conv("conv0", 32, 3, 2, 0, kNone).clip6().same();
  int width = 32;
  for (int i = 1; i <= 11; ++i) {
    const auto [out, stride] = kBlocks[static_cast<size_t>(i - 1)];
    t.conv(format("conv%d.depthwise", i), width, 3, stride, 0, kNone, width).clip6().same();
    t.conv(format("conv%d.pointwise", i), out, 1, 1, 0, kNone).clip6();
    width = out;
  }
  return t.take();
}

NamedNetwork mobilenet_v2(const std::string& name, bool same, int last_block) {
  // expansion, channels, repeats, first stride (the paper's table 2)
  constexpr std::array<std::array<int, 4>, 7> kStages = {{{1, 16, 1, 1},
                                                          {6, 24, 2, 2},
                                                          {6, 32, 3, 2},
                                                          {6, 64, 4, 2},
                                                          {6, 96, 3, 1},
                                                          {6, 160, 3, 2},
                                                          {6, 320, 1, 1}}};
  TableBuilder t(name);
  t.conv("conv0", 32, 3, 2, same ? 0 : 1, kNone).clip6().torch("features.0.0", "features.0.1");
  if (same) t.same();
  int width = 32, index = 1;
  for (const auto& [expand, out, repeats, first_stride] : kStages) {
    for (int i = 0; i < repeats && index <= last_block; ++i, ++index) {
      inverted_residual(t, index, width, expand, out, i == 0 ? first_stride : 1, same);
      width = out;
    }
  }
  if (last_block > 17)
    t.conv("conv18", 1280, 1, 1, 0, kNone).clip6().torch("features.18.0", "features.18.1");
  return t.take();
}

}  // namespace loci::internal
