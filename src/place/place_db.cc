// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/place_db.h"

#include "collection.h"
#include "own_file.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"

#include <filesystem>
#include <unistd.h>

namespace loci {
namespace {

/// A create() that was cut short leaves no segment with rows: where one is, a catalogue was lost.
Status check_no_rows(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder + "/segments", error), end;
       !error && it != end;
       it.increment(error)) {
    std::error_code unknown;
    const auto size = it->file_size(unknown);
    if (unknown || size <= SegmentFormat::kHeaderBytes) continue;
    return invalid_argument(
        printable(folder) + ": holds descriptors of a collection (" +
        printable(it->path().filename().string()) +
        ") but no catalogue.sqlite; put that file back, or make it again from the photographs with "
        "'loci recover " +
        printable(folder) + " PHOTOS', or name another folder");
  }
  return {};
}

/// Only what a create() that was cut short can have left.
Status check_free(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name == "segments") LOCI_RETURN_IF_ERROR(check_no_rows(folder));
    const bool ours =
        name == "lock" || name == "segments" || name.starts_with("model.safetensors") ||
        name.starts_with("catalogue.sqlite.new") || name.starts_with("features.sqlite");
    if (!ours) {
      return invalid_argument(
          printable(folder) + ": holds other files (" + printable(name) +
          "); a collection needs a folder of its own: name a new or an empty one");
    }
  }
  return {};
}

std::string short_form(const std::string& fingerprint) { return fingerprint.substr(0, 12); }

Status other_model(const std::string& folder,
                   const CollectionInfo& info,
                   const std::string& fingerprint,
                   const std::string& name) {
  const std::string asked = printable(name.empty() ? "M" : name);
  return invalid_argument(printable(folder) + ": was made with the model '" +
                          printable(info.model_name) + "' (" + short_form(info.fingerprint) +
                          "), not with '" + asked + "' (" + short_form(fingerprint) +
                          "); descriptors of different models cannot be compared. "
                          "Index again with the other model into a new folder: loci index "
                          "PHOTOS --db NEW --model " +
                          asked);
}

}  // namespace

std::string model_file_in(const std::string& folder) { return folder + "/model.safetensors"; }

Result<Stage> make_stage(std::shared_ptr<const Model> model, const DescribeOptions& options) {
  LOCI_TRY(describer, Describer::create(model, options));
  Stage stage;
  stage.model = std::move(model);
  stage.dim = describer->dim();
  stage.describe_files = [raw = describer.get()](
                             std::span<const std::string> paths,
                             int num_threads,
                             const std::function<bool(size_t, DescribedImage &&)>& sink,
                             const JobControl& job) {
    return describe_files(*raw, paths, num_threads, true, sink, job);
  };
  if (describer->has_points()) {
    stage.describe_with_features = [raw = describer.get()](
                                       std::span<const std::string> paths,
                                       int num_threads,
                                       const std::function<bool(size_t, DescribedImage &&)>& sink,
                                       const JobControl& job) {
      return describe_files(*raw, paths, num_threads, true, sink, job, true);
    };
  }
  stage.describer = std::move(describer);
  return stage;
}

bool PlaceDb::exists(const std::string& folder) {
  return ::access(Catalogue::path_in(folder).c_str(), F_OK) == 0;
}

Result<std::unique_ptr<PlaceDb>> PlaceDb::create(const std::string& folder,
                                                 std::shared_ptr<const Model> model,
                                                 const DescribeOptions& options) {
  LOCI_REQUIRE(model != nullptr, "a collection has a model");
  LOCI_TRY(path, normal_path(folder));
  if (exists(path)) {
    return invalid_argument(printable(path) +
                            ": holds a collection already; open it, or name another folder");
  }
  LOCI_RETURN_IF_ERROR(make_folders(path));
  LOCI_RETURN_IF_ERROR(check_own_files(path));
  if (!exists(path)) LOCI_RETURN_IF_ERROR(check_free(path));
  LOCI_TRY(stage, make_stage(std::move(model), options));
  {
    LOCI_TRY(lock, WriteLock::acquire(path + "/lock", -1, {}));
    // Another program may have made the same collection in the meantime: then it is there, as it was asked for, and
    // open() below says so if its model is another one.
    if (!exists(path)) {
      LOCI_RETURN_IF_ERROR(check_free(path));
      LOCI_RETURN_IF_ERROR(Collection::make(path, *stage.model, stage.dim));
    }
  }
  LOCI_TRY(collection, Collection::open(path, std::move(stage)));
  return std::unique_ptr<PlaceDb>(std::move(collection));
}

Result<std::unique_ptr<PlaceDb>> PlaceDb::open(const std::string& folder,
                                               const DescribeOptions& options,
                                               const std::string& expected_fingerprint,
                                               const std::string& expected_name) {
  LOCI_TRY(path, normal_path(folder));
  LOCI_TRY(catalogue, Catalogue::open(path));
  LOCI_TRY(info, catalogue.info());
  LOCI_TRY(model, collection_model(path, info.fingerprint));
  if (!expected_fingerprint.empty() && expected_fingerprint != info.fingerprint &&
      expected_fingerprint != base_fingerprint(*model)) {
    return other_model(path, info, expected_fingerprint, expected_name);
  }
  LOCI_TRY(stage, make_stage(std::move(model), options));
  LOCI_TRY(collection, Collection::open(path, std::move(stage)));
  return std::unique_ptr<PlaceDb>(std::move(collection));
}

}  // namespace loci
