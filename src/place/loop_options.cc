// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"
#include "loci/place/loop_detector.h"

#include <cmath>

namespace loci {

Status LoopOptions::validate() const {
  LOCI_RETURN_IF_ERROR(sequence.validate());
  if (!(exclude_s >= 0) || !std::isfinite(exclude_s)) {
    return invalid_argument(format("exclude_s %g: expected 0 or more seconds", exclude_s));
  }
  if (exclude_frames < 1) {
    return invalid_argument(
        format("exclude_frames %d: expected at least 1, the frame itself", exclude_frames));
  }
  if (top_k < 1 || top_k > 1000) {
    return invalid_argument(format("top_k %d: expected 1 to 1,000", top_k));
  }
  if (!(min_similarity >= -1 && min_similarity <= 1)) {
    return invalid_argument(format("min_similarity %g: expected -1 to 1", min_similarity));
  }
  if (!(min_confidence >= 0 && min_confidence < 1)) {
    return invalid_argument(
        format("min_confidence %g: expected 0 or more and less than 1", min_confidence));
  }
  if (!(verify_confidence >= 0 && verify_confidence < 1)) {
    return invalid_argument(
        format("verify_confidence %g: expected 0 or more and less than 1", verify_confidence));
  }
  if (!(min_probability > 0 && min_probability < 1)) {
    return invalid_argument(
        format("min_probability %g: expected more than 0 and less than 1", min_probability));
  }
  if (!(max_chance > 0 && max_chance <= 1)) {
    return invalid_argument(
        format("max_chance %g: expected more than 0 and at most 1", max_chance));
  }
  if (consistency < 1 || consistency > 1000) {
    return invalid_argument(format("consistency %d: expected 1 to 1,000 frames", consistency));
  }
  if (consistency_jump < 0) {
    return invalid_argument(
        format("consistency_jump %d: expected 0 or more frames", consistency_jump));
  }
  if (max_frames <= exclude_frames + sequence.sequence || max_frames > 10'000'000) {
    return invalid_argument(
        format("max_frames %d: expected more than exclude_frames + sequence "
               "(%d) and at most 10,000,000",
               max_frames,
               exclude_frames + sequence.sequence));
  }
  return {};
}

}  // namespace loci
