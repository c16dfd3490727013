// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"

#include "judge.h"
#include "location.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

// Evidence for the location and the chance test is gathered from this many matches, however few the
// caller wants to see.
constexpr int kEvidence = 30;

}  // namespace

Status Collection::make(const std::string& folder, const Model& model, int64_t dim) {
  LOCI_RETURN_IF_ERROR(make_folders(folder + "/segments"));
  LOCI_RETURN_IF_ERROR(save_model(model, model_file_in(folder)));
  // Last, and at once: a folder without a catalogue is no collection yet, so a killed create() can
  // be repeated.
  return Catalogue::create(
      folder, {.dim = dim, .fingerprint = model.fingerprint, .model_name = model.spec.name});
}

Result<std::unique_ptr<Collection>> Collection::open(const std::string& folder, Stage stage) {
  LOCI_TRY(catalogue, Catalogue::open(folder));
  LOCI_TRY(info, catalogue.info());
  if (stage.model->fingerprint != info.fingerprint || stage.dim != info.dim) {
    return corrupt(printable(folder) +
                   ": its model file is not the model its photographs were described with (" +
                   stage.model->fingerprint.substr(0, 12) + " instead of " +
                   info.fingerprint.substr(0, 12) +
                   "); put that model back, or index the photographs into a new folder");
  }
  SegmentFormat segments{
      .folder = folder + "/segments", .dim = info.dim, .fingerprint = info.fingerprint};
  return std::unique_ptr<Collection>(new Collection(folder, std::move(stage), std::move(segments)));
}

const Describer& Collection::describer() const {
  LOCI_REQUIRE(stage_.describer != nullptr, "a collection opened with its describer");
  return *stage_.describer;
}

Result<std::shared_ptr<const Snapshot>> Collection::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  if (snapshot_ == nullptr) {
    LOCI_TRY(catalogue, Catalogue::open(folder_));
    LOCI_TRY(loaded, Snapshot::load(catalogue, format_));
    snapshot_ = std::move(loaded);
  }
  return snapshot_;
}

void Collection::forget_snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  snapshot_.reset();
}

Status Collection::still_intact(const std::shared_ptr<const Snapshot>& used) const {
  const Status status = used->intact();
  if (status.ok()) return status;
  const std::lock_guard lock(snapshot_mutex_);
  if (snapshot_ == used) snapshot_.reset();
  return status.with_context(printable(folder_));
}

Status Collection::refresh() {
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_TRY(loaded, Snapshot::load(catalogue, format_));
  const std::lock_guard lock(snapshot_mutex_);
  // The state is the same: keep the indexes that were built of it.
  if (snapshot_ == nullptr || !snapshot_->same_state(*loaded) || !snapshot_->intact().ok())
    snapshot_ = std::move(loaded);
  return {};
}

int64_t Collection::size() const {
  const auto now = snapshot();
  return now.ok() ? static_cast<int64_t>((*now)->images().size()) : 0;
}

Result<int64_t> Collection::remove(const std::vector<std::string>& paths, double max_wait_s) {
  const std::lock_guard writing(write_mutex_);
  LOCI_TRY(lock, WriteLock::acquire(lock_path(), max_wait_s, {}));
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_RETURN_IF_ERROR(catalogue.bring_up_to_date());
  LOCI_TRY(known, known_files(catalogue));
  std::vector<int64_t> ids;
  for (const std::string& path : paths) {
    LOCI_TRY(normal, normal_path(path));
    for (const auto& [name, file] : known) {
      if (name == normal || lies_below(name, normal)) ids.push_back(file.id);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  for (const int64_t id : ids) LOCI_RETURN_IF_ERROR(catalogue.remove_image(id));
  LOCI_RETURN_IF_ERROR(transaction.commit());
  forget_snapshot();
  return static_cast<int64_t>(ids.size());
}

Result<PlaceLabels> Collection::place_labels() const {
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  return catalogue.place_labels();
}

Status Collection::change_place_labels(const std::function<Status(PlaceLabels*)>& change,
                                       double max_wait_s) {
  const std::lock_guard writing(write_mutex_);
  LOCI_TRY(lock, WriteLock::acquire(lock_path(), max_wait_s, {}));
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_RETURN_IF_ERROR(catalogue.bring_up_to_date());
  LOCI_TRY(labels, catalogue.place_labels());
  LOCI_RETURN_IF_ERROR(change(&labels));
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  LOCI_RETURN_IF_ERROR(catalogue.set_place_labels(labels));
  return transaction.commit();
}

Result<QueryAnswer> Collection::query(ImageView image,
                                      int k,
                                      const IndexOptions& index,
                                      const std::string& leave_out) const {
  std::vector<float> values(static_cast<size_t>(stage_.dim));
  LOCI_RETURN_IF_ERROR(describer().describe(image, values, index.num_threads));
  return query_descriptor(values, k, index, leave_out);
}

Result<QueryAnswer> Collection::query_descriptor(std::span<const float> descriptor,
                                                 int k,
                                                 const IndexOptions& index,
                                                 const std::string& leave_out) const {
  if (k < 1)
    return invalid_argument("the number of matches wanted must be 1 or more, not " +
                            std::to_string(k));
  if (static_cast<int64_t>(descriptor.size()) != stage_.dim) {
    return invalid_argument(format(
        "the query's descriptor has %zu numbers, those of the collection have %lld: describe it "
        "with the collection's model",
        descriptor.size(),
        static_cast<long long>(stage_.dim)));
  }
  if (!std::all_of(
          descriptor.begin(), descriptor.end(), [](float x) { return std::isfinite(x); })) {
    return invalid_argument("the query's descriptor holds numbers that are not finite");
  }
  LOCI_TRY(now, snapshot());
  std::string self;
  if (!leave_out.empty()) {
    LOCI_TRY(path, normal_path(leave_out));
    self = std::move(path);
  }
  const auto found = now->search(descriptor, std::max(k, kEvidence), index, self);
  LOCI_RETURN_IF_ERROR(still_intact(now));
  LOCI_TRY(hits, found);
  QueryAnswer answer;
  answer.photos = std::ssize(now->images());
  if (hits.empty()) return answer;
  std::vector<Evidence> evidence;
  const ChanceFit chance = now->chance_for(descriptor);
  LOCI_RETURN_IF_ERROR(still_intact(now));
  const MatchOdds odds =
      stage_.describer == nullptr ? MatchOdds() : match_odds_of(stage_.describer->model().spec);
  const auto confidence = [&](double score) {
    return match_confidence(odds, now->chance(), chance, score, answer.photos);
  };
  for (const Hit& hit : hits) {
    const PlaceImage* image = now->image_of_row(hit.id);
    if (image == nullptr) continue;
    if (answer.matches.size() < static_cast<size_t>(k)) {
      answer.matches.push_back(
          {.image = *image, .score = hit.score, .confidence = confidence(hit.score)});
    }
    if (image->position && evidence.size() < kEvidence)
      evidence.push_back({.position = *image->position, .score = hit.score});
  }
  answer.confidence = confidence(hits.front().score);
  answer.verdict = verdict_of(answer.confidence);
  answer.chance_score = now->chance().judge(chance, hits.front().score).chance_score;
  if (answer.verdict != Verdict::kUnknown)
    answer.location = estimate_location(evidence, answer.chance_score);
  return answer;
}

Result<PlaceImage> Collection::image(int64_t id) const {
  LOCI_TRY(now, snapshot());
  const PlaceImage* found = now->find(id);
  if (found == nullptr)
    return not_found(printable(folder_) + ": no photograph has the number " + std::to_string(id));
  return *found;
}

Result<std::vector<PlaceImage>> Collection::images() const {
  LOCI_TRY(now, snapshot());
  return now->images();
}

Result<std::vector<float>> Collection::descriptor(int64_t id) const {
  LOCI_TRY(now, snapshot());
  const PlaceImage* found = now->find(id);
  if (found == nullptr)
    return not_found(printable(folder_) + ": no photograph has the number " + std::to_string(id));
  const std::span<const float> values = now->descriptor(*found);
  std::vector<float> copy(values.begin(), values.end());
  LOCI_RETURN_IF_ERROR(still_intact(now));
  return copy;
}

}  // namespace loci
