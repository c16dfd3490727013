// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What a build without OpenCV can check geometrically, and what it says of the rest.
#include "loci/describe/builtin.h"
#include "loci/describe/verifier.h"
#include "loci/place/loop_detector.h"

#include <gmock/gmock.h>

namespace loci {
namespace {

TEST(NoOpenCv, TheModelsOwnFeaturesAreCheckedAndRootSiftIsRefusedBeforeAnyWork) {
  const std::shared_ptr<const Describer> describer =
      Describer::create(builtin_model("default").value()).value();
  EXPECT_EQ(Verifier::create(*describer).value()->method(), "points");
  EXPECT_TRUE(LoopDetector::create(describer, {.verify = true}).ok());
  const Status status = Verifier::create(*describer, {.verify_features = "rootsift"}).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.message(), testing::HasSubstr("LOCI_WITH_OPENCV"));
}

}  // namespace
}  // namespace loci
