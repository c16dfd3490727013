// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_store.h"

#include "weight_grid.h"

#include "loci/base/cpu.h"
#include "loci/base/text.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace loci::internal {
namespace {

/// Corrupt with the tensor's name when a number is not finite: it would spread over whole maps.
Status check_finite(const std::string& name, std::span<const float> values) {
  uint32_t bad = 0;  // by bits, because a sum of floats has to be taken in order
  for (const float value : values) {
    bad |= static_cast<uint32_t>((std::bit_cast<uint32_t>(value) & 0x7f800000u) == 0x7f800000u);
  }
  if (bad == 0) return {};
  return corrupt("tensor '" + name + "' holds numbers that are not finite");
}

/// Numbers in one kernel [kh][kw].
size_t kernel_size(const Tensor& weight) {
  return static_cast<size_t>(weight.shape[2] * weight.shape[3]);
}

/// The weights on bf16's grid, as floats.
std::vector<float> bf16_weights(const Tensor& weight) {
  const std::span<const float> exact = weight.floats();
  const size_t kernel = kernel_size(weight);
  std::vector<float> out(exact.size());
  for (size_t i = 0; i < exact.size(); i += kernel)
    round_kernel_bf16(exact.subspan(i, kernel), &out[i]);
  return out;
}

}  // namespace

Instructions instructions() {
  const auto has = [](dnnl::cpu_isa isa) {
    const unsigned wanted = static_cast<unsigned>(isa),
                   have = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    return (wanted & have) == wanted;
  };
  // LOCI_SIMD lowers what oneDNN may be asked for as well.
  return {has(dnnl::cpu_isa::avx512_core_bf16) && cpu_facts().avx512_bf16,
          (has(dnnl::cpu_isa::avx512_core_vnni) && simd_level() == SimdLevel::kAvx512Vnni) ||
              has(dnnl::cpu_isa::avx2_vnni)};
}

Status WeightStore::load(const Network& network, const TensorMap& tensors, int in_channels) {
  LOCI_TRY(inputs, input_channels(network, in_channels));
  for (size_t i = 0; i < network.ops.size(); ++i) {
    const Op& op = network.ops[i];
    const auto range = tensors.find("calibration." + op.name);
    if (range != tensors.end()) {
      LOCI_TRY(values, find_vector(tensors, range->first, 2));
      ranges_[op.name] = values;
    }
    ConvNumbers numbers{{}, std::vector<float>(static_cast<size_t>(op.out_channels), 0.f)};
    for (const Parameter& each : parameters_of(op, inputs[i])) {
      LOCI_TRY(tensor, find_tensor(tensors, each.name, each.shape));
      LOCI_RETURN_IF_ERROR(check_finite(each.name, tensor.floats()));
      if (op.type != OpType::kConv) {
        tokens_[each.name] = tensor;
      } else if (each.name.ends_with(".bias")) {
        numbers.bias.assign(tensor.floats().begin(), tensor.floats().end());
      } else {
        numbers.weight = tensor;
      }
    }
    if (op.type == OpType::kConv) numbers_[op.name] = std::move(numbers);
  }
  if (tensors.contains("calibration.input")) {
    LOCI_TRY(values, find_vector(tensors, "calibration.input", 2));
    ranges_["input"] = values;
  }
  return {};
}

std::vector<float> WeightStore::linear_bias(const std::string& op,
                                            const std::string& scale,
                                            int out) const {
  std::vector<float> bias(static_cast<size_t>(out), 0.f);
  if (const auto found = tokens_.find(op + ".bias"); found != tokens_.end())
    bias.assign(found->second.floats().begin(), found->second.floats().end());
  if (scale.empty()) return bias;
  const std::span<const float> factors = tokens(scale + ".weight");
  for (size_t o = 0; o < bias.size(); ++o) bias[o] *= factors[o];
  return bias;
}

const dnnl::memory& WeightStore::linear(const std::string& op,
                                        const std::string& scale,
                                        const memory::desc& desc) {
  std::vector<Packed>& list = packed_[op];
  for (const Packed& each : list) {
    if (each.desc == desc) return each.values;
  }
  const Tensor& weight = tokens_.at(op + ".weight");
  std::span<const float> values = weight.floats();
  std::vector<float> scaled;
  if (!scale.empty()) {
    const std::span<const float> factors = tokens(scale + ".weight");
    const size_t in = values.size() / factors.size();
    scaled.assign(values.begin(), values.end());
    for (size_t k = 0; k < scaled.size(); ++k) scaled[k] *= factors[k / in];
    values = scaled;
  }
  const memory::desc plain(weight.shape, memory::data_type::f32, memory::format_tag::ab);
  dnnl::memory from(plain, cpu_engine(), const_cast<float*>(values.data()));
  Packed made{desc, 0, std::make_unique<Arena>(desc.get_size()), {}};
  made.values = dnnl::memory(desc, cpu_engine(), made.block->data());
  dnnl::stream stream(cpu_engine());
  dnnl::reorder(from, made.values).execute(stream, from, made.values);
  stream.wait();
  bytes_ += desc.get_size();
  list.push_back(std::move(made));
  return list.back().values;
}

Int8Weights WeightStore::int8_linear(const std::string& op,
                                     const std::string& scale,
                                     const Int8Kernels& kernels) {
  Int8Panels& made = int8_panels_[op];
  const auto view = [&made] {
    return Int8Weights{reinterpret_cast<const signed char*>(made.values->data()),
                       made.sums.data(),
                       made.scales.data(),
                       made.bias.data()};
  };
  if (made.values != nullptr) return view();
  const Tensor& weight = tokens_.at(op + ".weight");
  const auto out = static_cast<size_t>(weight.shape[0]), in = static_cast<size_t>(weight.shape[1]);
  const auto width = static_cast<size_t>(kernels.columns);
  const size_t columns = (out + width - 1) / width * width, fours = (in + 3) / 4;
  made.sums.assign(columns, 0);
  made.scales.assign(columns, 0.f);
  made.bias = linear_bias(op, scale, static_cast<int>(out));
  made.bias.resize(columns, 0.f);
  auto values = std::make_unique<Arena>(columns * fours * 4);
  auto* to = reinterpret_cast<int8_t*>(values->data());
  std::memset(to, 0, columns * fours * 4);
  for (size_t o = 0; o < out; ++o) {
    const std::span<const float> row = weight.floats().subspan(o * in, in);
    float peak = 0;
    for (const float w : row) peak = std::max(peak, std::abs(w));
    const float step = peak > 0 ? peak / 127 : 1.f;
    made.scales[o] = scale.empty() ? step : step * tokens(scale + ".weight")[o];
    int8_t* panel = to + o / width * width * fours * 4 + o % width * 4;
    for (size_t c = 0; c < in; ++c) {
      const auto q = static_cast<int8_t>(std::lrint(row[c] / step));
      panel[c / 4 * width * 4 + c % 4] = q;
      made.sums[o] += q;
    }
  }
  made.values = std::move(values);
  bytes_ += columns * fours * 4;
  return view();
}

const QuantizedWeights& WeightStore::quantized(const std::string& op, int largest) {
  const auto key = std::make_pair(op, largest);
  if (const auto found = quantized_.find(key); found != quantized_.end()) return found->second;
  const ConvNumbers& numbers = numbers_.at(op);
  const std::span<const float> weight = numbers.weight.floats();
  const size_t out = numbers.bias.size(), each = weight.size() / out;
  const size_t kernel = kernel_size(numbers.weight);
  QuantizedWeights q;
  q.values.resize(weight.size());
  q.scales.resize(out);
  for (size_t o = 0; o < out; ++o) {
    const float scale = grid_step(weight.subspan(o * each, each), largest);
    q.scales[o] = scale;
    for (size_t i = o * each; i < (o + 1) * each; i += kernel)
      round_kernel(weight.subspan(i, kernel), scale, largest, &q.values[i]);
  }
  return quantized_[key] = std::move(q);
}

const dnnl::memory& WeightStore::packed(const std::string& op,
                                        const memory::desc& desc,
                                        int groups,
                                        int largest) {
  std::vector<Packed>& list = packed_[op];
  for (const Packed& each : list) {
    if (each.desc == desc && each.largest == largest) return each.values;
  }
  const ConvNumbers& numbers = numbers_.at(op);
  const bool integer = largest != 0;
  memory::dims dims = numbers.weight.shape;
  if (groups > 1) {
    dims[0] /= groups;
    dims.insert(dims.begin(), groups);
  }
  // oneDNN packs integers for its Winograd from floats alone.
  const bool rounds = integer && desc.data.format_kind == dnnl_format_kind_wino;
  const bool from_integers = integer && !rounds;
  const memory::desc plain(dims,
                           from_integers ? memory::data_type::s8 : memory::data_type::f32,
                           groups > 1 ? memory::format_tag::goihw : memory::format_tag::oihw);
  std::vector<float> rounded;
  const void* values = numbers.weight.floats().data();
  if (from_integers) {
    values = quantized(op, largest).values.data();
  } else if (desc.data.data_type == dnnl_bf16) {
    rounded = bf16_weights(numbers.weight);
    values = rounded.data();
  }
  dnnl::primitive_attr attributes;
  if (rounds) {
    std::vector<float> inverse = quantized(op, largest).scales;
    for (float& scale : inverse) scale = 1 / scale;
    attributes.set_output_scales(1 << 0, inverse);
  }
  dnnl::memory from(plain, cpu_engine(), const_cast<void*>(values));
  Packed made{desc, largest, std::make_unique<Arena>(desc.get_size()), {}};
  made.values = dnnl::memory(desc, cpu_engine(), made.block->data());
  dnnl::stream stream(cpu_engine());
  dnnl::reorder(from, made.values, attributes).execute(stream, from, made.values);
  stream.wait();
  bytes_ += desc.get_size();
  list.push_back(std::move(made));
  return list.back().values;
}

const dnnl::memory& WeightStore::vector(const std::string& key, const std::vector<float>& values) {
  if (const auto found = vectors_.find(key); found != vectors_.end()) return found->second.values;
  const memory::desc desc(
      {static_cast<memory::dim>(values.size())}, memory::data_type::f32, memory::format_tag::a);
  Packed made{desc, 0, std::make_unique<Arena>(desc.get_size()), {}};
  std::memcpy(made.block->data(), values.data(), values.size() * sizeof(float));
  made.values = dnnl::memory(desc, cpu_engine(), made.block->data());
  bytes_ += desc.get_size();
  return (vectors_[key] = std::move(made)).values;
}

const std::byte* WeightStore::winograd(const std::string& op,
                                       const WinogradKernels& kernels,
                                       int num_threads) {
  std::unique_ptr<Arena>& block = winograd_[{op, &kernels}];
  if (block != nullptr) return block->data();
  const Tensor& weight = numbers_.at(op).weight;
  const int out = static_cast<int>(weight.shape[0]), in = static_cast<int>(weight.shape[1]);
  const size_t bytes = winograd_weight_bytes(kernels, in, out);
  auto made = std::make_unique<Arena>(bytes);
  winograd_pack(kernels, in, out, weight.floats().data(), made->data(), num_threads);
  bytes_ += bytes;
  block = std::move(made);
  return block->data();
}

const float* WeightStore::winograd_bias(const std::string& op, const WinogradKernels& kernels) {
  std::vector<float>& bias = winograd_bias_[op];
  if (bias.empty()) {
    bias = numbers_.at(op).bias;
    const size_t unit = static_cast<size_t>(2 * kernels.width);
    bias.resize((bias.size() + unit - 1) / unit * unit, 0.f);
  }
  return bias.data();
}

const std::vector<float>* WeightStore::range(const std::string& op) const {
  const auto found = ranges_.find(op);
  return found == ranges_.end() ? nullptr : &found->second;
}

}  // namespace loci::internal
