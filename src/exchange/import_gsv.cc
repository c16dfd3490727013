// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints of the GSV-Cities programs on a ResNet: MixVPR and Conv-AP.
#include "import_families.h"
#include "token_import.h"

#include "loci/base/text.h"

namespace loci {
namespace {

std::string resnet_name(const std::string& torch) { return "backbone.model." + torch; }

/// The ResNet of the file, of either depth, to layer3 or layer4.
void import_resnet(TokenImport& in) {
  const std::string found = detect_backbone(in.dict, resnet_name);
  if (!found.starts_with("resnet"))
    fail_unsupported("the tensors under 'backbone.model.' are no ResNet-18 or ResNet-50");
  import_backbone(in.b, in.dict, found, resnet_name);
  in.net.network = in.b.spec.network;
}

int width_of(const TokenImport& in) { return take(operator_channels(in.net.network, 3)).back(); }

bool detect_mixvpr(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("aggregator.mix.0.mix.0.weight") && dict.has("aggregator.channel_proj.weight");
}

void import_mixvpr(ImportBuilder& builder) {
  TokenImport in(builder);
  import_resnet(in);
  const int positions = in.side("aggregator.mix.0.mix.0.weight", 0, 1);
  const int blocks = in.count("aggregator.mix.", ".mix.0.weight");
  for (int i = 0; i < blocks; ++i) {
    const std::string from = format("aggregator.mix.%d.mix.", i), to = format("pooling.mix.%d.", i);
    const int hidden = in.side(from + "1.weight", 0, 2);
    in.layer_norm(from + "0", to + "norm", positions);
    in.linear(from + "1", to + "expand", {hidden, positions});
    in.linear(from + "3", to + "contract", {positions, hidden});
  }
  const int channels = in.side("aggregator.channel_proj.weight", 0, 2);
  const int rows = in.side("aggregator.row_proj.weight", 0, 2);
  in.linear("aggregator.channel_proj", "pooling.channels", {channels, width_of(in)});
  in.linear("aggregator.row_proj", "pooling.rows", {rows, positions});
  in.finish(builder.report.architecture, {"num_batches_tracked"});
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "mixvpr";
  vit_preprocessing(builder.spec.preprocessing, 320, "bilinear_antialias", true, 1);
  builder.spec.preprocessing.nearest_multiple = false;
}

bool detect_convap(const FileTree& tree) {
  return StateDict(tree).has("aggregator.channel_pool.weight");
}

void import_convap(ImportBuilder& builder) {
  TokenImport in(builder);
  import_resnet(in);
  const int out = in.side("aggregator.channel_pool.weight", 0, 4);
  in.linear("aggregator.channel_pool", "pooling.channels", {out, width_of(in)});
  in.finish(builder.report.architecture, {"num_batches_tracked"});
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "convap";
  builder.report.checks.push_back("2x2 windows, which the program has and the file does not say");
  vit_preprocessing(builder.spec.preprocessing, 320, "bilinear", true, 1);
  builder.spec.preprocessing.nearest_multiple = false;
}

constexpr ImportFamily kFamilies[] = {
    {"mixvpr", "MixVPR (amaralibey/MixVPR) on ResNet-50", detect_mixvpr, import_mixvpr},
    {"convap", "Conv-AP (amaralibey/gsv-cities) on ResNet-50", detect_convap, import_convap}};

}  // namespace

std::span<const ImportFamily> gsv_families() { return kFamilies; }

}  // namespace loci
