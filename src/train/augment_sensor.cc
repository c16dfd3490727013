// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "augment_steps.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci::train {
namespace {

/// Half of a normalised Gaussian in 16-bit fixed point, the middle first.
std::vector<int> gaussian(double sigma_px) {
  const int radius = std::max(1, static_cast<int>(std::ceil(2.5 * sigma_px)));
  std::vector<double> weights;
  double sum = 0;
  for (int i = 0; i <= radius; ++i) {
    weights.push_back(std::exp(-0.5 * i * i / (sigma_px * sigma_px)));
    sum += weights.back() * (i == 0 ? 1 : 2);
  }
  std::vector<int> fixed;
  int rest = 1 << 16;
  for (int i = radius; i >= 1; --i) {
    fixed.push_back(static_cast<int>(std::lround(weights[static_cast<size_t>(i)] / sum * 65536)));
    rest -= 2 * fixed.back();
  }
  fixed.push_back(rest);  // so that an even area keeps its value exactly
  std::reverse(fixed.begin(), fixed.end());
  return fixed;
}

/// One pass along a line of `count` pixels of `lanes` bytes each, edges continued. `padded` has
/// radius pixels more at both ends.
void blur_line(const std::vector<int>& kernel,
               const uint8_t* padded,
               size_t values,
               size_t lanes,
               std::vector<int>* sums,
               uint8_t* out) {
  const size_t middle = (kernel.size() - 1) * lanes;
  for (size_t i = 0; i < values; ++i) (*sums)[i] = kernel[0] * padded[middle + i] + (1 << 15);
  for (size_t r = 1; r < kernel.size(); ++r) {
    const uint8_t* before = padded + middle - r * lanes;
    const uint8_t* after = padded + middle + r * lanes;
    const int weight = kernel[r];
    for (size_t i = 0; i < values; ++i) (*sums)[i] += weight * (before[i] + after[i]);
  }
  for (size_t i = 0; i < values; ++i) out[i] = static_cast<uint8_t>((*sums)[i] >> 16);
}

}  // namespace

NoiseTable::NoiseTable() {
  Rng rng(0x6e6f697365, "standard normal table");
  for (float& value : values_) value = static_cast<float>(rng.normal());
}

const NoiseTable& NoiseTable::get() {
  static const NoiseTable table;
  return table;
}

void add_noise(Image* image, double sigma, Rng* rng) {
  const NoiseTable& table = NoiseTable::get();
  // Two places of the table added: a table of 2^14 gives 2^28 values, and no pattern repeats.
  const float part = static_cast<float>(sigma / std::sqrt(2.0));
  uint64_t state = rng->next() | 1;
  for (uint8_t& value : image->pixels) {
    state = state * 0x5851f42d4c957f2du + 0x14057b7ef767814fu;
    const float rough = part * (table[state >> 50] + table[state >> 33]);
    value = to_byte(static_cast<float>(value) + rough);
  }
}

void blur(Image* image, double sigma_px) {
  if (sigma_px < 0.2) return;  // narrower than a pixel
  const std::vector<int> kernel = gaussian(sigma_px);
  const size_t radius = kernel.size() - 1;
  const auto width = static_cast<size_t>(image->width), height = static_cast<size_t>(image->height);
  const size_t row_bytes = 3 * width;
  std::vector<int> sums(row_bytes);
  std::vector<uint8_t> padded((width + 2 * radius) * 3);
  for (size_t row = 0; row < height; ++row) {
    uint8_t* line = image->pixels.data() + row * row_bytes;
    for (size_t i = 0; i < radius; ++i) {
      std::copy_n(line, 3, &padded[3 * i]);
      std::copy_n(line + row_bytes - 3, 3, &padded[3 * (radius + width + i)]);
    }
    std::copy_n(line, row_bytes, &padded[3 * radius]);
    blur_line(kernel, padded.data(), row_bytes, 3, &sums, line);
  }
  // Down the columns the whole picture is one line of rows.
  padded.resize((height + 2 * radius) * row_bytes);
  for (size_t i = 0; i < radius; ++i) {
    std::copy_n(image->pixels.data(), row_bytes, &padded[i * row_bytes]);
    std::copy_n(image->pixels.data() + (height - 1) * row_bytes,
                row_bytes,
                &padded[(radius + height + i) * row_bytes]);
  }
  std::copy_n(image->pixels.data(), height * row_bytes, &padded[radius * row_bytes]);
  for (size_t row = 0; row < height; ++row) {
    blur_line(kernel,
              padded.data() + row * row_bytes,
              row_bytes,
              row_bytes,
              &sums,
              image->pixels.data() + row * row_bytes);
  }
}

void lower_resolution(Image* image, double part) {
  const int width = std::max(1, static_cast<int>(std::lround(part * image->width)));
  const int height = std::max(1, static_cast<int>(std::lround(part * image->height)));
  const Image small = resize(*image, width, height, Resampling::kArea);
  *image = resize(small, image->width, image->height, Resampling::kBilinear);
}

void compress(Image* image, int quality) {
  const auto bytes = encode_jpeg(*image, quality);
  if (!bytes.ok()) return;
  Result<Image> back = decode_image(*bytes, "a compressed photograph");
  if (back.ok()) *image = std::move(back).value();
}

}  // namespace loci::train
