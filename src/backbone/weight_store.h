// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "int8_kernels.h"
#include "library.h"
#include "winograd.h"

#include "loci/model/tensor.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci::internal {

/// One convolution's numbers as the model has them.
struct ConvNumbers {
  Tensor weight;            ///< float32 [out, in/groups, kh, kw]
  std::vector<float> bias;  ///< [out], zeros where the operator has none
};

/// Weights as 8-bit integers with a scale for each channel out: w ~ q * scale.
struct QuantizedWeights {
  std::vector<int8_t> values;
  std::vector<float> scales;
};

/// The packed weights of all plans of a backbone: made when first asked for, kept.
/// Threads: one at a time
class WeightStore {
 public:
  /// Takes the tensors that the network's convolutions name. NotFound or Corrupt as find_tensor().
  Status load(const Network& network, const TensorMap& tensors, int in_channels);

  const ConvNumbers& numbers(const std::string& op) const { return numbers_.at(op); }
  /// A tensor of an operator on tokens, by its name.
  std::span<const float> tokens(const std::string& name) const { return tokens_.at(name).floats(); }
  /// A linear's weights in oneDNN's layout, and its bias; both times the numbers of the operator `scale` where it is
  /// not "".
  const dnnl::memory& linear(const std::string& op,
                             const std::string& scale,
                             const memory::desc& desc);
  std::vector<float> linear_bias(const std::string& op, const std::string& scale, int out) const;
  /// The same weights as integers in the kernels' panels; they stay where they are.
  Int8Weights int8_linear(const std::string& op,
                          const std::string& scale,
                          const Int8Kernels& kernels);
  /// Weights in oneDNN's layout `desc` (float32 or bf16, or int8 with `largest` the largest integer
  /// used).
  const dnnl::memory& packed(const std::string& op,
                             const memory::desc& desc,
                             int groups,
                             int largest);
  const QuantizedWeights& quantized(const std::string& op, int largest);
  /// A vector in oneDNN's hands, by name.
  const dnnl::memory& vector(const std::string& key, const std::vector<float>& values);
  const std::byte* winograd(const std::string& op, const WinogradKernels& kernels, int num_threads);
  /// Bias padded with zeros for the Winograd kernels.
  const float* winograd_bias(const std::string& op, const WinogradKernels& kernels);

  /// The lowest and highest value seen at an operator's output, or null.
  const std::vector<float>* range(const std::string& op) const;
  void forget_ranges() { ranges_.clear(); }
  bool has_ranges() const { return !ranges_.empty(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Packed {
    memory::desc desc;
    int largest = 0;
    std::unique_ptr<Arena> block;
    dnnl::memory values;
  };
  std::map<std::string, ConvNumbers> numbers_;
  std::map<std::string, Tensor> tokens_;
  std::map<std::string, std::vector<Packed>> packed_;
  std::map<std::pair<std::string, int>, QuantizedWeights> quantized_;
  struct Int8Panels {
    std::unique_ptr<Arena> values;
    std::vector<int> sums;
    std::vector<float> scales, bias;
  };
  std::map<std::string, Int8Panels> int8_panels_;
  std::map<std::string, Packed> vectors_;
  std::map<std::pair<std::string, const WinogradKernels*>, std::unique_ptr<Arena>> winograd_;
  std::map<std::string, std::vector<float>> winograd_bias_;
  std::map<std::string, std::vector<float>> ranges_;
  size_t bytes_ = 0;
};

}  // namespace loci::internal
