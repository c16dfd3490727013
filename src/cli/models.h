// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/learn.h"
#include "loci/model/model.h"

namespace loci::cli {

/// Turns the text after `--model` into a model: a file, `default` for the built-in one, or `rootsift-vlad`, whose vocabulary is learnt from `photos` here
/// and now. `photos` is only called when something must be learnt.
Result<std::shared_ptr<const Model>> resolve_model(const std::string& text,
                                                   const std::function<std::vector<std::string>()>& photos,
                                                   const LearnOptions& learn, const JobControl& job);

/// What runs when no model is named: `default`, or `rootsift-vlad` in a build without it.
std::string usual_model();

/// The sentence every `--model` option shows.
inline constexpr const char* kModelHelp =
    "a model file, default (the built-in one), or rootsift-vlad (learns its vocabulary from the photos at hand)";

/// Vocabulary and whitening sizes of rootsift-vlad that proved good across the real sets (docs/results.md).
LearnOptions classic_learn_options();

}  // namespace loci::cli
