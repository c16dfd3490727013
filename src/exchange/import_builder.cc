// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "import_builder.h"

#include "loci/base/text.h"

#include <cmath>
#include <cstring>

namespace loci {
namespace {

std::string sides(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t side : shape) text += (text.empty() ? "" : "x") + std::to_string(side);
  return text;
}

/// Poolings that need nothing but the features.
bool is_plain_pooling(const std::string& type) {
  return type == "gem" || type == "max" || type == "mean" || type == "rmac";
}

/// Rows of a tensor, 0 where there is none.
int64_t rows_of(const TensorMap& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() || found->second.shape.empty() ? 0 : found->second.shape[0];
}

/// The length of what a head with parameters of its own makes; 0 for other poolings.
int64_t head_width(const TensorMap& tensors, const PoolingSpec& pooling, int64_t dim) {
  const auto rows = [&](const char* name) {
    return rows_of(tensors, std::string("pooling.") + name + ".weight");
  };
  if (pooling.type == "salad" || pooling.type == "sage")
    return rows("token.out") + rows("features.out") * rows("scores.out");
  if (pooling.type == "cosplace") return rows("linear");
  if (pooling.type == "mixvpr") return rows("channels") * rows("rows");
  if (pooling.type == "convap") return rows("channels") * pooling.grid_height * pooling.grid_width;
  if (pooling.type == "regions") return 14 * dim;
  if (pooling.type != "tokens") return 0;
  return dim * (rows("rows") > 0 ? rows("rows") : pooling.num_clusters);
}

}  // namespace

Tensor as_float(const Tensor& tensor) {
  return tensor.dtype == DType::kF32 ? tensor : make_tensor(tensor.shape, tensor.to_floats());
}

Tensor reshaped(Tensor tensor, std::vector<int64_t> shape, const std::string& what) {
  int64_t count = 1;
  for (const int64_t side : shape) count *= side;
  if (count != tensor.size()) {
    fail_corrupt("tensor '" + what + "' is " + sides(tensor.shape) + ", expected " + sides(shape));
  }
  tensor.shape = std::move(shape);
  return tensor;
}

std::string shape_of(const FileValue& value) {
  return std::string(dtype_name(value.tensor.dtype)) + " " +
         (value.tensor.shape.empty() ? "scalar" : sides(value.tensor.shape));
}

void ImportBuilder::use(const std::string& from,
                        const FileValue& source,
                        const std::string& to,
                        const Tensor& value,
                        const std::string& note) {
  if (!tensors.emplace(to, as_float(value)).second)
    fail_corrupt("two tensors of the file become '" + to + "'");
  report.lines.push_back({printable(to_utf8(from)), to, shape_of(source), note});
}

void ImportBuilder::ignore(const std::string& from,
                           const std::string& found,
                           const std::string& why) {
  report.lines.push_back({printable(to_utf8(from)), "", found, why});
}

void ImportBuilder::set_netvlad(int64_t num_clusters) {
  spec.pooling.type = "netvlad";
  spec.pooling.num_clusters = static_cast<int>(num_clusters);
  spec.pooling.normalize_features = true;
  spec.pooling.intra_norm = true;
  spec.pooling.final_norm = true;
}

void ImportBuilder::set_untrained_pooling(const std::string& usual) {
  const std::string type = options.pooling.empty() ? usual : options.pooling;
  spec.pooling.type = type;
  if (is_plain_pooling(type)) return;
  if (type != "netvlad" && type != "vlad") {
    throw Error(
        invalid_argument("pooling '" + type +
                         "' needs trained tensors that the file does not have; use netvlad, vlad, "
                         "gem, max, mean or rmac"));
  }
  spec.pooling.num_clusters = options.num_clusters;
  report.needs_clusters = true;
}

void ImportBuilder::set_whitening(int64_t output_dim) {
  spec.whitening.output_dim = static_cast<int>(output_dim);
  spec.whitening.final_norm = true;
}

void ImportBuilder::set_network(const std::string& architecture_name) {
  const Network table = take(architecture(architecture_name));
  spec.network = take(with_widths_of(table, tensors));
  spec.network.architecture = architecture_name;
  report.architecture = architecture_name;
}

void ImportBuilder::override_pooling() {
  const std::string& wanted = options.pooling;
  if (wanted.empty() || wanted == spec.pooling.type) return;
  for (auto it = tensors.begin(); it != tensors.end();) {
    const bool drop = it->first.starts_with("pooling.") || it->first.starts_with("whitening.");
    it = drop ? tensors.erase(it) : std::next(it);
  }
  for (ImportReport::Line& line : report.lines) {
    if (line.to.starts_with("pooling.") || line.to.starts_with("whitening.")) {
      line.note = "not used with pooling " + wanted;
      line.to.clear();
    }
  }
  if (spec.whitening.output_dim != 0)
    warn("the file's whitening belongs to its own pooling and is left out");
  const NormEps eps = spec.pooling.eps;
  spec.pooling = PoolingSpec();
  spec.pooling.eps = eps;
  spec.whitening = WhiteningSpec();
  set_untrained_pooling(wanted);
}

/// Relja's cropToDim: the whitened coordinates are sorted by variance, the first ones are kept and
/// normalised again.
void ImportBuilder::crop_whitening() {
  const int wanted = options.whitening_dim;
  if (wanted <= 0 || wanted == spec.whitening.output_dim) return;
  if (spec.whitening.output_dim < wanted) {
    throw Error(invalid_argument("whitening_dim " + std::to_string(wanted) +
                                 ": the file's whitening has " +
                                 std::to_string(spec.whitening.output_dim) + " dimensions"));
  }
  for (const char* name : {"whitening.weight", "whitening.bias"}) {
    Tensor& tensor = tensors.at(name);
    const size_t row = tensor.bytes.size() / static_cast<size_t>(tensor.shape[0]);
    tensor.bytes = tensor.bytes.first(row * static_cast<size_t>(wanted));
    tensor.shape[0] = wanted;
  }
  spec.whitening.output_dim = wanted;
  report.checks.push_back("whitening cropped to its first " + std::to_string(wanted) +
                          " dimensions");
}

void ImportBuilder::check_values() {
  int64_t count = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::span<const float> values = tensor.floats();
    for (size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        fail_corrupt("tensor '" + name + "' holds " + (std::isnan(values[i]) ? "NaN" : "infinity") +
                     " at element " + std::to_string(i) +
                     "; the training diverged or the file is damaged");
      }
    }
    count += tensor.size();
  }
  report.checks.push_back(std::to_string(tensors.size()) + " tensors, " + std::to_string(count) +
                          " numbers, all finite");
}

void ImportBuilder::check_network() {
  if (Status valid = validate(spec.network); !valid.ok()) throw Error(valid);
  const std::vector<int> channels = take(operator_channels(spec.network, 3));
  const std::vector<int> inputs = take(input_channels(spec.network, 3));
  int operators = 0;
  for (size_t i = 0; i < spec.network.ops.size(); ++i) {
    const std::vector<Parameter> parameters = parameters_of(spec.network.ops[i], inputs[i]);
    for (const Parameter& each : parameters)
      tensors[each.name] = take(find_tensor(tensors, each.name, each.shape));
    operators += parameters.empty() ? 0 : 1;
  }
  feature_dim_ = channels.empty() ? 3 : channels[features_op(spec.network)];
  report.checks.push_back(std::to_string(operators) +
                          " layers fit the architecture, features of width " +
                          std::to_string(feature_dim_));
}

void ImportBuilder::check_pooling() {
  const PoolingSpec& pooling = spec.pooling;
  int64_t width = feature_dim_;
  if (pooling.type == "netvlad" || pooling.type == "vlad") {
    if (pooling.num_clusters <= 0) throw Error(invalid_argument("num_clusters must be at least 1"));
    const int64_t k = pooling.num_clusters;
    width = k * feature_dim_;
    if (!report.needs_clusters) {
      take(find_tensor(tensors, "pooling.weight", {k, feature_dim_}));
      take(find_tensor(tensors, "pooling.centers", {k, feature_dim_}));
      if (tensors.contains("pooling.bias")) take(find_tensor(tensors, "pooling.bias", {k}));
      report.checks.push_back("NetVLAD of " + std::to_string(k) + " clusters x " +
                              std::to_string(feature_dim_) + " fits the features");
    }
  }
  if (const int64_t made = head_width(tensors, pooling, feature_dim_); made > 0) width = made;
  if (spec.whitening.output_dim != 0) {
    take(find_tensor(tensors, "whitening.weight", {spec.whitening.output_dim, width}));
    take(find_tensor(tensors, "whitening.bias", {spec.whitening.output_dim}));
    report.checks.push_back("whitening " + std::to_string(width) + " -> " +
                            std::to_string(spec.whitening.output_dim) + " fits the pooling");
    width = spec.whitening.output_dim;
  }
  report.checks.push_back("descriptor of " + std::to_string(width) + " values");
}

ImportedModel ImportBuilder::finish() {
  override_pooling();
  crop_whitening();
  check_values();
  check_network();
  check_pooling();
  if (spec.name.empty()) spec.name = spec.network.architecture + "-" + spec.pooling.type;
  ImportedModel imported;
  imported.model = make_model(std::move(spec), std::move(tensors));
  imported.report = std::move(report);
  return imported;
}

}  // namespace loci
