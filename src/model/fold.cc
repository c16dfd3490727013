// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/fold.h"

#include <cmath>
#include <vector>

namespace loci {
namespace {

Status check_channels(const std::string& name,
                      const char* part,
                      const Tensor& tensor,
                      int64_t out) {
  if (tensor.size() == out) return {};
  return corrupt(name + ": batch normalisation " + part + " is " + tensor.to_string() +
                 ", but the convolution has " + std::to_string(out) + " output channels");
}

}  // namespace

Result<ConvWeights> fold_batch_norm(const std::string& name,
                                    const Tensor& weight,
                                    const Tensor* bias,
                                    const BatchNorm& norm) {
  if (weight.shape.size() != 4 || weight.shape[0] <= 0) {
    return corrupt(name + ": weight is " + weight.to_string() +
                   ", expected [out, in/groups, kh, kw]");
  }
  const int64_t out = weight.shape[0];
  LOCI_RETURN_IF_ERROR(check_channels(name, "gamma", norm.gamma, out));
  LOCI_RETURN_IF_ERROR(check_channels(name, "beta", norm.beta, out));
  LOCI_RETURN_IF_ERROR(check_channels(name, "mean", norm.mean, out));
  LOCI_RETURN_IF_ERROR(check_channels(name, "variance", norm.variance, out));
  if (bias != nullptr) LOCI_RETURN_IF_ERROR(check_channels(name, "bias", *bias, out));

  const std::vector<float> gamma = norm.gamma.to_floats(), beta = norm.beta.to_floats();
  const std::vector<float> mean = norm.mean.to_floats(), variance = norm.variance.to_floats();
  std::vector<float> folded = weight.to_floats();
  std::vector<float> shift =
      bias != nullptr ? bias->to_floats() : std::vector<float>(static_cast<size_t>(out), 0.f);
  const size_t each = folded.size() / static_cast<size_t>(out);
  for (size_t o = 0; o < shift.size(); ++o) {
    if (!(variance[o] >= 0)) {
      return corrupt(name + ": batch normalisation variance of channel " + std::to_string(o) +
                     " is " + std::to_string(variance[o]) + ", expected a number >= 0");
    }
    const double gain = gamma[o] / std::sqrt(double{variance[o]} + norm.eps);
    for (size_t i = 0; i < each; ++i) {
      folded[o * each + i] = static_cast<float>(folded[o * each + i] * gain);
    }
    shift[o] = static_cast<float>(beta[o] + (double{shift[o]} - mean[o]) * gain);
  }
  return ConvWeights{make_tensor(weight.shape, folded), make_tensor({out}, shift)};
}

}  // namespace loci
