// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "tables.h"

#include "loci/base/text.h"

#include <vector>

namespace loci::internal {
namespace {

/// 3x3 (or 1x1) convolution, normalisation without scale and shift, ReLU.
void layer(TableBuilder& t, const std::string& name, int out, int kernel, int stride = 1) {
  t.conv(name, out, kernel, stride, kernel / 2, Activation::kRelu);
  t.torch(name + ".layer.0", name + ".layer.1").norm_plain();
}

/// A head's last convolution.
void last(TableBuilder& t, const std::string& name, int out, Activation activation) {
  t.conv(name, out, 1, 1, 0, activation).torch(name);
}

/// `coarse` at the size of `fine`, and their sum.
void add_upsampled(TableBuilder& t,
                   const std::string& name,
                   const std::string& coarse,
                   const std::string& fine,
                   const std::string& summand) {
  t.upsample("up_" + name, coarse, fine);
  t.add("sum_" + name, "up_" + name, summand, Activation::kNone);
}

}  // namespace

/// Potje et al., CVPR 2024: the grey picture, normalised, to stride 32 and back to 8; key points from its 8x8 blocks.
NamedNetwork xfeat() {
  TableBuilder t("xfeat");
  t.conv("grey", 1, 1, 1, 0, Activation::kNone).no_bias();
  t.instance_norm("norm");
  t.space_to_depth("blocks", 8);
  for (int i = 0; i < 3; ++i) layer(t, format("keypoint_head.%d", i), 64, 1);
  last(t, "keypoint_head.3", 65, Activation::kNone);

  layer(t, "block1.0", 4, 3);
  t.from("norm");
  layer(t, "block1.1", 8, 3, 2);
  layer(t, "block1.2", 8, 3);
  layer(t, "block1.3", 24, 3, 2);
  t.avg_pool("skip1.0", 4, 4).from("norm");
  last(t, "skip1.1", 24, Activation::kNone);
  t.add("sum1", "skip1.1", "block1.3", Activation::kNone);
  layer(t, "block2.0", 24, 3);
  layer(t, "block2.1", 24, 3);
  layer(t, "block3.0", 64, 3, 2);
  layer(t, "block3.1", 64, 3);
  layer(t, "block3.2", 64, 1);
  layer(t, "block4.0", 64, 3, 2);
  layer(t, "block4.1", 64, 3);
  layer(t, "block4.2", 64, 3);
  layer(t, "block5.0", 128, 3, 2);
  layer(t, "block5.1", 128, 3);
  layer(t, "block5.2", 128, 3);
  layer(t, "block5.3", 64, 1);

  add_upsampled(t, "4", "block4.2", "block3.2", "block3.2");
  add_upsampled(t, "5", "block5.3", "block3.2", "sum_4");
  layer(t, "block_fusion.0", 64, 3);
  layer(t, "block_fusion.1", 64, 3);
  last(t, "block_fusion.2", 64, Activation::kNone);

  layer(t, "heatmap_head.0", 64, 1);
  layer(t, "heatmap_head.1", 64, 1);
  last(t, "heatmap_head.2", 1, Activation::kSigmoid);
  t.output("features", "block_fusion.2");
  t.output("keypoint_logits", "keypoint_head.3").output("reliability", "heatmap_head.2");
  return t.take();
}

}  // namespace loci::internal
