// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Transformers in 8-bit integers against themselves in float32: descriptors and the order of neighbours, on the
// authors' reduced networks, whose activations have a natural size, with channels made fifty times as large.
#include "golden_stages.h"

#include "loci/base/cpu.h"
#include "loci/base/text.h"

#include <array>
#include <numeric>

namespace loci {
namespace {

constexpr double kLarge = 50;

/// The model with every eleventh channel of the norms, up to `count`, kLarge times as large, and what reads it as much
/// smaller: the same function with the activations that make trained transformers hard for integers.
std::shared_ptr<const Model> with_large_channels(const Model& model, int64_t count) {
  TensorMap tensors = model.tensors;
  const auto scale = [&](const std::string& name, double factor) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) return;
    std::vector<float> values = found->second.to_floats();
    const int64_t width = found->second.shape.back();
    for (size_t k = 0; k < values.size(); ++k) {
      const int64_t c = static_cast<int64_t>(k) % width;
      if (c % 11 == 3 && c / 11 < count) values[k] = static_cast<float>(double{values[k]} * factor);
    }
    found->second = make_tensor(found->second.shape, values);
  };
  for (int i = 0; i < 12; ++i) {
    const std::string block = format("blocks.%d.", i);
    for (const char* norm : {"norm1", "norm2"}) {
      scale(block + norm + ".weight", kLarge);
      scale(block + norm + ".bias", kLarge);
    }
    scale(block + "attn.qkv.weight", 1 / kLarge);
    scale(block + "mlp.fc1.weight", 1 / kLarge);
  }
  return make_model(model.spec, std::move(tensors));
}

Image part_of(const Image& whole, int left, int top, int side, double light) {
  Image part(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto from = static_cast<size_t>(((y + top) * whole.width + x + left) * 3 + c);
        const double value = light * static_cast<double>(whole.pixels[from]);
        part.pixels[static_cast<size_t>((y * side + x) * 3 + c)] =
            static_cast<uint8_t>(std::min(255.0, value));
      }
    }
  }
  return part;
}

/// Parts of three pictures; as queries the same parts a little aside and in half the light.
std::vector<Image> parts(int aside, double light) {
  std::vector<Image> all;
  for (const char* name : {"b_322", "a_224", "h_224"}) {
    const Image whole = load_image(golden() + "vit/images/" + name + ".png").value();
    const int step = name[0] == 'b' ? 34 : 37;
    for (int top = 0; top + 112 + aside <= whole.height; top += step) {
      for (int left = 0; left + 112 + aside <= whole.width; left += step)
        all.push_back(part_of(whole, left + aside, top + aside, 112, light));
    }
  }
  return all;
}

Matrix described(const std::shared_ptr<const Model>& model,
                 Precision precision,
                 const std::vector<Image>& images) {
  ModelSpec spec = model->spec;
  spec.preprocessing.resize = Preprocessing::Resize::kNone;
  DescribeOptions options;
  options.precision = precision;
  options.num_threads = 1;
  const auto describer = Describer::create(make_model(spec, model->tensors), options).value();
  EXPECT_EQ(describer->precision(), precision);
  Matrix all(static_cast<int64_t>(images.size()), describer->dim());
  for (size_t i = 0; i < images.size(); ++i)
    EXPECT_TRUE(describer->describe(images[i], all.row(static_cast<int64_t>(i)), 1).ok());
  return all;
}

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(
      a.begin(), a.end(), b.begin(), 0.0, std::plus<>(), [](float x, float y) {
        return double{x} * double{y};
      });
}

int64_t nearest(const Matrix& database, std::span<const float> query) {
  int64_t best = 0;
  for (int64_t i = 1; i < database.rows(); ++i) {
    if (dot(database.row(i), query) > dot(database.row(best), query)) best = i;
  }
  return best;
}

struct Agreement {
  double worst_cosine = 1;
  int64_t rankings = 0, same = 0;
};

Agreement agreement(const std::shared_ptr<const Model>& model,
                    Precision precision,
                    const std::vector<Image>& photos,
                    const std::vector<Image>& night) {
  std::array<Matrix, 2> database, queries;
  for (const bool low : {false, true}) {
    const Precision each = low ? precision : Precision::kFp32;
    database[low] = described(model, each, photos);
    queries[low] = described(model, each, night);
  }
  Agreement out;
  for (int64_t i = 0; i < queries[0].rows(); ++i) {
    out.worst_cosine = std::min({out.worst_cosine,
                                 dot(queries[0].row(i), queries[1].row(i)),
                                 dot(database[0].row(i), database[1].row(i))});
    ++out.rankings;
    out.same += nearest(database[0], queries[0].row(i)) == nearest(database[1], queries[1].row(i));
  }
  return out;
}

constexpr const char* kModels[] = {"salad/dino_salad.ckpt",
                                   "megaloc/model.safetensors",
                                   "image/ImAge.pth",
                                   "sage/SAGE_No-Encoder.pth",
                                   "edtformer/EDTformer.pth",
                                   "selavprpp/SelaVPRplusplus_base_rerank.pth"};

TEST(GoldenVitInt8, DescribesAndRanksAsInFloat) {
  SKIP_WITHOUT_GOLDEN();
  if (simd_level() == SimdLevel::kPlain) GTEST_SKIP() << "int8 of transformers needs AVX2";
  const std::vector<Image> photos = parts(0, 1), night = parts(3, 0.5);
  int64_t rankings = 0, same = 0;
  for (const char* file : kModels) {
    const auto imported = import_model(golden() + "vit/" + file);
    ASSERT_TRUE(imported.ok()) << imported.status().to_string();
    for (const int64_t count : {int64_t{0}, int64_t{4}}) {
      const auto model = with_large_channels(*imported->model, count);
      const Agreement found = agreement(model, Precision::kInt8, photos, night);
      EXPECT_GE(found.worst_cosine, 0.99) << file << ", " << count << " large channels";
      EXPECT_LT(found.worst_cosine, 1 - 1e-7) << file << " ran in float";
      rankings += found.rankings;
      same += found.same;
    }
  }
  // Of each model there are too few for a share of their own.
  EXPECT_GE(static_cast<double>(same), 0.98 * static_cast<double>(rankings))
      << same << " of " << rankings;
  RecordProperty("same_neighbours",
                 format("%d of %d", static_cast<int>(same), static_cast<int>(rankings)));
}

}  // namespace
}  // namespace loci
