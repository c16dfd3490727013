// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/import.h"

#include "test_files.h"

#include "loci/base/npy.h"
#include "loci/model/safetensors.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace testing_files;

/// pytorch-NetVlad's names for an AlexNet of two channels and three clusters, every value its
/// position.
TensorMap tiny_checkpoint() {
  TensorMap tensors;
  const auto put = [&](const std::string& name, const std::vector<int64_t>& shape) {
    int64_t count = 1;
    for (const int64_t side : shape) count *= side;
    std::vector<float> values(static_cast<size_t>(count));
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 17) / 16;
    tensors[name] = make_tensor(shape, values);
  };
  int64_t in = 3;
  for (const auto& [layer, size] : {std::pair{0, 11}, {3, 5}, {6, 3}, {8, 3}, {10, 3}}) {
    put("encoder." + std::to_string(layer) + ".weight", {2, in, size, size});
    put("encoder." + std::to_string(layer) + ".bias", {2});
    in = 2;
  }
  put("pool.conv.weight", {3, 2, 1, 1});
  put("pool.centroids", {3, 2});
  return tensors;
}

class ImportTest : public ::testing::Test {
 protected:
  Result<ImportedModel> import(const TensorMap& tensors, const ImportOptions& options = {}) {
    const std::string path = folder_ / "x.safetensors";
    EXPECT_TRUE(write_safetensors(path, {tensors, {}}).ok());
    return import_model(path, options);
  }
  void expect_corrupt(const TensorMap& tensors, const std::string& name) {
    const Status status = import(tensors).status();
    EXPECT_EQ(status.code(), Code::kCorrupt) << status.to_string();
    EXPECT_NE(status.message().find(name), std::string::npos) << status.message();
  }
  TempFolder folder_;
};

TEST_F(ImportTest, NamesEveryTensorThatWasFound) {
  const auto imported = import(tiny_checkpoint());
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  const ModelSpec& spec = imported->model->spec;
  EXPECT_EQ(imported->report.family, "pytorch-netvlad");
  EXPECT_EQ(spec.network.architecture, "alexnet");
  EXPECT_EQ(spec.pooling.num_clusters, 3);
  EXPECT_FALSE(spec.pooling.dimension_outer);
  EXPECT_EQ(spec.pooling.eps, NormEps::kClamp);
  EXPECT_EQ(imported->model->tensors.at("pooling.weight").shape, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(imported->report.lines.size(), 12u);
  EXPECT_NE(imported->report.to_text().find("encoder.0.weight"), std::string::npos);
  EXPECT_NE(imported->report.to_json().find("\"to\":\"pooling.centers\""), std::string::npos);
}

TEST_F(ImportTest, DataParallelPrefixesAreTaken) {
  TensorMap prefixed;
  for (const auto& [name, tensor] : tiny_checkpoint()) {
    const size_t dot = name.find('.');
    prefixed[name.substr(0, dot) + ".module" + name.substr(dot)] = tensor;
  }
  const auto plain = import(tiny_checkpoint()), parallel = import(prefixed);
  ASSERT_TRUE(parallel.ok()) << parallel.status().to_string();
  EXPECT_EQ(parallel->model->fingerprint, plain->model->fingerprint);
}

TEST_F(ImportTest, NotANumberIsCorruptByName) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    TensorMap tensors = tiny_checkpoint();
    std::vector<float> values = tensors["encoder.3.weight"].to_floats();
    values[7] = bad;
    tensors["encoder.3.weight"] = make_tensor(tensors["encoder.3.weight"].shape, values);
    expect_corrupt(tensors, "conv2.weight");
  }
}

TEST_F(ImportTest, WrongShapesAndMissingTensorsAreCorruptByName) {
  TensorMap tensors = tiny_checkpoint();
  tensors["encoder.6.weight"] = make_tensor({2, 1, 3, 3}, std::vector<float>(18));
  expect_corrupt(tensors, "conv3.weight");
  tensors = tiny_checkpoint();
  tensors["pool.conv.weight"] = make_tensor({4, 2, 1, 1}, std::vector<float>(8));
  expect_corrupt(tensors, "pool.conv.weight");
  tensors = tiny_checkpoint();
  tensors["pool.centroids"] = make_tensor({3, 5}, std::vector<float>(15));
  tensors["pool.conv.weight"] = make_tensor({3, 5, 1, 1}, std::vector<float>(15));
  expect_corrupt(tensors, "pooling.weight");
  tensors = tiny_checkpoint();
  tensors.erase("encoder.8.bias");
  expect_corrupt(tensors, "encoder.8.bias");
  tensors = tiny_checkpoint();
  tensors.erase("pool.conv.weight");
  expect_corrupt(tensors, "pool.conv.weight");
}

TEST_F(ImportTest, UnknownFilesAndFamiliesSayWhatIsKnown) {
  TensorMap tensors;
  tensors["head.weight"] = make_tensor({1}, std::vector<float>{1});
  const Status unknown = import(tensors).status();
  EXPECT_EQ(unknown.code(), Code::kUnsupported);
  EXPECT_NE(unknown.message().find("pytorch-netvlad"), std::string::npos);
  ImportOptions options;
  options.family = "keras";
  EXPECT_EQ(import(tensors, options).status().code(), Code::kInvalidArgument);
  tensors = tiny_checkpoint();
  tensors.erase("encoder.10.weight");
  EXPECT_EQ(import(tensors).status().code(), Code::kUnsupported);
}

TEST_F(ImportTest, PoolingCanBeReplaced) {
  ImportOptions options;
  options.pooling = "gem";
  const auto imported = import(tiny_checkpoint(), options);
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  EXPECT_EQ(imported->model->spec.pooling.type, "gem");
  EXPECT_FALSE(imported->model->tensors.contains("pooling.weight"));
  EXPECT_FALSE(imported->report.needs_clusters);
  options.pooling = "salad";
  EXPECT_EQ(import(tiny_checkpoint(), options).status().code(), Code::kInvalidArgument);
}

// A network of one convolution with two clusters in MATLAB's form. Stored offsets are minus the
// centres.
std::string relja_net(bool v2, const std::string& extra_layer_type = "") {
  std::vector<std::string> vlad{mat_floats({1, 2, 3, 4}, {1, 1, 2, 2})};
  if (v2) vlad.push_back(mat_floats({7, 8}, {1, 2}));
  vlad.push_back(mat_floats({-1, -2, -3, -4}, {1, 1, 2, 2}));
  std::vector<std::string> layers{mat_struct(
      {{"name", mat_text("conv1")},
       {"type", mat_text("conv")},
       {"weights",
        mat_cell({mat_floats({1, 2, 3, 4, 5, 6}, {1, 1, 3, 2}), mat_floats({0, 1}, {1, 2})})}})};
  if (!extra_layer_type.empty())
    layers.push_back(mat_struct({{"name", mat_text("odd")}, {"type", mat_text(extra_layer_type)}}));
  layers.push_back(mat_struct({{"name", mat_text("preL2")}, {"type", mat_text("normalize")}}));
  layers.push_back(mat_struct({{"name", mat_text("vlad:core")},
                               {"type", mat_text("custom")},
                               {"weights", mat_cell(vlad)}}));
  layers.push_back(
      mat_struct({{"name", mat_text("vlad:intranorm")}, {"type", mat_text("normalize")}}));
  const std::string meta = mat_struct(
      {{"normalization", mat_struct({{"averageImage", mat_floats({10, 20, 30}, {1, 1, 3})}})}});
  return mat_file({mat_struct({{"layers", mat_cell(layers)}, {"meta", meta}}, "net")}, true);
}

class ReljaImport : public ImportTest {
 protected:
  Result<ImportedModel> import_mat(const std::string& content) {
    EXPECT_TRUE(write_file(folder_ / "net.mat", std::string_view(content)).ok());
    return import_model(folder_ / "net.mat");
  }
};

TEST_F(ReljaImport, CentresAreMinusTheStoredOffsets) {
  const auto imported = import_mat(relja_net(false));
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  const Model& model = *imported->model;
  // D x K column-major 1 2 3 4: cluster 0 is (1, 2), cluster 1 is (3, 4).
  EXPECT_EQ(model.tensors.at("pooling.weight").to_floats(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(model.tensors.at("pooling.centers").to_floats(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_FALSE(model.tensors.contains("pooling.bias"));
  EXPECT_TRUE(model.spec.pooling.dimension_outer);
  EXPECT_EQ(model.spec.pooling.eps, NormEps::kRoot);
  EXPECT_EQ(model.spec.preprocessing.mean, (std::array<double, 3>{10, 20, 30}));
  EXPECT_EQ(model.spec.preprocessing.scale, 1);
}

TEST_F(ReljaImport, TheSecondVersionHasABias) {
  const auto imported = import_mat(relja_net(true));
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  EXPECT_EQ(imported->model->tensors.at("pooling.bias").to_floats(), (std::vector<float>{7, 8}));
  EXPECT_EQ(imported->model->tensors.at("pooling.centers").to_floats(),
            (std::vector<float>{1, 2, 3, 4}));
}

TEST_F(ReljaImport, AnUnknownLayerIsUnsupportedByName) {
  const Status status = import_mat(relja_net(false, "dropout")).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("odd"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("dropout"), std::string::npos) << status.message();
}

// --- files written by other systems

std::map<std::string, std::vector<float>> values_of(const std::string& path) {
  const auto imported = import_model(path);
  EXPECT_TRUE(imported.ok()) << imported.status().to_string();
  std::map<std::string, std::vector<float>> out;
  if (!imported.ok()) return out;
  for (const auto& [name, tensor] : imported->model->tensors) out[name] = tensor.to_floats();
  return out;
}

TEST(GoldenImport, MatlabStorageFormsGiveTheSameNumbers) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/relja_mat_v1");
  const auto expected = values_of(folder + "/net_struct.mat");
  ASSERT_EQ(expected.size(), 30u);
  for (const char* name :
       {"net_struct_uncompressed.mat", "net_struct_matlablike.mat", "net_struct_avg1x1.mat"}) {
    EXPECT_EQ(values_of(folder + "/" + name), expected) << name;
  }
}

TEST(GoldenImport, ReljaClustersAreThoseItWasStartedFrom) {
  for (const char* version : {"golden/relja_mat_v1", "golden/relja_mat_v2"}) {
    LOCI_GOLDEN_OR_SKIP(folder, version);
    const auto values = values_of(folder + "/net_struct.mat");
    const NpyArray clusters = read_npy(folder + "/init_clusters.npy").value();
    const std::vector<float>& centers = values.at("pooling.centers");
    ASSERT_EQ(centers.size(), clusters.values.size());
    const bool by_cluster = clusters.shape == std::vector<int64_t>{8, 32};
    double worst = 0;
    for (size_t k = 0; k < 8; ++k) {
      for (size_t d = 0; d < 32; ++d) {
        const double theirs = clusters.values[by_cluster ? k * 32 + d : d * 8 + k];
        worst = std::max(worst, std::abs(theirs - static_cast<double>(centers[k * 32 + d])));
      }
    }
    EXPECT_LT(worst, 1e-6);
    EXPECT_EQ(values.contains("pooling.bias"), std::string(version).ends_with("v2"));
  }
}

TEST(GoldenImport, TorchStorageFormsGiveTheSameNumbers) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/nanne");
  const auto expected = values_of(folder + "/vgg_v1_zip.pth.tar");
  for (const char* name :
       {"vgg_v1_legacy.pth.tar", "vgg_v1_legacy_dp.pth.tar", "vgg_v1_zip_dp.pth.tar"}) {
    EXPECT_EQ(values_of(folder + "/" + name), expected) << name;
  }
  EXPECT_EQ(values_of(folder + "/vgg_v2_zip.pth.tar"),
            values_of(folder + "/vgg_v2_legacy_dp.pth.tar"));
  EXPECT_TRUE(values_of(folder + "/vgg_v2_zip.pth.tar").contains("pooling.bias"));
}

TEST(GoldenImport, TransposedDoublesEqualTheirContiguousFloats) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/patchnetvlad");
  EXPECT_EQ(values_of(folder + "/netvlad_WPCA56.pth.tar"),
            values_of(folder + "/netvlad_WPCA56_f32_legacy.pth.tar"));
}

TEST(GoldenImport, TorchvisionFormsGiveTheSameNumbers) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/backbones");
  for (const std::string name : {"alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v2"}) {
    EXPECT_EQ(values_of(folder + "/" + name + ".pth"),
              values_of(folder + "/" + name + ".safetensors"))
        << name;
  }
  EXPECT_EQ(values_of(folder + "/alexnet_legacy.pth"), values_of(folder + "/alexnet.pth"));
}

TEST(GoldenImport, TensorsOfAPickleAreThoseItsWriterSaved) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/backbones");
  const FileTree pickled = read_tree(folder + "/resnet18.pth").value(),
                 plain = read_tree(folder + "/tensors_resnet18.npz").value();
  size_t compared = 0;
  for (const NamedTensor& named : list_tensors(pickled.root)) {
    const FileValue* other = plain.root.find(named.name);
    ASSERT_NE(other, nullptr) << named.name;
    EXPECT_EQ(named.value->tensor.shape, other->tensor.shape);
    EXPECT_EQ(named.value->tensor.to_floats(), row_major(*other).to_floats()) << named.name;
    ++compared;
  }
  EXPECT_EQ(compared, 122u);
}

TEST(GoldenImport, TheMobileNetRecipeWaitsForClusters) {
  LOCI_GOLDEN_OR_SKIP(path,
                      "data/weights/mobilenet_v1_1.0_224_quant_embedding_extractor_float32.npz");
  ImportOptions options;
  options.family = "mobilenet_v1-netvlad";
  options.num_clusters = 32;
  const auto imported = import_model(path, options);
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  EXPECT_TRUE(imported->report.needs_clusters);
  EXPECT_EQ(imported->model->spec.pooling.num_clusters, 32);
  EXPECT_EQ(imported->model->spec.network.ops.back().out_channels, 512);
  EXPECT_NEAR(imported->model->spec.network.ops[0].clip_high, 6, 1e-3);
  // Depthwise 1 x 3 x 3 x 32 becomes 32 x 1 x 3 x 3.
  EXPECT_EQ(imported->model->tensors.at("conv1.depthwise.weight").shape,
            (std::vector<int64_t>{32, 1, 3, 3}));
}

}  // namespace
}  // namespace loci
