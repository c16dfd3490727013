// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What a build without OpenCV says when it is asked for the geometric check.
#include "loci/describe/builtin.h"
#include "loci/describe/verifier.h"
#include "loci/place/loop_detector.h"

#include <gmock/gmock.h>

namespace loci {
namespace {

TEST(NoGeometry, IsSaidBeforeAnyWork) {
  EXPECT_EQ(Verifier::available().code(), Code::kUnsupported);
  EXPECT_THAT(Verifier::available().message(), testing::HasSubstr("LOCI_WITH_OPENCV"));
  LoopOptions options;
  options.verify = true;
  const std::shared_ptr<const Describer> describer =
      Describer::create(builtin_model("default").value()).value();
  EXPECT_EQ(LoopDetector::create(describer, options).status().code(), Code::kUnsupported);
}

}  // namespace
}  // namespace loci
