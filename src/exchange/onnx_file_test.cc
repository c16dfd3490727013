// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_test_graphs.h"
#include "test_files.h"

#include "loci/exchange/inspect.h"
#include "loci/exchange/onnx.h"

#include <cstring>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing_onnx::Graph;
using testing_onnx::sample;
using testing_onnx::with_gem;

TEST(OnnxFile, CutShortAnywhereIsAnErrorAndNeverACrash) {
  const TempFolder temp;
  Graph graph = with_gem(1.0f / 3);
  graph.g.nodes.back().outputs = {"y"};
  ASSERT_TRUE(write_onnx(temp / "g.onnx", graph.g).ok());
  const std::string whole = read_text_file(temp / "g.onnx").value();
  ASSERT_TRUE(testing_files::parse(whole).ok());
  for (size_t length = 4; length + 1 < whole.size(); length += 3) {
    const auto tree = testing_files::parse(whole.substr(0, length));
    if (!tree.ok()) continue;
    EXPECT_FALSE(import_tree(*tree).ok() && length < whole.size() / 2) << length;
  }
  EXPECT_THAT(testing_files::parse(whole.substr(0, whole.size() / 2)).status().message(),
              AnyOf(HasSubstr("ends too early"), HasSubstr("cut short")));
}

std::string entry(const std::string& key, const std::string& value) {
  const std::string pair = std::string("\x0a") + static_cast<char>(key.size()) + key + "\x12" +
                           static_cast<char>(value.size()) + value;
  return std::string("\x6a") + static_cast<char>(pair.size()) + pair;
}

// model{ir 7, producer "", graph{initializer{dims 3, type 1, name "w", external data, location 1}}}
std::string model_with(const std::string& external_entries) {
  const std::string tensor = "\x08\x03\x10\x01\x42\x01w" + external_entries + "\x70\x01";
  const std::string graph = std::string("\x2a") + static_cast<char>(tensor.size()) + tensor;
  return std::string("\x08\x07\x12\x00\x3a", 5) + static_cast<char>(graph.size()) + graph;
}

class OnnxExternalData : public testing::Test {
 protected:
  Result<FileTree> read(const std::string& external_entries) {
    EXPECT_TRUE(make_folders(folder_ / "model").ok());
    EXPECT_TRUE(
        write_file(folder_ / "model/m.onnx", std::string_view(model_with(external_entries))).ok());
    return read_tree(folder_ / "model/m.onnx");
  }
  void data(const std::string& name, const std::vector<float>& values) {
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * 4);
    EXPECT_TRUE(make_folders(folder_ / "model").ok());
    EXPECT_TRUE(write_file(folder_ / name, bytes).ok());
  }
  const TempFolder folder_;
};

TEST_F(OnnxExternalData, IsReadAtItsOffset) {
  data("model/w.data", {9, 1, 2, 3});
  const auto tree =
      read(entry("location", "w.data") + entry("offset", "4") + entry("length", "12"));
  ASSERT_TRUE(tree.ok()) << tree.status().message();
  const FileValue* w = tree->root.find("initializers")->find("w");
  ASSERT_NE(w, nullptr);
  float values[3];
  std::memcpy(values, w->tensor.bytes.data(), sizeof values);
  EXPECT_EQ(values[2], 3);
}

TEST_F(OnnxExternalData, IsNeverReadOutsideOfItsFolderNorOfItsFile) {
  data("outside.data", {1, 2, 3});
  data("model/w.data", {1, 2, 3});
  std::filesystem::create_symlink(folder_ / "outside.data", folder_ / "model/link.data");
  for (const std::string& location : {folder_ / "outside.data",
                                      std::string("../outside.data"),
                                      std::string("link.data"),
                                      std::string("a/../../outside.data"),
                                      std::string("")}) {
    EXPECT_EQ(read(entry("location", location)).status().code(), Code::kUnsupported) << location;
  }
  EXPECT_EQ(read(entry("location", "gone.data")).status().code(), Code::kNotFound);
  for (const auto& [offset, length] : {std::pair{"4", "12"},
                                       {"0", "8"},
                                       {"0", "16"},
                                       {"-1", "12"},
                                       {"9223372036854775807", "12"}}) {
    EXPECT_EQ(read(entry("location", "w.data") + entry("offset", offset) + entry("length", length))
                  .status()
                  .code(),
              Code::kCorrupt)
        << offset << " " << length;
  }
  // A model that is no file has no folder.
  EXPECT_EQ(testing_files::parse(model_with(entry("location", "w.data"))).status().code(),
            Code::kUnsupported);
}

TEST(OnnxFile, InspectListsItsNodesAndTensors) {
  const TempFolder temp;
  ASSERT_TRUE(export_onnx(*sample("gem"), temp / "m.onnx").ok());
  const auto report = inspect_file(temp / "m.onnx");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->format, "ONNX");
  EXPECT_THAT(report->to_text(), HasSubstr("initializers.conv1.weight"));
  EXPECT_THAT(report->to_text(), HasSubstr("GlobalAveragePool  pooling.power -> pooling.mean"));
}

}  // namespace
}  // namespace loci
