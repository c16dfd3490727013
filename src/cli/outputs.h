// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace loci::cli {

/// What a verb writes under an option.
enum class OutputKind {
  kArray,
  kPage,
  kGeoJson,
  kGpx,
  kKml,
  kModel,
  kOnnx,
  kFeatures,
  kPairs,
  kGraph,
  kLoopMap,  ///< may be read by the same command, which writes it at its end
  kTable,
  kPoses,
  kTrajectory,
  kPicture,
  kFolder,
};

/// An output that a verb was told to write.
struct Output {
  std::string flag;  ///< "--html"
  std::string path;
  OutputKind kind = OutputKind::kPage;
};

/// May what lies at `path` be replaced by an output of this kind? Ok for a name that is free, an empty file, what loci
/// wrote itself, and what is no regular file and is written to as it is. A photograph, a video and anything else is
/// somebody's. InvalidArgument says so; also NotFound for a folder that is not there and Io where it may not be written.
Status may_replace(const std::string& path, OutputKind kind);

/// All outputs of a command before its work begins: each may be replaced (unless `force`), can be written, and is none
/// of the `inputs` nor another output. Contract: paths that name nothing are no inputs.
Status check_outputs(const std::vector<Output>& outputs,
                     const std::vector<std::string>& inputs,
                     bool force);

/// Is one of the outputs this program's standard output? Then nothing else may be printed there.
bool writes_to_standard_output(const std::vector<Output>& outputs);

}  // namespace loci::cli
