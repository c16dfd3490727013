// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_graph.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"
#include "loci/exchange/import.h"
#include "loci/model/architectures.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace loci::testing_onnx {

using Ints = std::vector<int64_t>;

/// A graph under construction; tensors are numbered noise.
struct Graph {
  OnnxGraph g;
  Graph() {
    g.input = {"x", {int64_t{1}, int64_t{3}, "height", "width"}};
    g.outputs = {{"y", {int64_t{1}, int64_t{4}}}};
  }
  Graph& node(const std::string& type,
              std::vector<std::string> inputs,
              const std::string& output,
              std::map<std::string, OnnxAttribute> attributes = {}) {
    g.nodes.push_back({type, "node_" + output, std::move(inputs), {output}, std::move(attributes)});
    return *this;
  }
  Graph& tensor(const std::string& name, Ints shape, std::vector<float> values = {}) {
    size_t size = 1;
    for (const int64_t side : shape) size *= static_cast<size_t>(side);
    Rng rng(1, name);
    while (values.size() < size) values.push_back(static_cast<float>(0.5 + rng.uniform()));
    g.initializers[name] = make_tensor(std::move(shape), values);
    return *this;
  }
  Graph& conv(const std::string& from, const std::string& to, int64_t out = 4, int64_t in = 3) {
    tensor(to + ".w", {out, in, 3, 3}).tensor(to + ".b", {out});
    return node(
        "Conv",
        {from, to + ".w", to + ".b"},
        to,
        {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{2, 2}}});
  }
  Result<ImportedModel> import(const ImportOptions& options = {}) const {
    const TempFolder temp;
    const Status written = write_onnx(temp / "graph.onnx", g);
    if (!written.ok()) return written;
    return import_model(temp / "graph.onnx", options);
  }
};

/// A convolution, GeM with p = 3 whose root is `root`, and a Flatten that makes "f".
inline Graph with_gem(float root) {
  Graph graph;
  graph.conv("x", "c").tensor("eps", {}, {1e-6f}).tensor("p", {1}, {3}).tensor("ip", {1}, {root});
  graph.node("Clip", {"c", "eps"}, "k").node("Pow", {"k", "p"}, "q");
  graph.node("GlobalAveragePool", {"q"}, "a").node("Pow", {"a", "ip"}, "g");
  graph.node("Flatten", {"g"}, "f", {{"axis", int64_t{1}}});
  return graph;
}

/// SqueezeNet with random weights, a pooling and a whitening.
inline std::shared_ptr<const Model> sample(const std::string& pooling) {
  ModelSpec spec;
  spec.name = "sample";
  spec.network = architecture("squeezenet1_1").value();
  spec.preprocessing = default_preprocessing("squeezenet1_1");
  TensorMap tensors = random_weights(spec.network, 3, 1).value();
  spec.pooling.type = pooling;
  const int64_t k = pooling == "netvlad" ? 4 : 1;
  if (pooling == "netvlad") {
    spec.pooling.num_clusters = 4;
    tensors["pooling.weight"] = make_tensor({4, 512}, std::vector<float>(2048, 0.25f));
    tensors["pooling.centers"] = make_tensor({4, 512}, std::vector<float>(2048, 0.5f));
  }
  spec.whitening.output_dim = 8;
  tensors["whitening.weight"] =
      make_tensor({8, 512 * k}, std::vector<float>(static_cast<size_t>(512 * 8 * k), 0.125f));
  tensors["whitening.bias"] = make_tensor({8}, std::vector<float>(8, 1));
  return make_model(spec, tensors);
}

}  // namespace loci::testing_onnx
