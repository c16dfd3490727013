// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console.h"

#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/local/bag_of_words.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci::cli {

/// What describes the frames of `loci loops`: a model, or a bag of words to compare it with.
struct FrameDescriber {
  std::shared_ptr<const Describer> describer;
  std::optional<BagOfWords> bag;
  std::string name;
  int64_t dim = 0;

  Status describe(const Image& image, std::span<float> out, int num_threads) const {
    return bag ? bag->describe(image, out) : describer->describe(image, out, num_threads);
  }
};

/// `model` as in named_model(), or bow-orb or bow-rootsift. What has to be learnt is learnt from
/// `photos`.
Result<FrameDescriber> make_frame_describer(const std::string& model,
                                            const std::string& precision,
                                            const std::vector<std::string>& photos,
                                            int num_words,
                                            int num_threads,
                                            Console& console);

}  // namespace loci::cli
