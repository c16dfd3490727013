// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_graph.h"

#include "loci/model/spec.h"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace loci {

constexpr int64_t kAnySize = -1;

/// A value of the graph: batch x channels x height x width; kAnySize where that is not fixed.
struct OnnxMap {
  std::string value;
  int64_t channels = 0, height = kAnySize, width = kAnySize;
  bool fixed() const { return height != kAnySize && width != kAnySize; }
  int64_t positions() const { return fixed() ? height * width : kAnySize; }
};

/// Appends nodes to a graph. Two readers set the limits: ONNX Runtime and OpenCV's dnn 4.6. The
/// latter has no LpNormalization, takes no ReduceSum of opset 13, multiplies 2-D matrices only and
/// crashes on a product with a constant matrix. So sums over channels, and products with constants,
/// are 1x1 convolutions here. Throws Error.
class OnnxBuilder {
 public:
  using Attributes = std::map<std::string, OnnxAttribute>;

  /// `weights` and what their views point to must outlive the graph.
  /// `portable`: for OpenCV, too; else for readers of all of opset 13.
  OnnxBuilder(const TensorMap& weights, int64_t batch, bool portable)
      : weights_(weights), batch_(batch), portable_(portable) {}

  OnnxGraph graph;
  int64_t batch() const { return batch_; }  ///< kAnySize: not fixed
  const TensorMap& weights() const { return weights_; }

  /// Appends a node whose one output has the node's name (made unique); returns that name.
  std::string node(const std::string& type,
                   const std::string& name,
                   std::vector<std::string> inputs,
                   Attributes attributes = {});
  /// The same where node and output are named by the caller.
  void node_as(const std::string& type,
               const std::string& name,
               const std::string& output,
               std::vector<std::string> inputs,
               Attributes attributes = {});
  /// A name that no value has yet.
  std::string fresh(const std::string& name);

  /// Initializers; one of that name stays as it is.
  std::string constant(const std::string& name, Tensor tensor);
  std::string filled(const std::string& name, std::vector<int64_t> shape, float value);
  /// Room for so many numbers of a constant that is about to be made: Unsupported where all
  /// together would be too many (a description may come from anywhere).
  void claim(int64_t numbers);
  std::string integers(const std::vector<int64_t>& values);
  std::string number(float value);
  /// A tensor of the model under its own name and, where given, another shape of as many numbers.
  std::string weight(const std::string& name, std::vector<int64_t> shape = {});

  OnnxMap apply(const std::string& type,
                const std::string& name,
                const OnnxMap& x,
                Attributes attributes = {});
  /// min(max(input, low), high) under the name `output`; portable as differences of Relus, as
  /// OpenCV has no Clip of opset 11 or later. A `high` of kNoBound is none.
  static constexpr float kNoBound = 3.4e38f;
  void clip(const std::string& name,
            const std::string& output,
            const std::string& input,
            float low,
            float high);
  /// A 1x1 convolution; `bias` may be empty.
  OnnxMap pointwise(const std::string& name,
                    const OnnxMap& x,
                    const std::string& weight,
                    const std::string& bias,
                    int64_t out_channels,
                    int64_t groups = 1);
  /// Element by element, of two maps of one shape.
  OnnxMap join(const std::string& type,
               const std::string& name,
               const OnnxMap& a,
               const OnnxMap& b);
  OnnxMap reshape(
      const std::string& name, const OnnxMap& x, int64_t channels, int64_t height, int64_t width);
  /// Channels and the rows of a map, width 1, change places.
  OnnxMap transpose_rows(const std::string& name, const OnnxMap& x);
  /// x / sqrt(sum x^2 + floor), sums over the channels of each of `groups` groups. `add` is added
  /// to the root.
  OnnxMap l2(const std::string& name,
             const OnnxMap& x,
             int64_t groups = 1,
             float floor = 1e-24f,
             float add = 0);
  /// The one number that all of a [1, c, h, w] map's positions share, as a map of so many channels.
  OnnxMap spread(
      const std::string& name, const OnnxMap& x, int64_t channels, int64_t groups, float add = 0);

 private:
  const TensorMap& weights_;
  int64_t batch_;
  bool portable_;
  std::set<std::string> names_;
  int64_t claimed_ = 0;
};

/// The operators that the outputs need; `input` is what they see. Returns a map for each output.
std::vector<OnnxMap> append_network(OnnxBuilder& builder,
                                    const Network& network,
                                    const std::vector<NetworkOutput>& outputs,
                                    const OnnxMap& input);
/// Pooling and whitening; returns a map of one position.
OnnxMap append_pooling(OnnxBuilder& builder, const PoolingSpec& spec, const OnnxMap& features);
OnnxMap append_netvlad(OnnxBuilder& builder, const PoolingSpec& spec, const OnnxMap& features);
OnnxMap append_rmac(OnnxBuilder& builder, const PoolingSpec& spec, const OnnxMap& features);
OnnxMap append_mixvpr(OnnxBuilder& builder, const OnnxMap& features);
OnnxMap append_whitening(OnnxBuilder& builder, const WhiteningSpec& spec, const OnnxMap& pooled);

/// Where a size must be known: InvalidArgument saying so.
void need_fixed_size(const OnnxMap& map, const std::string& what);

}  // namespace loci
