// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/index_photos.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"

#include <algorithm>
#include <limits>

namespace loci {
namespace {

/// Photos that are described before the projection is learnt from them, when many more follow.
constexpr int64_t kFirstPart = 3500;

class Growth {
 public:
  Growth(const std::string& folder,
         const IndexPlan& plan,
         const DescribeOptions& describe,
         const JobControl& job,
         std::shared_ptr<PlaceDb>& db)
      : folder_(folder), plan_(plan), describe_(describe), job_(job), db_(db) {}

  Status check() const {
    const int has = model().spec.whitening.output_dim;
    if (plan_.dimensions <= 0 || has == 0 || has == plan_.dimensions) return {};
    return invalid_argument(
        printable(folder_) +
        format(": its descriptors were shortened to %d numbers, not %d; --relearn takes it back, "
               "and the new number counts then",
               has,
               plan_.dimensions));
  }

  /// Whether it matters what the folders hold before any of it is described: a collection that is
  /// past its first part has its centers, and its rows are shortened where they lie.
  bool looks_ahead() const {
    return db_->size() < kFirstPart &&
           (wants_centers() || reduction(std::numeric_limits<int64_t>::max()));
  }

  Status learn_centers(const std::vector<std::string>& photos) {
    if (!wants_centers() || std::ssize(photos) < kLeastPhotosForOwnCenters) return {};
    const Status learnt = PlaceDb::relearn(folder_, describe_, job_, photos);
    if (learnt.code() == Code::kInvalidArgument)
      return {};  // too few can be read: the prior ones serve
    LOCI_RETURN_IF_ERROR(learnt);
    return reopen();
  }

  std::optional<ReduceOptions> reduction(int64_t photos) const {
    return reduction_for(model(), db_->describer().dim(), photos, plan_.dimensions);
  }

  Status shorten(int64_t photos) {
    auto reduction = this->reduction(photos);
    if (!reduction) return say_too_few(photos);
    reduction->num_threads = describe_.num_threads;
    LOCI_RETURN_IF_ERROR(PlaceDb::reduce(folder_, *reduction, describe_, job_));
    LOCI_RETURN_IF_ERROR(reopen());
    job_.message(format("descriptors shortened to %lld numbers",
                        static_cast<long long>(db_->describer().dim())));
    return {};
  }

 private:
  const Model& model() const { return db_->describer().model(); }
  bool wants_centers() const {
    return plan_.learn_centers && db_->size() == 0 && model().spec.own_centers &&
           adapted_to_photos(model()) == 0;
  }
  /// Where a number was asked for that the photos do not carry.
  Status say_too_few(int64_t photos) const {
    const bool wanted = plan_.dimensions > 0 && model().spec.whitening.output_dim == 0 &&
                        plan_.dimensions < db_->describer().dim();
    if (!wanted) return {};
    job_.message(
        format("%d numbers a descriptor are learnt from more photos than %lld; the "
               "collection keeps its full descriptors until it has them",
               plan_.dimensions,
               static_cast<long long>(photos)));
    return {};
  }
  Status reopen() {
    LOCI_TRY(opened, PlaceDb::open(folder_, describe_));
    db_ = std::move(opened);
    return {};
  }

  const std::string& folder_;
  const IndexPlan& plan_;
  const DescribeOptions& describe_;
  const JobControl& job_;
  std::shared_ptr<PlaceDb>& db_;
};

std::vector<std::string> first_part(std::vector<std::string> photos) {
  Rng rng(1, "first part");
  rng.shuffle(photos);
  photos.resize(static_cast<size_t>(std::min<int64_t>(kFirstPart, std::ssize(photos))));
  return photos;
}

}  // namespace

Result<IndexReport> index_photos(const std::string& folder,
                                 const std::vector<std::string>& paths,
                                 const UpdateOptions& update,
                                 const IndexPlan& plan,
                                 const DescribeOptions& describe,
                                 const JobControl& job,
                                 std::shared_ptr<PlaceDb>* db) {
  Growth growth(folder, plan, describe, job, *db);
  LOCI_RETURN_IF_ERROR(growth.check());
  IndexReport before;
  PhotoSearch search;
  const auto photos = growth.looks_ahead()
                          ? find_photos(paths, &search)
                          : Result<std::vector<std::string>>(std::vector<std::string>());
  if (photos.ok()) {
    LOCI_RETURN_IF_ERROR(growth.learn_centers(*photos));
    // Rows that would only be shortened are not written at their full length first.
    if (std::ssize(*photos) > kFirstPart && growth.reduction(std::ssize(*photos))) {
      UpdateOptions part = update;
      part.remove_missing = false;
      LOCI_TRY(report, (*db)->update(first_part(*photos), part, job));
      before = std::move(report);
      if (before.interrupted) return before;
      LOCI_RETURN_IF_ERROR(growth.shorten(std::ssize(*photos)));
    }
  }
  LOCI_TRY(report, (*db)->update(paths, update, job));
  if (!report.interrupted) LOCI_RETURN_IF_ERROR(growth.shorten(report.total));
  report.added += before.added;
  report.updated += before.updated;
  report.moved += before.moved;
  report.unchanged -= before.added + before.updated + before.moved;
  return report;
}

}  // namespace loci
