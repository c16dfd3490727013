// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "token_import.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

std::vector<int64_t> without_ones(std::vector<int64_t> shape) {
  std::erase(shape, 1);
  return shape;
}

std::string text_of(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t side : shape) text += (text.empty() ? "" : "x") + std::to_string(side);
  return text;
}

Tensor scaled(const Tensor& tensor, double factor) {
  if (factor == 1) return tensor;
  std::vector<float> values = tensor.to_floats();
  for (float& v : values) v = static_cast<float>(static_cast<double>(v) * factor);
  return make_tensor(tensor.shape, values);
}

}  // namespace

Tensor TokenImport::tensor(const std::string& name, std::vector<int64_t> shape) {
  const FileValue& found = dict.get(name);
  if (without_ones(found.tensor.shape) != without_ones(shape))
    fail_corrupt("tensor '" + name + "' is " + shape_of(found) + ", expected " + text_of(shape));
  Tensor out = row_major(found);
  out.shape = std::move(shape);
  return out;
}

void TokenImport::use(const std::string& from,
                      const std::string& to,
                      std::vector<int64_t> shape,
                      double factor) {
  const Tensor taken = scaled(tensor(from, std::move(shape)), factor);
  b.use(from, dict.value(from), to, taken, factor == 1 ? "" : format("times %g", factor));
}

void TokenImport::linear(const std::string& from,
                         const std::string& to,
                         std::vector<int64_t> shape,
                         double factor) {
  const int64_t out = shape[0];
  use(from + ".weight", to + ".weight", std::move(shape), factor);
  use(from + ".bias", to + ".bias", {out}, factor);
}

void TokenImport::layer_norm(const std::string& from, const std::string& to, int64_t width) {
  use(from + ".weight", to + ".weight", {width});
  use(from + ".bias", to + ".bias", {width});
}

int64_t TokenImport::perceptron(const std::string& hidden,
                                const std::string& out,
                                const std::string& to,
                                int64_t in) {
  const auto first = [&](const std::string& name) -> int64_t {
    const FileValue& found = dict.get(name + ".weight");
    if (found.tensor.shape.empty()) fail_corrupt("tensor '" + name + ".weight' is a scalar");
    return found.tensor.shape[0];
  };
  const int64_t middle = first(hidden), last = first(out);
  linear(hidden, to + ".hidden", {middle, in});
  linear(out, to + ".out", {last, middle});
  return last;
}

void TokenImport::in_projection(
    const std::string& from, const std::string& to, int64_t first, int64_t last, int64_t width) {
  const Tensor weight = tensor(from + "in_proj_weight", {3 * width, width});
  const Tensor bias = tensor(from + "in_proj_bias", {3 * width});
  const std::vector<float> w = weight.to_floats(), v = bias.to_floats();
  const std::string rows = format("rows %d to %d", static_cast<int>(first), static_cast<int>(last));
  b.use(from + "in_proj_weight",
        dict.value(from + "in_proj_weight"),
        to + ".weight",
        make_tensor({last - first, width},
                    std::span(w).subspan(static_cast<size_t>(first * width),
                                         static_cast<size_t>((last - first) * width))),
        rows);
  b.use(from + "in_proj_bias",
        dict.value(from + "in_proj_bias"),
        to + ".bias",
        make_tensor(
            {last - first},
            std::span(v).subspan(static_cast<size_t>(first), static_cast<size_t>(last - first))),
        rows);
}

int TokenImport::side(const std::string& name, size_t dim, size_t rank) {
  const FileValue& found = dict.get(name);
  const std::vector<int64_t>& shape = found.tensor.shape;
  if (shape.size() != rank || shape[dim] < 1 || shape[dim] > (1 << 16))
    fail_corrupt(format("tensor '%s' is %s, expected %d sides of 1 to 65536",
                        name.c_str(),
                        shape_of(found).c_str(),
                        static_cast<int>(rank)));
  return static_cast<int>(shape[dim]);
}

int TokenImport::count(const std::string& prefix, const std::string& suffix) const {
  constexpr int kMost = 1000;
  int last = -1;  // one that is missing in between is then missed by name
  for (int i = 0; i < kMost; ++i) {
    if (dict.has(prefix + std::to_string(i) + suffix)) last = i;
  }
  return last + 1;
}

void TokenImport::finish(const std::string& name, const std::vector<std::string>& unused_endings) {
  for (const std::string& each : dict.unused()) {
    const std::string found = shape_of(dict.value(each));
    const auto ends = [&](const std::string& ending) { return each.ends_with(ending); };
    if (!std::ranges::any_of(unused_endings, ends)) {
      fail_unsupported("tensor '" + printable(to_utf8(each)) + "' (" + found +
                       ") has no place in " + b.report.family +
                       "; a file of another network, or one that was changed");
    }
    b.ignore(each, found, "in the file, and not used to describe images");
  }
  for (const auto& [other, found] : dict.others())
    b.ignore(other, found, "kept by the training program");
  b.spec.network = std::move(net.network);
  b.spec.network.architecture = name;
  b.report.architecture = name;
}

void vit_preprocessing(
    Preprocessing& p, int side, const char* resampling, bool as_float, int patch) {
  p.scale = 1.0 / 255;
  p.mean = {0.485, 0.456, 0.406};
  p.std = {0.229, 0.224, 0.225};
  p.side_multiple = patch;
  p.nearest_multiple = true;
  p.resampling = resampling;
  p.resize_as_float = as_float;
  if (side == 0) return;
  p.resize = Preprocessing::Resize::kFixed;
  p.width = p.height = side;
}

std::vector<float> settled_queries(TokenImport& in,
                                   const std::string& queries,
                                   const std::string& attention,
                                   const std::string& norm,
                                   int heads) {
  const std::vector<int64_t> shape = without_ones(in.dict.get(queries).tensor.shape);
  if (shape.size() != 2 || shape[1] > (1 << 16))
    fail_corrupt("tensor '" + queries + "' is " + shape_of(in.dict.value(queries)) +
                 ", expected queries x channels");
  const auto count = static_cast<size_t>(shape[0]), width = static_cast<size_t>(shape[1]);
  const int64_t d = shape[1];
  const auto numbers = [&](const std::string& name, std::vector<int64_t> expected) {
    return in.tensor(name, std::move(expected)).to_floats();
  };
  const std::vector<float> q = numbers(queries, {shape[0], d});
  const std::vector<float> w = numbers(attention + "in_proj_weight", {3 * d, d});
  const std::vector<float> wb = numbers(attention + "in_proj_bias", {3 * d});
  const std::vector<float> o = numbers(attention + "out_proj.weight", {d, d});
  const std::vector<float> ob = numbers(attention + "out_proj.bias", {d});
  const std::vector<float> gamma = numbers(norm + ".weight", {d}),
                           beta = numbers(norm + ".bias", {d});
  const auto product = [&](const std::vector<double>& x,
                           const std::vector<float>& weight,
                           const std::vector<float>& bias) {
    const size_t out = bias.size();
    std::vector<double> y(count * out);
    for (size_t i = 0; i < count; ++i) {
      for (size_t k = 0; k < out; ++k) {
        double sum = static_cast<double>(bias[k]);
        for (size_t c = 0; c < width; ++c)
          sum += x[i * width + c] * static_cast<double>(weight[k * width + c]);
        y[i * out + k] = sum;
      }
    }
    return y;
  };
  const std::vector<double> start(q.begin(), q.end());
  const std::vector<double> qkv = product(start, w, wb);
  const size_t dim = width / static_cast<size_t>(heads);
  std::vector<double> mixed(count * width, 0.0), scores(count);
  for (size_t head = 0; head < static_cast<size_t>(heads); ++head) {
    for (size_t i = 0; i < count; ++i) {
      const double* mine = qkv.data() + i * 3 * width + head * dim;
      double total = 0;
      for (size_t j = 0; j < count; ++j) {
        const double* key = qkv.data() + j * 3 * width + width + head * dim;
        double dot = 0;
        for (size_t c = 0; c < dim; ++c) dot += mine[c] * key[c];
        total += scores[j] = std::exp(dot / std::sqrt(static_cast<double>(dim)));
      }
      for (size_t j = 0; j < count; ++j) {
        const double* value = qkv.data() + j * 3 * width + 2 * width + head * dim;
        for (size_t c = 0; c < dim; ++c)
          mixed[i * width + head * dim + c] += scores[j] / total * value[c];
      }
    }
  }
  const std::vector<double> change = product(mixed, o, ob);
  std::vector<float> out(count * width);
  for (size_t i = 0; i < count; ++i) {
    double mean = 0, variance = 0;
    const auto at = [&](size_t c) { return start[i * width + c] + change[i * width + c]; };
    for (size_t c = 0; c < width; ++c) mean += at(c) / static_cast<double>(width);
    for (size_t c = 0; c < width; ++c)
      variance += (at(c) - mean) * (at(c) - mean) / static_cast<double>(width);
    for (size_t c = 0; c < width; ++c) {
      out[i * width + c] = static_cast<float>((at(c) - mean) / std::sqrt(variance + 1e-5) *
                                                  static_cast<double>(gamma[c]) +
                                              static_cast<double>(beta[c]));
    }
  }
  return out;
}

}  // namespace loci
