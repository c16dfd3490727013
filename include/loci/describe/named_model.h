// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/learn.h"
#include "loci/model/model.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loci {

/// The model that a user means by a word: a file, `default` for the built-in one, or
/// `rootsift-vlad`, whose vocabulary is learnt from `photos` here and now. `photos` is called only
/// when something must be learnt.
/// Errors:  NotFound for a word that is neither file nor name; what load_model() and learn_model()
///          give
Result<std::shared_ptr<const Model>> named_model(
    const std::string& name,
    const std::function<std::vector<std::string>()>& photos,
    const LearnOptions& learn,
    const JobControl& job);

/// Is there such a file or name? NotFound, or InvalidArgument for a file of another kind (a checkpoint, ONNX, a picture),
/// with what makes a model of it. Looks at the head of the file only.
Status check_model_name(const std::string& name);

/// What is used when no model is named: `default`, or `rootsift-vlad` in a build without it.
std::string default_model_name();

/// Sizes of vocabulary and whitening of rootsift-vlad that proved good across the real sets
/// (docs/results.md).
LearnOptions classic_learn_options();

}  // namespace loci
