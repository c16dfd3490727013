// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// OpenCV's dnn module reads what is exported and computes loci's own numbers.
#include "cases.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/dnn.hpp>

namespace loci::testing_onnx {
namespace {

constexpr double kTolerance = 1e-5;

class OpenCv : public testing::TestWithParam<OnnxCase> {};

TEST_P(OpenCv, ComputesTheSameDescriptor) {
  const OnnxCase& c = GetParam();
  const TempFolder temp;
  const auto report = export_onnx(*c.model, temp / "model.onnx", c.options);
  ASSERT_TRUE(report.ok()) << report.status().message();
  cv::dnn::Net net = cv::dnn::readNetFromONNX(temp / "model.onnx");
  std::vector<float> input = input_of(c);
  const int shape[] = {c.batch, 3, c.height, c.width};
  net.setInput(cv::Mat(4, shape, CV_32F, input.data()), report->input);
  const std::vector<Expected> expected = expected_of(c);
  double largest = 0;
  for (size_t k = 0; k < expected.size(); ++k) {
    const cv::Mat found = net.forward(report->outputs[k]).clone();
    const std::vector<float>& values = expected[k].values;
    ASSERT_EQ(found.total(), values.size());
    ASSERT_EQ(found.size[0], c.batch);
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(std::isfinite(found.ptr<float>()[i]));
      const double difference = std::fabs(double{found.ptr<float>()[i]} - double{values[i]});
      largest = std::max(largest, difference / expected[k].largest);
    }
  }
  EXPECT_LT(largest, kTolerance);
  RecordProperty("largest_difference", format("%.2e", largest));
}

std::vector<OnnxCase> readable() {
  std::vector<OnnxCase> out;
  for (OnnxCase& c : onnx_cases()) {
    if (c.for_opencv) out.push_back(std::move(c));
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(Onnx, OpenCv, testing::ValuesIn(readable()), [](const auto& param) {
  return param.param.name;
});

}  // namespace
}  // namespace loci::testing_onnx
