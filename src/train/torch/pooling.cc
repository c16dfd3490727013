// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "pooling.h"

#include "netvlad_function.h"

namespace loci::train {
namespace {

constexpr double kEps = 1e-12;
constexpr double kGemFloor = 1e-6;

at::Tensor leaf(const loci::Tensor& tensor, const at::TensorOptions& options) {
  return to_torch(tensor).to(options).requires_grad_(true);
}

class NetvladPooling final : public TorchPooling {
 public:
  static Result<std::unique_ptr<TorchPooling>> make(const PoolingSpec& spec,
                                                    const TensorMap& tensors,
                                                    int64_t dim,
                                                    const at::TensorOptions& options) {
    auto layer = std::make_unique<NetvladPooling>();
    layer->spec_ = spec;
    LOCI_TRY(centers, find_tensor(tensors, "pooling.centers", {-1, dim}));
    LOCI_TRY(weight, find_tensor(tensors, "pooling.weight", {centers.shape[0], dim}));
    layer->parameters_ = {{"pooling.weight", leaf(weight, options)},
                          {"pooling.centers", leaf(centers, options)}};
    if (tensors.contains("pooling.bias")) {
      LOCI_TRY(bias, find_tensor(tensors, "pooling.bias", {centers.shape[0]}));
      layer->parameters_.push_back({"pooling.bias", leaf(bias, options)});
    }
    return std::unique_ptr<TorchPooling>(std::move(layer));
  }

  int64_t output_dim() const override { return parameters_[1].value.numel(); }

  at::Tensor pool(const at::Tensor& maps) const override {
    at::Tensor x = maps.flatten(2).transpose(1, 2).contiguous();  // B N D
    if (spec_.normalize_features) x = unit_parts(x, 2, spec_.eps);
    const at::Tensor bias = parameters_.size() > 2 ? parameters_[2].value : at::Tensor();
    at::Tensor v = netvlad_aggregate(x, parameters_[0].value, bias, parameters_[1].value);
    if (spec_.signed_sqrt) v = v.sign() * v.abs().sqrt();
    if (spec_.intra_norm) v = unit_parts(v, 2, spec_.eps);
    if (spec_.dimension_outer) v = v.transpose(1, 2);
    v = v.flatten(1);
    return spec_.final_norm ? unit_whole(v, spec_.eps) : v;
  }

 private:
  PoolingSpec spec_;
};

/// One number a channel: ((1/N) sum max(x, 1e-6)^p)^(1/p), the maximum or the mean.
class ChannelPooling final : public TorchPooling {
 public:
  ChannelPooling(const PoolingSpec& spec, int64_t dim) : spec_(spec), dim_(dim) {}
  void add_power(at::Tensor p) { parameters_.push_back({"pooling.p", std::move(p)}); }
  int64_t output_dim() const override { return dim_; }

  at::Tensor pool(const at::Tensor& maps) const override {
    const at::Tensor x = maps.flatten(2);  // B D N
    at::Tensor out;
    if (spec_.type == "max") {
      out = std::get<0>(x.max(2));
    } else if (spec_.type == "mean") {
      out = x.mean(2);
    } else {
      const at::Tensor p = parameters_[0].value;
      out = x.clamp_min(kGemFloor).pow(p.reshape({1, -1, 1})).mean(2).pow(1 / p.reshape({1, -1}));
    }
    return spec_.final_norm ? unit_whole(out, spec_.eps) : out;
  }

 private:
  PoolingSpec spec_;
  int64_t dim_;
};

}  // namespace

at::Tensor unit_parts(const at::Tensor& x, int64_t dim, NormEps eps) {
  if (eps == NormEps::kRoot) return x / (x * x).sum(dim, true).add(kEps).sqrt();
  return x / x.norm(2, {dim}, true).clamp_min(kEps);
}

at::Tensor unit_whole(const at::Tensor& x, NormEps eps) {
  const at::Tensor norm = x.norm(2, {1}, true);
  return x / (eps == NormEps::kRoot ? norm + kEps : norm.clamp_min(kEps));
}

Result<std::unique_ptr<TorchPooling>> TorchPooling::create(const PoolingSpec& spec,
                                                           const TensorMap& tensors,
                                                           int64_t feature_dim,
                                                           at::TensorOptions options) {
  if (spec.type == "netvlad") return NetvladPooling::make(spec, tensors, feature_dim, options);
  if (spec.type != "gem" && spec.type != "max" && spec.type != "mean") {
    return unsupported("pooling '" + spec.type +
                       "' cannot be trained here; netvlad, gem, max and mean can");
  }
  auto layer = std::make_unique<ChannelPooling>(spec, feature_dim);
  if (spec.type == "gem") {
    const auto start = static_cast<float>(spec.gem_p);
    loci::Tensor p = make_tensor({1}, std::span<const float>(&start, 1));
    if (tensors.contains("pooling.p")) {
      LOCI_TRY(found, find_tensor(tensors, "pooling.p", {-1}));
      if (found.size() != 1 && found.size() != feature_dim) {
        return corrupt("tensor 'pooling.p' is " + found.to_string() +
                       "; expected 1 power or one a channel, " + std::to_string(feature_dim));
      }
      p = std::move(found);
    }
    layer->add_power(leaf(p, options));
  }
  return std::unique_ptr<TorchPooling>(std::move(layer));
}

}  // namespace loci::train
