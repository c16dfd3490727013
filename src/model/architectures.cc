// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/architectures.h"

#include "tables.h"

#include "loci/base/text.h"
#include "loci/model/vit.h"

#include <array>
#include <functional>
#include <map>

namespace loci {
namespace {

using internal::efficientnet_lite;
using internal::mobilenet_v1;
using internal::mobilenet_v2;
using internal::NamedNetwork;
using internal::TableBuilder;
constexpr Activation kNone = Activation::kNone, kRelu = Activation::kRelu;

/// Simonyan and Zisserman, configuration D: convolutions of 3x3, a pool after each group but the
/// last.
NamedNetwork vgg16() {
  constexpr std::array<std::array<int, 2>, 5> kGroups = {
      {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}}};
  TableBuilder t("vgg16");
  constexpr std::array<int, 13> kTorch = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
  size_t index = 0;
  for (int group = 1; group <= 5; ++group) {
    const auto [count, width] = kGroups[static_cast<size_t>(group - 1)];
    for (int i = 1; i <= count; ++i) {
      const bool last = group == 5 && i == count;
      t.conv(format("conv%d_%d", group, i), width, 3, 1, 1, last ? kNone : kRelu)
          .torch(format("features.%d", kTorch[index++]));
    }
    if (group < 5) t.max_pool(format("pool%d", group), 2, 2);
  }
  return t.take();
}

/// Krizhevsky et al. as in Caffe's reference network (bvlc_reference_caffenet), pooling before
/// normalisation.
NamedNetwork alexnet_caffe() {
  TableBuilder t("alexnet_caffe");
  t.conv("conv1", 96, 11, 4, 0, kRelu).max_pool("pool1", 3, 2, 0, true).lrn("norm1");
  t.conv("conv2", 256, 5, 1, 2, kRelu, 2).max_pool("pool2", 3, 2, 0, true).lrn("norm2");
  t.conv("conv3", 384, 3, 1, 1, kRelu)
      .conv("conv4", 384, 3, 1, 1, kRelu, 2)
      .conv("conv5", 256, 3, 1, 1, kNone, 2);
  return t.take();
}

NamedNetwork alexnet() {
  TableBuilder t("alexnet");
  t.conv("conv1", 64, 11, 4, 2, kRelu).torch("features.0").max_pool("pool1", 3, 2);
  t.conv("conv2", 192, 5, 1, 2, kRelu).torch("features.3").max_pool("pool2", 3, 2);
  t.conv("conv3", 384, 3, 1, 1, kRelu).torch("features.6");
  t.conv("conv4", 256, 3, 1, 1, kRelu).torch("features.8");
  t.conv("conv5", 256, 3, 1, 1, kNone).torch("features.10");
  return t.take();
}

/// He et al.; the stride sits on the 3x3 convolution, as torchvision has it. The shortcut comes
/// first in a block, so that the block's last convolution can add to it.
void residual_block(TableBuilder& t,
                    const std::string& name,
                    int width,
                    int stride,
                    bool bottleneck,
                    bool project) {
  const std::string input = t.last();
  std::string shortcut = input;
  const int out = bottleneck ? 4 * width : width;
  if (project) {
    shortcut = name + ".downsample";
    t.conv(shortcut, out, 1, stride, 0, kNone)
        .torch(name + ".downsample.0", name + ".downsample.1");
  }
  if (bottleneck) {
    t.conv(name + ".conv1", width, 1, 1, 0, kRelu)
        .from(input)
        .torch(name + ".conv1", name + ".bn1");
    t.conv(name + ".conv2", width, 3, stride, 1, kRelu).torch(name + ".conv2", name + ".bn2");
    t.conv(name + ".conv3", out, 1, 1, 0, kNone).torch(name + ".conv3", name + ".bn3");
  } else {
    t.conv(name + ".conv1", width, 3, stride, 1, kRelu)
        .from(input)
        .torch(name + ".conv1", name + ".bn1");
    t.conv(name + ".conv2", width, 3, 1, 1, kNone).torch(name + ".conv2", name + ".bn2");
  }
  t.add(name + ".add", t.last(), shortcut, kRelu);
}

NamedNetwork resnet(const std::string& name,
                    const std::array<int, 4>& blocks,
                    bool bottleneck,
                    int layers) {
  TableBuilder t(name);
  t.conv("conv1", 64, 7, 2, 3, kRelu).torch("conv1", "bn1").max_pool("pool1", 3, 2, 1);
  for (int layer = 1; layer <= layers; ++layer) {
    for (int block = 0; block < blocks[static_cast<size_t>(layer - 1)]; ++block) {
      const int stride = block == 0 && layer > 1 ? 2 : 1;
      residual_block(t,
                     format("layer%d.%d", layer, block),
                     32 << layer,
                     stride,
                     bottleneck,
                     block == 0 && (bottleneck || layer > 1));
    }
  }
  return t.take();
}

/// Iandola et al., version 1.1.
NamedNetwork squeezenet1_1() {
  // squeeze, each expand, torchvision's index
  constexpr std::array<std::array<int, 3>, 8> kFires = {{{16, 64, 3},
                                                         {16, 64, 4},
                                                         {32, 128, 6},
                                                         {32, 128, 7},
                                                         {48, 192, 9},
                                                         {48, 192, 10},
                                                         {64, 256, 11},
                                                         {64, 256, 12}}};
  TableBuilder t("squeezenet1_1");
  t.conv("conv1", 64, 3, 2, 0, kRelu).torch("features.0").max_pool("pool1", 3, 2, 0, true);
  for (int fire = 2; fire <= 9; ++fire) {
    const auto [squeeze, expand, index] = kFires[static_cast<size_t>(fire - 2)];
    const std::string name = format("fire%d", fire), torch = format("features.%d", index);
    t.conv(name + ".squeeze", squeeze, 1, 1, 0, kRelu).torch(torch + ".squeeze");
    t.conv(name + ".expand1x1", expand, 1, 1, 0, kRelu).torch(torch + ".expand1x1");
    t.conv(name + ".expand3x3", expand, 3, 1, 1, kRelu)
        .from(name + ".squeeze")
        .torch(torch + ".expand3x3");
    t.concat(name, {name + ".expand1x1", name + ".expand3x3"});
    if (fire == 3 || fire == 5) t.max_pool(format("pool%d", fire), 3, 2, 0, true);
  }
  return t.take();
}

/// Compact residual networks of plain 3x3 convolutions, which Winograd and the library's kernels
/// run near the processor's peak, to 128 channels at stride 16. The first three halvings pad alike
/// on both sides and the last one after the map only, so that cell i of the result looks at pixel
/// 16 i + 8, the middle of what it stands for.
NamedNetwork placenet(const std::string& name,
                      const std::array<int, 3>& widths,
                      const std::array<int, 3>& blocks) {
  TableBuilder t(name);
  t.conv("stem", 32, 3, 2, 1, kRelu);
  for (size_t stage = 0; stage < widths.size(); ++stage) {
    for (int block = 0; block < blocks[stage]; ++block) {
      const std::string part = format("stage%d.%d", static_cast<int>(stage) + 1, block);
      const bool halve = block == 0, last = halve && stage + 1 == widths.size();
      const std::string input = t.last();
      std::string shortcut = input;
      if (halve) {
        shortcut = part + ".shortcut";
        t.conv(shortcut, widths[stage], last ? 2 : 1, 2, 0, kNone);
      }
      t.conv(part + ".conv1", widths[stage], 3, halve ? 2 : 1, 1, kRelu).from(input);
      if (last) t.pad_after(1);
      t.conv(part + ".conv2", widths[stage], 3, 1, 1, kNone);
      t.add(part + ".add", t.last(), shortcut, kRelu);
    }
  }
  t.conv("features", 128, 1, 1, 0, kNone);
  return t.take();
}

using Maker = std::function<NamedNetwork()>;
std::map<std::string, Maker> all_makers() {
  std::map<std::string, Maker> all = {{"vgg16", vgg16},
                                      {"alexnet", alexnet},
                                      {"alexnet_caffe", alexnet_caffe},
                                      {"mobilenet_v1", mobilenet_v1},
                                      {"squeezenet1_1", squeezenet1_1},
                                      {"xfeat", internal::xfeat}};
  for (const int layers : {3, 4}) {
    const std::string crop = layers == 3 ? "_conv4" : "";
    const std::array<int, 4> shallow = {2, 2, 2, 2}, deep = {3, 4, 6, 3};
    all["resnet18" + crop] = [=] { return resnet("resnet18" + crop, shallow, false, layers); };
    all["resnet50" + crop] = [=] { return resnet("resnet50" + crop, deep, true, layers); };
  }
  all["mobilenet_v2"] = [] { return mobilenet_v2("mobilenet_v2", false, 13); };
  all["mobilenet_v2_full"] = [] { return mobilenet_v2("mobilenet_v2_full", false, 18); };
  all["mobilenet_v2_tf"] = [] { return mobilenet_v2("mobilenet_v2_tf", true, 13); };
  for (int size = 0; size <= 4; ++size) {
    const std::string name = format("efficientnet_lite%d", size);
    all[name] = [=] { return efficientnet_lite(size, false); };
    all[name + "_full"] = [=] { return efficientnet_lite(size, true); };
  }
  for (const VitShape& shape : vit_shapes()) {
    all[shape.name] = [=] { return NamedNetwork{vit_network(shape), {}}; };
  }
  all["placenet"] = [] { return placenet("placenet", {48, 96, 160}, {1, 2, 3}); };
  all["placenet_small"] = [] { return placenet("placenet_small", {32, 64, 128}, {1, 2, 2}); };
  return all;
}

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> kMakers = all_makers();
  return kMakers;
}

/// Published as a state dict of its own, with names that torchvision does not have.
bool has_own_names(const std::string& name) {
  return name == "xfeat" || name.starts_with("efficientnet_lite");
}

std::vector<TorchName> names_of(const std::string& name) {
  const auto found = makers().find(name);
  return found == makers().end() ? std::vector<TorchName>() : found->second().torch_names;
}

}  // namespace

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) names.push_back(name);
  return names;
}

Result<Network> architecture(const std::string& name) {
  const auto found = makers().find(name);
  if (found != makers().end()) return found->second().network;
  std::string known;
  for (const auto& [each, maker] : makers()) known += (known.empty() ? "" : ", ") + each;
  return not_found("there is no architecture '" + name + "'; those known are " + known);
}

std::vector<TorchName> torchvision_names(const std::string& name) {
  // TensorFlow's variant is the same table as torchvision's, but no state dict of torchvision fits
  // its padding.
  if (name == "mobilenet_v2_tf" || has_own_names(name)) return {};
  return names_of(name);
}

std::vector<TorchName> published_names(const std::string& name) {
  return has_own_names(name) ? names_of(name) : std::vector<TorchName>();
}

Preprocessing default_preprocessing(const std::string& name) {
  Preprocessing p;
  if (name == "vgg16" || name == "alexnet_caffe") {
    p.mean = {123.68, 116.779, 103.939};
  } else if (name == "mobilenet_v1" || name == "mobilenet_v2_tf") {
    p.mean = {128, 128, 128};
    p.std = {128, 128, 128};
  } else if (name.starts_with("efficientnet_lite")) {
    p.mean = {127, 127, 127};
    p.std = {128, 128, 128};
  } else if (name == "xfeat") {
    p.side_multiple = 32;
  } else {
    if (name.starts_with("dinov2_")) {
      p.side_multiple = 14;
      p.nearest_multiple = true;
    } else if (name.find("_patch16_") != std::string::npos) {
      p.side_multiple = 16;
      p.nearest_multiple = true;
    }
    p.scale = 1.0 / 255;
    if (name.starts_with("vit_")) {
      p.mean = p.std = {0.5, 0.5, 0.5};
      return p;
    }
    p.mean = {0.485, 0.456, 0.406};
    p.std = {0.229, 0.224, 0.225};
  }
  return p;
}

}  // namespace loci
