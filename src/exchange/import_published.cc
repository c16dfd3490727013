// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Networks whose authors published one state dict of a fixed form: EfficientNet-Lite and XFeat. Every tensor is known
// by name and shape; what is missing or too much is refused.
#include "import_families.h"
#include "state_dict.h"

#include "loci/base/text.h"
#include "loci/model/fold.h"

#include <algorithm>
#include <array>
#include <map>

namespace loci {
namespace {

using Shape = std::vector<int64_t>;

/// A tensor that belongs to the file but not to the maps.
struct Unused {
  std::string name;
  Shape shape;
};

struct Published {
  std::string architecture;  ///< of which the file holds all convolutions
  std::string wanted;        ///< the same or its beginning
  std::string prefix;        ///< before every name
  std::vector<Unused> unused;
  const char* why_unused = "";
};

std::string text_of(const Shape& shape) {
  std::string text;
  for (const int64_t side : shape) text += (text.empty() ? "" : "x") + std::to_string(side);
  return text;
}

class PublishedReader {
 public:
  PublishedReader(ImportBuilder& builder, const Published& published)
      : b_(builder), published_(published), dict_(builder.tree) {}

  void read() {
    const Network whole = take(architecture(published_.architecture));
    const std::vector<int> channels = take(operator_channels(whole, 3));
    std::map<std::string, TorchName> names;
    for (const TorchName& each : published_names(published_.architecture)) names[each.op] = each;
    std::map<std::string, int> width = {{"input", 3}};
    b_.spec.network = take(architecture(published_.wanted));
    b_.report.architecture = published_.wanted;
    std::string before = "input";
    for (size_t i = 0; i < whole.ops.size(); ++i) {
      const Op& op = whole.ops[i];
      const int in = width.at(op.inputs.empty() ? before : op.inputs[0]);
      if (const auto found = names.find(op.name); found != names.end())
        convolution(op, found->second, in / op.groups);
      before = op.name;
      width[op.name] = channels[i];
    }
    for (const Unused& each : published_.unused) {
      b_.ignore(name_of(each.name), shape_of(value(each.name, each.shape)), published_.why_unused);
    }
    refuse_others();
  }

 private:
  std::string name_of(const std::string& name) const { return published_.prefix + name; }

  const FileValue& value(const std::string& name, const Shape& shape) {
    const FileValue& found = dict_.get(name_of(name));
    if (found.tensor.shape != shape) {
      fail_corrupt("tensor '" + name_of(name) + "' is " + shape_of(found) + ", expected " +
                   text_of(shape) + " in " + published_.architecture);
    }
    return found;
  }
  Tensor tensor(const std::string& name, const Shape& shape) {
    return row_major(value(name, shape));
  }

  bool wanted(const std::string& op) const {
    return std::ranges::any_of(b_.spec.network.ops,
                               [&](const Op& each) { return each.name == op; });
  }

  void convolution(const Op& op, const TorchName& names, int64_t in) {
    const std::string name = names.conv + ".weight";
    const Shape width = {op.out_channels};
    const FileValue& source = value(name, {op.out_channels, in, op.kernel_h, op.kernel_w});
    if (names.norm.empty()) {
      const FileValue& bias = value(names.conv + ".bias", width);
      if (!wanted(op.name)) return skip(names);
      b_.use(name_of(name), source, op.name + ".weight", row_major(source));
      b_.use(name_of(names.conv + ".bias"), bias, op.name + ".bias", row_major(bias));
      return;
    }
    const auto filled = [&](float number) {
      return make_tensor(width, std::vector<float>(static_cast<size_t>(op.out_channels), number));
    };
    const std::string& norm = names.norm;
    const BatchNorm statistics{names.norm_affine ? tensor(norm + ".weight", width) : filled(1),
                               names.norm_affine ? tensor(norm + ".bias", width) : filled(0),
                               tensor(norm + ".running_mean", width),
                               tensor(norm + ".running_var", width),
                               names.norm_eps};
    if (dict_.has(name_of(norm + ".num_batches_tracked")))
      dict_.get(name_of(norm + ".num_batches_tracked"));
    if (!wanted(op.name)) return skip(names);
    const ConvWeights folded =
        take(fold_batch_norm(name_of(names.conv), row_major(source), nullptr, statistics));
    b_.use(name_of(name),
           source,
           op.name + ".weight",
           folded.weight,
           "with " + name_of(norm) + " folded in");
    b_.use(name_of(norm + ".running_mean"),
           dict_.get(name_of(norm + ".running_mean")),
           op.name + ".bias",
           folded.bias,
           "from " + name_of(norm) + "'s statistics");
  }

  void skip(const TorchName& names) {
    b_.ignore(name_of(names.conv + ".weight"),
              shape_of(dict_.value(name_of(names.conv + ".weight"))),
              "behind the layer where the network is cropped");
  }

  void refuse_others() {
    for (const std::string& name : dict_.unused()) {
      fail_unsupported("tensor '" + printable(to_utf8(name)) + "' (" + shape_of(dict_.value(name)) +
                       ") is not part of " + published_.architecture +
                       " as it was published; a file of another network, or one that was changed");
    }
    for (const auto& [name, found] : dict_.others())
      b_.ignore(name, found, "kept by the training program");
  }

  ImportBuilder& b_;
  const Published& published_;
  StateDict dict_;
};

void import_published(ImportBuilder& builder, const Published& published) {
  PublishedReader(builder, published).read();
  builder.set_untrained_pooling("netvlad");
  Preprocessing& p = builder.spec.preprocessing;
  p = default_preprocessing(published.architecture);
  // Photographs of any size: the weights come without a recipe for large ones.
  p.resize = Preprocessing::Resize::kMaxSide;
  p.max_side = 640;
}

// EfficientNet-Lite

struct LiteForm {
  int blocks, last_width;
};
constexpr std::array<LiteForm, 5> kLiteForms = {
    {{16, 320}, {21, 320}, {21, 352}, {24, 384}, {30, 448}}};

/// The file's number of blocks and the last one's width tell the five apart; EfficientNet-B0 to B7 have
/// squeeze-and-excitation.
template <int kSize>
bool detect_lite(const FileTree& tree) {
  const StateDict dict(tree);
  const LiteForm form = kLiteForms[kSize];
  const auto projection = [](int block) {
    return format("_blocks.%d._project_conv.weight", block);
  };
  const std::string last = projection(form.blocks - 1);
  return dict.has("_conv_stem.weight") && !dict.has("_blocks.0._se_reduce.weight") &&
         dict.has(last) && !dict.has(projection(form.blocks)) &&
         !dict.value(last).tensor.shape.empty() &&
         dict.value(last).tensor.shape[0] == form.last_width;
}

template <int kSize>
void import_lite(ImportBuilder& builder) {
  const std::string name = format("efficientnet_lite%d", kSize);
  const std::string& asked = builder.options.architecture;
  if (!asked.empty() && asked != name && asked != name + "_full") {
    throw Error(invalid_argument("architecture '" + asked + "': a file of " + name + " gives " +
                                 name + " or " + name + "_full"));
  }
  import_published(builder,
                   {.architecture = name + "_full",
                    .wanted = asked.empty() ? name : asked,
                    .prefix = "",
                    .unused = {{"_fc.weight", {1000, 1280}}, {"_fc.bias", {1000}}},
                    .why_unused = "the classifier is not used"});
}

// XFeat

std::string xfeat_prefix(const StateDict& dict) {
  return dict.has_prefix("net.block1.") ? "net." : "";
}

bool detect_xfeat(const FileTree& tree) {
  const StateDict dict(tree);
  const std::string prefix = xfeat_prefix(dict);
  return dict.has(prefix + "block_fusion.0.layer.0.weight") &&
         dict.has(prefix + "keypoint_head.3.weight") && dict.has(prefix + "heatmap_head.2.weight");
}

/// Five linear layers, normalised between.
std::vector<Unused> fine_matcher() {
  std::vector<Unused> out;
  int64_t in = 128;
  for (const int layer : {0, 3, 6, 9, 12}) {
    const int64_t width = layer == 12 ? 64 : 512;
    out.push_back({format("fine_matcher.%d.weight", layer), {width, in}});
    out.push_back({format("fine_matcher.%d.bias", layer), {width}});
    if (layer != 12) {
      const std::string norm = format("fine_matcher.%d", layer + 1);
      out.push_back({norm + ".running_mean", {width}});
      out.push_back({norm + ".running_var", {width}});
      out.push_back({norm + ".num_batches_tracked", {}});
    }
    in = width;
  }
  return out;
}

void import_xfeat(ImportBuilder& builder) {
  const std::string& asked = builder.options.architecture;
  if (!asked.empty() && asked != "xfeat")
    throw Error(invalid_argument("architecture '" + asked + "': a file of XFeat gives xfeat"));
  // The network itself takes the mean of the channels.
  builder.tensors["grey.weight"] = make_tensor({1, 3, 1, 1}, std::vector<float>(3, 1.0f / 3));
  import_published(builder,
                   {.architecture = "xfeat",
                    .wanted = "xfeat",
                    .prefix = xfeat_prefix(StateDict(builder.tree)),
                    .unused = fine_matcher(),
                    .why_unused = "the fine matcher sees pairs of features, not maps"});
}

constexpr ImportFamily kFamilies[] = {
    {"efficientnet_lite0",
     "EfficientNet-Lite0 state dict (efficientnet-lite-pytorch)",
     detect_lite<0>,
     import_lite<0>},
    {"efficientnet_lite1", "EfficientNet-Lite1, the same", detect_lite<1>, import_lite<1>},
    {"efficientnet_lite2", "EfficientNet-Lite2, the same", detect_lite<2>, import_lite<2>},
    {"efficientnet_lite3", "EfficientNet-Lite3, the same", detect_lite<3>, import_lite<3>},
    {"efficientnet_lite4", "EfficientNet-Lite4, the same", detect_lite<4>, import_lite<4>},
    {"xfeat",
     "XFeat (verlab/accelerated_features): features, key point logits and reliability",
     detect_xfeat,
     import_xfeat}};

}  // namespace

std::span<const ImportFamily> published_families() { return kFamilies; }

}  // namespace loci
