// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// ONNX models: those that loci exported, by the description in them, and other people's, by their
// operators.
#include "import_families.h"
#include "onnx_reading.h"
#include "onnx_rebuild.h"
#include "onnx_view.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

bool detect_own(const FileTree& tree) {
  return tree.format == "ONNX" && tree.metadata.contains("loci");
}
bool detect_any(const FileTree& tree) { return tree.format == "ONNX"; }

std::string stem_of(const std::string& path) {
  std::string name = path.substr(path.find_last_of('/') + 1);
  if (name.ends_with(".onnx")) name.resize(name.size() - 5);
  return printable(to_utf8(name));
}

struct InputKind {
  const char* name;
  const char* words;
  bool bgr;
  double scale;
  std::array<double, 3> mean, std;
};
constexpr InputKind kInputs[] = {
    {"imagenet",
     "RGB / 255, minus the mean of ImageNet, by its deviation",
     false,
     1.0 / 255,
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225}},
    {"unit", "RGB / 255", false, 1.0 / 255, {0, 0, 0}, {1, 1, 1}},
    {"pixels", "RGB from 0 to 255", false, 1, {0, 0, 0}, {1, 1, 1}},
    {"caffe", "BGR minus its mean", true, 1, {103.939, 116.779, 123.68}, {1, 1, 1}},
};

void set_input(ImportBuilder& b, const std::string& scaling_in_graph) {
  const std::string& wanted = b.options.input;
  if (wanted.empty() && !scaling_in_graph.empty()) {
    b.report.checks.push_back("preprocessing is " + scaling_in_graph);
    return;
  }
  const std::string name = wanted.empty() ? "imagenet" : wanted;
  const auto* found = std::find_if(
      std::begin(kInputs), std::end(kInputs), [&](const InputKind& k) { return name == k.name; });
  if (found == std::end(kInputs)) {
    throw Error(invalid_argument("input '" + printable(name) +
                                 "': those known are imagenet, unit, pixels and caffe"));
  }
  if (wanted.empty()) {
    b.warn(
        "the file does not say what its input is; taken for RGB / 255 minus the mean of ImageNet "
        "by "
        "its deviation. If that is wrong, give --input unit, pixels or caffe");
  }
  Preprocessing& p = b.spec.preprocessing;
  // What the graph does itself comes behind what --input says.
  const Preprocessing inner = scaling_in_graph.empty() ? Preprocessing() : p;
  p.bgr = found->bgr;
  p.scale = found->scale;
  for (size_t c = 0; c < 3; ++c) {
    p.mean[c] = found->mean[c] + inner.mean[c] * found->std[c];
    p.std[c] = found->std[c] * inner.std[c];
  }
}

void set_head(ImportBuilder& b, const OnnxView& view, const OnnxHead& head) {
  b.spec.pooling.type = head.pooling;
  b.spec.pooling.final_norm = head.pooled_norm;
  if (head.pooling == "gem") b.spec.pooling.gem_p = head.gem_p;
  if (!head.has_linear) {
    if (!head.pooled_norm) {
      b.warn("the model does not normalise its output; loci does, as it compares by cosine");
    }
    b.spec.pooling.final_norm = true;
    return;
  }
  b.set_whitening(head.out);
  const FileValue& source = *view.constants.at(head.weight_from);
  b.use(
      head.weight_from, source, "whitening.weight", make_tensor({head.out, head.in}, head.weight));
  if (head.bias_from.empty()) {
    b.tensors["whitening.bias"] =
        make_tensor({head.out}, std::vector<float>(static_cast<size_t>(head.out), 0));
  } else {
    b.use(head.bias_from,
          *view.constants.at(head.bias_from),
          "whitening.bias",
          make_tensor({head.out}, head.bias));
  }
  if (!head.final_norm) {
    b.warn(
        format("the model ends in a linear layer of %lld numbers and does not normalise them; "
               "loci does. If that layer is a classifier, leave it out with --last NODE",
               static_cast<long long>(head.out)));
  }
}

/// Tensors that nothing used.
void name_the_rest(ImportBuilder& b, const OnnxView& view) {
  std::set<std::string> used;
  for (const ImportReport::Line& line : b.report.lines) used.insert(line.from);
  for (const auto& [name, value] : view.constants) {
    const bool weights = value->is(FileValue::Kind::kTensor) && value->tensor.size() > 1 &&
                         value->tensor.dtype != DType::kI64;
    const std::string shown = printable(to_utf8(name));
    if (weights && !used.contains(shown)) {
      b.ignore(name, shape_of(*value), "folded into a convolution, or behind the output taken");
    }
  }
}

void import_any(ImportBuilder& b) {
  const OnnxView view = view_onnx(b.tree, b.options.last);
  OnnxReading reading(b, view);
  const OnnxReadValue out = reading.run();
  // What was read of the graph but does not lead to the map (a GeM's floor) is gone already.
  set_input(b, reading.preprocessing_words());
  if (view.input_shape.size() == 4) {
    const bool rows_first = view.input_shape[3] == 3 && view.input_shape[1] != 3;
    const int64_t height = view.input_shape[rows_first ? 1 : 2];
    const int64_t width = view.input_shape[rows_first ? 2 : 3];
    if (height > 0 && width > 0 && height <= 16384 && width <= 16384) {
      b.spec.preprocessing.resize = Preprocessing::Resize::kFixed;
      b.spec.preprocessing.width = static_cast<int>(width);
      b.spec.preprocessing.height = static_cast<int>(height);
      b.report.checks.push_back(format("images are resized to the graph's %lld x %lld",
                                       static_cast<long long>(width),
                                       static_cast<long long>(height)));
    }
  }
  if (out.kind == OnnxReadValue::Kind::kVector) {
    set_head(b, view, out.head);
  } else {
    b.set_untrained_pooling("netvlad");
  }
  b.report.architecture = "ONNX graph";
  b.spec.name = stem_of(b.tree.path);
  name_the_rest(b, view);
}

constexpr ImportFamily kFamilies[] = {
    {"loci-onnx",
     "ONNX that loci exported, by the description in it",
     detect_own,
     import_loci_onnx},
    {"onnx",
     "other people's ONNX: a CNN, and pooling, a linear layer and norms behind it",
     detect_any,
     import_any},
};

}  // namespace

std::span<const ImportFamily> onnx_families() { return kFamilies; }

}  // namespace loci
