// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/named_model.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/describe/builtin.h"

#include <algorithm>

namespace loci {

namespace {

/// What a file is that is no safetensors file, and what to do about it; "" for one that may be a model.
std::string foreign_kind(std::string_view head, const std::string& name) {
  const std::string import =
      "; make a model of it with 'loci import " + printable(name) + " -o place.safetensors'";
  const std::string lower = to_lower(name);
  if (head.starts_with("version https://git-lfs"))
    return "a pointer of Git LFS, not the file itself; 'git lfs pull' fetches it";
  if (head.starts_with("PK\x03\x04"))
    return lower.ends_with(".npz") ? "a NumPy archive" + import : "a PyTorch checkpoint" + import;
  if (head.starts_with("\x80\x02") || head.starts_with("\x80\x04")) return "a pickle" + import;
  if (head.starts_with("MATLAB 5.0") || head.starts_with("\x89HDF"))
    return "a MATLAB or HDF5 file" + import;
  if (head.starts_with("\xFF\xD8\xFF") || head.starts_with("\x89PNG"))
    return "a picture, not a model";
  if (head.starts_with("<")) return "a web page, not a model; the download went wrong";
  if (lower.ends_with(".onnx")) return "an ONNX file" + import;
  // Eight bytes of length, then JSON.
  const bool plausible = head.size() > 8 && head[8] == '{';
  if (!plausible && ends_with_any(lower, {".pth", ".pt", ".ckpt", ".tar", ".mat", ".npz"}))
    return "no model of loci" + import;
  return "";
}

}  // namespace

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
  LOCI_RETURN_IF_ERROR(check_model_name(text));
  return load_model(text);
}

Status check_model_name(const std::string& name) {
  const std::vector<std::string> builtin = builtin_models();
  if (name == "rootsift-vlad" || std::ranges::find(builtin, name) != builtin.end()) return {};
  const Result<FileInfo> info = file_info(name);
  if (!info.ok()) {
    std::string names = "rootsift-vlad";
    for (const std::string& each : builtin) names += ", " + each;
    return not_found("model '" + printable(name) +
                     "' is neither a file nor a name; names are: " + names);
  }
  LOCI_TRY(head, read_file_head(name, 1024));
  const std::string kind =
      foreign_kind(std::string_view(reinterpret_cast<const char*>(head.data()), head.size()), name);
  if (kind.empty()) return {};
  return invalid_argument(printable(name) + ": is " + kind);
}

}  // namespace loci
