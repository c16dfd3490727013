// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "projected_model.h"

#include "loci/base/text.h"
#include "loci/base/version.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

constexpr const char* kNorm = "projection_norm";
constexpr const char* kProjection = "projection";
constexpr const char* kRawMap = "local_features";
/// Poolings that features of either sign and of any width suit.
constexpr std::array<std::string_view, 5> kPoolings = {"netvlad", "vlad", "max", "mean", "rmac"};

Network projected(const Network& network, int dim) {
  const std::string raw = outputs_of(network).front().op;
  Network out = network;
  Op norm;
  norm.type = OpType::kL2Norm;
  norm.name = kNorm;
  norm.inputs = {raw};
  Op projection;
  projection.name = kProjection;
  projection.out_channels = dim;
  out.ops.push_back(std::move(norm));
  out.ops.push_back(std::move(projection));
  if (out.outputs.empty()) out.outputs.push_back({.name = "features", .op = kProjection});
  out.outputs.front().op = kProjection;
  const bool kept = std::ranges::any_of(
      out.outputs, [](const NetworkOutput& output) { return output.name == kRawMap; });
  if (!kept) out.outputs.push_back({kRawMap, raw});
  return out;
}

std::string with_record(const std::string& text, const ProjectionRecord& record) {
  using Json = nlohmann::ordered_json;
  Json all = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object()) all = Json::object();
  Json options = Json::object();
  ProjectionOptions copy = record.options;
  copy.describe([&](const OptionInfo& info, const auto& value) {
    if (info.name != "num_threads") options[std::string(info.name)] = value;
  });
  all["projection"] = {{"loci_version", version()},
                       {"options", options},
                       {"photos", record.photos},
                       {"pairs", record.pairs}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Status check_projectable(const Model& model) {
  const ModelSpec& spec = model.spec;
  const std::string who = "model '" + printable(spec.name) + "' ";
  if (!spec.branches.empty()) {
    return invalid_argument(who + "has branches; project the models that it was joined of");
  }
  if (spec.features != "network") {
    return invalid_argument(who + "makes its features by " + spec.features +
                            "; a projection follows a network");
  }
  for (const Op& op : spec.network.ops) {
    if (op.name == kNorm || op.name == kProjection) {
      return invalid_argument(who + "has an operator '" + op.name +
                              "' already; give the model that it was made from");
    }
  }
  if (std::ranges::find(kPoolings, spec.pooling.type) == kPoolings.end()) {
    return invalid_argument(who + "pools by " + printable(spec.pooling.type) +
                            ", which projected features do not suit; choose netvlad, vlad, max, "
                            "mean or rmac ('loci import --pooling')");
  }
  return {};
}

std::shared_ptr<const Model> with_projection(const Model& model,
                                             const Discriminant& projection,
                                             const ProjectionRecord& record) {
  const int64_t dim = projection.projection.rows(), width = projection.projection.cols();
  ModelSpec spec = model.spec;
  spec.network = projected(spec.network, static_cast<int>(dim));
  spec.pooling.normalize_features = true;
  spec.whitening = {};
  spec.record = with_record(spec.record, record);
  TensorMap tensors = model.tensors;
  std::erase_if(tensors, [](const auto& each) {
    return each.first.starts_with("pooling.") || each.first.starts_with("whitening.") ||
           each.first.starts_with("calibration.");
  });
  const Matrix& weight = projection.projection;
  tensors[std::string(kProjection) + ".weight"] =
      make_tensor({dim, width, 1, 1}, std::span<const float>(weight.data(), weight.size()));
  tensors[std::string(kProjection) + ".bias"] =
      make_tensor({dim}, std::span<const float>(projection.bias));
  return make_model(std::move(spec), std::move(tensors));
}

}  // namespace loci::train
