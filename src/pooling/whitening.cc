// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/whitening.h"

#include "kernels.h"
#include "norms.h"
#include "sketched_whitening.h"
#include "tensors.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/math/half.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace loci {
namespace {

using internal::pooling_kernels;

constexpr int64_t kSlice = 4096;     // columns of W whose products are summed in float32
constexpr int64_t kGroupRows = 4;    // rows of W read side by side, from end to end
constexpr int64_t kChunkRows = 64;   // rows of W a thread takes at a time
constexpr int64_t kImageGroup = 48;  // images whose sums fit a small array

template <class T>
auto kernel() {
  const internal::WhiteningKernels& kernels = pooling_kernels().whitening;
  if constexpr (std::is_same_v<T, float>) return kernels.floats;
  if constexpr (std::is_same_v<T, uint16_t>) return kernels.halfs;
  if constexpr (std::is_same_v<T, int8_t>) return kernels.bytes;
}

template <class T>
class WhiteningOf : public Whitening {
 public:
  WhiteningOf(const WhiteningSpec& spec,
              Tensor weight,
              std::vector<float> scale,
              std::vector<float> bias)
      : spec_(spec), weight_(std::move(weight)), scale_(std::move(scale)), bias_(std::move(bias)) {}
  int64_t input_dim() const override { return weight_.shape[1]; }
  int64_t output_dim() const override { return weight_.shape[0]; }

  void apply(ConstMatrixView in, MatrixView<float> out, int num_threads) const override {
    LOCI_REQUIRE(in.cols() == input_dim() && out.cols() == output_dim() && in.rows() == out.rows(),
                 "in is n x input_dim and out n x output_dim");
    parallel_for(output_dim(), kChunkRows, num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row += kGroupRows) {
        for (int64_t image = 0; image < in.rows(); image += kImageGroup) {
          const int64_t images = std::min(kImageGroup, in.rows() - image);
          multiply(row,
                   std::min(kGroupRows, end - row),
                   in.rows_from(image, images),
                   out.rows_from(image, images));
        }
      }
    });
    if (!spec_.final_norm) return;
    parallel_for(out.rows(), 1, num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) internal::normalize_whole(out.row(i), NormEps::kClamp);
    });
  }

 private:
  void multiply(int64_t row, int64_t rows, ConstMatrixView in, MatrixView<float> out) const {
    std::array<double, kGroupRows * kImageGroup> sums{};
    const T* w = reinterpret_cast<const T*>(weight_.bytes.data()) + row * input_dim();
    for (int64_t j = 0; j < input_dim(); j += kSlice) {
      kernel<T>()(w + j,
                  input_dim(),
                  rows,
                  in.data() + j,
                  in.stride(),
                  in.rows(),
                  std::min(kSlice, input_dim() - j),
                  sums.data());
    }
    for (int64_t r = 0; r < rows; ++r) {
      const auto m = static_cast<size_t>(row + r);
      for (int64_t i = 0; i < in.rows(); ++i) {
        const double y = sums[static_cast<size_t>(r * in.rows() + i)];
        out(i, row + r) = static_cast<float>(y * (scale_.empty() ? 1.0f : scale_[m]) + bias_[m]);
      }
    }
  }

  WhiteningSpec spec_;
  Tensor weight_;             // shares the model's memory
  std::vector<float> scale_;  // of each row, for int8
  std::vector<float> bias_;
};

/// The stored weight as it is for the types that kernels exist for, otherwise turned into float32.
Result<Tensor> find_weight(const TensorMap& tensors, int64_t rows, int64_t cols) {
  const auto it = tensors.find("whitening.weight");
  const bool streamed =
      it != tensors.end() && (it->second.dtype == DType::kF16 || it->second.dtype == DType::kI8);
  if (!streamed) return find_tensor(tensors, "whitening.weight", {rows, cols});
  const Tensor& weight = it->second;
  if (weight.shape.size() == 2 && (rows < 0 || weight.shape[0] == rows) && weight.shape[1] == cols)
    return weight;
  return corrupt("tensor 'whitening.weight' is " + weight.to_string() + "; expected " +
                 (rows < 0 ? std::string("any number of") : std::to_string(rows)) + " rows of " +
                 std::to_string(cols) + ", the width of the pooled descriptor");
}

int8_t quantized(float value, float scale) {
  return static_cast<int8_t>(std::clamp(std::nearbyint(value / scale), -127.0f, 127.0f));
}

}  // namespace

Result<std::unique_ptr<Whitening>> Whitening::create(const WhiteningSpec& spec,
                                                     const TensorMap& tensors,
                                                     int64_t input_dim) {
  LOCI_REQUIRE(input_dim > 0, "whitening has an input");
  if (spec.sketched != 0) return internal::sketched_whitening(spec, tensors, input_dim);
  LOCI_TRY(weight, find_weight(tensors, spec.output_dim > 0 ? spec.output_dim : -1, input_dim));
  const int64_t rows = weight.shape[0];
  LOCI_TRY(bias, internal::finite_vector(tensors, "whitening.bias", rows));
  std::vector<float> scale;
  if (weight.dtype == DType::kI8) {
    LOCI_TRY(found, internal::finite_vector(tensors, "whitening.scale", rows));
    scale = std::move(found);
    return std::unique_ptr<Whitening>(
        new WhiteningOf<int8_t>(spec, std::move(weight), std::move(scale), std::move(bias)));
  }
  if (weight.dtype == DType::kF16) {
    return std::unique_ptr<Whitening>(
        new WhiteningOf<uint16_t>(spec, std::move(weight), {}, std::move(bias)));
  }
  return std::unique_ptr<Whitening>(
      new WhiteningOf<float>(spec, std::move(weight), {}, std::move(bias)));
}

Result<TensorMap> compress_whitening(const TensorMap& tensors, DType dtype) {
  if (dtype != DType::kF16 && dtype != DType::kI8) {
    return invalid_argument(std::string("whitening weights of type ") + dtype_name(dtype) +
                            "; choose F16 or I8");
  }
  LOCI_TRY(weight, internal::finite_matrix(tensors, "whitening.weight", -1, -1));
  const auto stored = tensors.find("whitening.weight");
  if (stored->second.dtype == DType::kI8) {
    return invalid_argument(
        "tensor 'whitening.weight' is int8 already; compress the float32 model");
  }
  TensorMap result = tensors;
  result.erase("whitening.scale");
  const std::vector<int64_t> shape{weight.rows(), weight.cols()};
  if (dtype == DType::kF16) {
    std::vector<uint16_t> halfs(weight.size());
    floats_to_halfs(weight.data(), halfs.data(), weight.size());
    if (std::ranges::any_of(halfs, [](uint16_t h) { return (h & 0x7fff) >= 0x7c00; })) {
      return unsupported(
          "tensor 'whitening.weight' has numbers above 65504, too large for float16; choose I8");
    }
    result["whitening.weight"] = make_tensor(shape, halfs, DType::kF16);
    return result;
  }
  std::vector<int8_t> bytes(weight.size());
  std::vector<float> scale(static_cast<size_t>(weight.rows()));
  for (int64_t r = 0; r < weight.rows(); ++r) {
    float most = 0;
    for (const float v : weight.row(r)) most = std::max(most, std::fabs(v));
    const float step = most > 0 ? most / 127.0f : 1.0f;
    scale[static_cast<size_t>(r)] = step;
    for (int64_t j = 0; j < weight.cols(); ++j) {
      bytes[static_cast<size_t>(r * weight.cols() + j)] = quantized(weight(r, j), step);
    }
  }
  result["whitening.weight"] = make_tensor(shape, std::span<const int8_t>(bytes));
  result["whitening.scale"] = make_tensor({weight.rows()}, std::span<const float>(scale));
  return result;
}

}  // namespace loci
