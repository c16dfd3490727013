// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_test_graphs.h"
#include "test_files.h"

#include "loci/exchange/inspect.h"
#include "loci/exchange/onnx.h"

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

TEST(OnnxFile, WeightsInAnotherFileAreRefusedWithARemedy) {
  // model{ir 7, producer "", graph{initializer{dims 1, type 1, name "w", external location
  // "w.bin"}}}
  const std::string external = "\x0a\x08location\x12\x05w.bin";
  const std::string tensor = std::string("\x08\x01\x10\x01\x42\x01w\x6a") +
                             static_cast<char>(external.size()) + external + "\x70\x01";
  const std::string graph = std::string("\x2a") + static_cast<char>(tensor.size()) + tensor;
  const std::string model =
      std::string("\x08\x07\x12\x00\x3a", 5) + static_cast<char>(graph.size()) + graph;
  const Status refused = testing_files::parse(model).status();
  EXPECT_EQ(refused.code(), Code::kUnsupported);
  EXPECT_THAT(refused.message(), HasSubstr("'w.bin'"));
  EXPECT_THAT(refused.message(), HasSubstr("save_as_external_data=False"));
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
