// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "models.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

namespace loci::cli {

LearnOptions classic_learn_options() { return {.num_clusters = 64}; }

Result<std::shared_ptr<const Model>> resolve_model(const std::string& text,
                                                   const std::function<std::vector<std::string>()>& photos,
                                                   const LearnOptions& learn, const JobControl& job) {
  if (text == "rootsift-vlad") return learn_model(rootsift_vlad_spec(), {}, photos(), learn, job);
  const Result<FileInfo> info = file_info(text);
  if (!info.ok()) {
    return not_found("model '" + printable(text) + "' is neither a file nor a name; names are: rootsift-vlad");
  }
  return load_model(text);
}

}  // namespace loci::cli
