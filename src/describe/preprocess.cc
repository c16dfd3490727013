// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/preprocess.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace loci {
namespace {

int rounded(double side) { return std::max(1, static_cast<int>(std::nearbyint(side))); }

std::optional<Resampling> resampling_from(const std::string& name) {
  if (name == "area") return Resampling::kArea;
  if (name == "bilinear") return Resampling::kBilinear;
  if (name == "bilinear_antialias") return Resampling::kBilinearAntialias;
  if (name == "bicubic_antialias") return Resampling::kBicubicAntialias;
  return std::nullopt;
}

template <class T>
void normalise(const Preprocessing& spec, ImageViewOf<T> image, InputTensor& out) {
  out.width = image.width;
  out.height = image.height;
  out.values.resize(static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3);
  float factor[3], offset[3];
  for (int c = 0; c < 3; ++c) {
    const auto i = static_cast<size_t>(c);
    factor[c] = static_cast<float>(spec.scale / spec.std[i]);
    offset[c] = static_cast<float>(-spec.mean[i] / spec.std[i]);
  }
  const int order[3] = {spec.bgr ? 2 : 0, 1, spec.bgr ? 0 : 2};
  float* values = out.values.data();
  for (int y = 0; y < image.height; ++y) {
    const T* in = image.at(0, y);
    for (int x = 0; x < image.width; ++x, in += 3, values += 3) {
      for (int c = 0; c < 3; ++c) {
        values[c] = static_cast<float>(in[order[c]]) * factor[c] + offset[c];
      }
    }
  }
}

/// The size that Preprocessing::resize gives, before sides are cut to multiples.
std::pair<int, int> resized_size(const Preprocessing& spec, int width, int height) {
  const double longer = std::max(width, height), shorter = std::min(width, height);
  double scale = 1;
  switch (spec.resize) {
    case Preprocessing::Resize::kNone:
      return {width, height};
    case Preprocessing::Resize::kFixed:
      return {spec.width, spec.height};
    case Preprocessing::Resize::kMaxSide:
      if (spec.max_side > 0 && longer > spec.max_side) scale = spec.max_side / longer;
      break;
    case Preprocessing::Resize::kShorterSide:
      if (spec.min_side > 0) scale = spec.min_side / shorter;
      break;
    case Preprocessing::Resize::kFit:
      if (spec.max_side > 0 && longer > spec.max_side) scale = spec.max_side / longer;
      if (spec.min_side > 0 && shorter * scale < spec.min_side) scale = spec.min_side / shorter;
      // A strip would become enormous: the longer side keeps its bound, up to what the shorter one
      // needs four times over.
      if (spec.max_side > 0) scale = std::min(scale, 4.0 * spec.max_side / longer);
      break;
  }
  return {rounded(width * scale), rounded(height * scale)};
}

}  // namespace

std::pair<int, int> network_size(const Preprocessing& spec, int width, int height) {
  const auto cut = [&](int side) {
    const int multiple = std::max(1, spec.side_multiple);
    if (spec.nearest_multiple)
      return std::max(multiple, rounded(static_cast<double>(side) / multiple) * multiple);
    return std::max(multiple, side / multiple * multiple);
  };
  const auto [resized_width, resized_height] = resized_size(spec, width, height);
  return {cut(resized_width), cut(resized_height)};
}

Result<InputTensor> preprocess(const Preprocessing& spec, ImageView image) {
  const auto how = resampling_from(spec.resampling);
  if (!how) return unsupported("preprocessing.resampling: '" + spec.resampling + "' is not known");
  const auto [width, height] = resized_size(spec, image.width, image.height);
  const auto [cut_width, cut_height] = network_size(spec, image.width, image.height);
  const bool resizes = width != image.width || height != image.height;
  const bool cuts = cut_width != width || cut_height != height;
  InputTensor out;
  if (!resizes && !cuts) {
    normalise(spec, image, out);
    return out;
  }
  if (!cuts && !spec.resize_as_float) {
    normalise<uint8_t>(spec, resize(image, width, height, *how), out);
    return out;
  }
  FloatImage pixels;
  if (!resizes) {
    pixels = to_float(image);
  } else if (!spec.resize_as_float) {
    pixels = to_float(resize(image, width, height, *how));
  } else {
    // hloc resamples float pixels, by bilinear instead of area when either side grows.
    const bool grows = width > image.width || height > image.height;
    const Resampling used = *how == Resampling::kArea && grows ? Resampling::kBilinear : *how;
    pixels = resize(to_float(image), width, height, used);
  }
  if (cuts) {
    pixels = resize(pixels,
                    cut_width,
                    cut_height,
                    spec.nearest_multiple ? Resampling::kBilinearAntialias : Resampling::kBilinear);
  }
  normalise<float>(spec, pixels, out);
  return out;
}

DecodeOptions decode_options_for(const Preprocessing& spec, int width, int height) {
  DecodeOptions options;
  options.apply_orientation = !spec.ignore_orientation;
  if (!spec.resize_as_float && spec.resize != Preprocessing::Resize::kNone) {
    std::tie(options.wanted_width, options.wanted_height) = resized_size(spec, width, height);
  }
  return options;
}

Result<Image> decode_for(const Preprocessing& spec,
                         std::span<const uint8_t> bytes,
                         const std::string& where) {
  LOCI_TRY(info, probe_image(bytes, where));
  return decode_image(bytes, where, decode_options_for(spec, info.width, info.height));
}

Result<InputTensor> load_input(const Preprocessing& spec, const std::string& path) {
  LOCI_TRY(bytes, read_file(path));
  LOCI_TRY(image, decode_for(spec, bytes, printable(path)));
  return preprocess(spec, image);
}

}  // namespace loci
