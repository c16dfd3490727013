// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "kept_store.h"
#include "scan.h"
#include "segment.h"
#include "snapshot.h"
#include "stage.h"
#include "write_lock.h"

#include "loci/place/place_db.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace loci {

/// Takes the descriptor that the photo at a position has now.
using TakeRow = std::function<Status(size_t, std::span<const float>)>;
/// Makes a descriptor for each photo and hands it on; photos that cannot be described are added to
/// the last argument.
using MakeRows = std::function<Status(
    const std::vector<StoredImage>&, const TakeRow&, std::vector<FailedImage>*)>;
/// Describes the photos anew.
MakeRows describe_again(const Stage& stage, int num_threads, const JobControl& job);

/// PlaceDb in a folder.
class Collection final : public PlaceDb {
 public:
  static Status make(const std::string& folder, const Model& model, int64_t dim);
  /// `stage` as made for the folder's model.
  static Result<std::unique_ptr<Collection>> open(const std::string& folder, Stage stage);

  /// Gives all photos rows of another model, which `make_rows` makes: until the one transaction at
  /// the end the old collection answers, and a kill leaves it wholly old or wholly new. The write
  /// lock is held.
  /// Errors: InvalidArgument where photos cannot be described, and those of make_rows
  static Status replace_model(const std::string& folder,
                              const Stage& next,
                              const MakeRows& make_rows);
  /// PlaceDb::recover() with a stage made for the folder's model.
  static Result<RecoverReport> recover(const std::string& folder,
                                       Stage stage,
                                       const std::vector<std::string>& paths,
                                       const UpdateOptions& options,
                                       const JobControl& job);

  const Describer& describer() const override;
  int64_t size() const override;
  Status refresh() override;
  Result<IndexReport> update(const std::vector<std::string>& paths,
                             const UpdateOptions& options,
                             const JobControl& job) override;
  Result<int64_t> remove(const std::vector<std::string>& paths, double max_wait_s = -1) override;
  Result<MergeReport> merge(const std::string& other_folder, const JobControl& job) override;
  Result<QueryAnswer> query(ImageView image,
                            int k,
                            const IndexOptions& index,
                            const std::string& leave_out = "") const override;
  Result<QueryAnswer> query_descriptor(std::span<const float> descriptor,
                                       int k,
                                       const IndexOptions& index,
                                       const std::string& leave_out = "") const override;
  Result<PlaceImage> image(int64_t id) const override;
  Result<std::vector<PlaceImage>> images() const override;
  Result<std::vector<float>> descriptor(int64_t id) const override;
  Result<std::optional<KeptFeatures>> kept_features(const PlaceImage& image) const override;
  Result<PlaceLabels> place_labels() const override;
  Status change_place_labels(const std::function<Status(PlaceLabels*)>& change,
                             double max_wait_s = -1) override;
  Result<VerifyReport> verify() const override;
  Result<RowCounts> row_counts() const override;
  Status compact(double max_wait_s = -1) override;

  Status calibrate(const Catalogue& catalogue, const JobControl& job);

 private:
  Collection(std::string folder, Stage stage, SegmentFormat format)
      : folder_(std::move(folder)), stage_(std::move(stage)), format_(std::move(format)) {}
  std::string lock_path() const { return folder_ + "/lock"; }
  Result<std::shared_ptr<const Snapshot>> snapshot() const;
  void forget_snapshot() const;
  /// The snapshot's intact(); one that is not is forgotten, so that the next answer reads the folder as it is then.
  Status still_intact(const std::shared_ptr<const Snapshot>& used) const;

  const std::string folder_;
  const Stage stage_;
  const SegmentFormat format_;
  std::mutex write_mutex_;  // one writer of this object; WriteLock keeps out the others
  mutable std::mutex snapshot_mutex_;
  mutable std::shared_ptr<const Snapshot> snapshot_;
  /// Those that the collection in `other` keeps, into the store of this one.
  Status copy_features(const std::string& other) const;

  mutable std::mutex kept_mutex_;
  mutable std::unique_ptr<KeptStore> kept_;  // opened when first asked for
};

/// Reads what update() compares files with.
Result<KnownFiles> known_files(const Catalogue& catalogue);
std::string model_file_in(const std::string& folder);
/// The model that the catalogue names, wherever a killed relearning left it.
Result<std::shared_ptr<const Model>> collection_model(const std::string& folder,
                                                      const std::string& fingerprint);
/// Puts the model that the catalogue names in its place, or removes one that never came to count.
/// The write lock is held.
Status settle_model_file(const std::string& folder, const std::string& fingerprint);

}  // namespace loci
