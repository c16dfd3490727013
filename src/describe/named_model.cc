// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/named_model.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/describe/builtin.h"

#include <algorithm>

namespace loci {

LearnOptions classic_learn_options() { return {.num_clusters = 64}; }

std::string default_model_name() {
  const std::vector<std::string> builtin = builtin_models();
  return builtin.empty() ? "rootsift-vlad" : builtin.front();
}

Result<std::shared_ptr<const Model>> named_model(
    const std::string& text,
    const std::function<std::vector<std::string>()>& photos,
    const LearnOptions& learn,
    const JobControl& job) {
  const std::vector<std::string> builtin = builtin_models();
  if (std::ranges::find(builtin, text) != builtin.end()) return builtin_model(text);
  if (text == "rootsift-vlad") return learn_model(rootsift_vlad_spec(), {}, photos(), learn, job);
  const Result<FileInfo> info = file_info(text);
  if (!info.ok()) {
    std::string names = "rootsift-vlad";
    for (const std::string& each : builtin) names += ", " + each;
    return not_found("model '" + printable(text) +
                     "' is neither a file nor a name; names are: " + names);
  }
  return load_model(text);
}

}  // namespace loci
