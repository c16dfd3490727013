// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/data/photos.h"
#include "loci/describe/describer.h"
#include "loci/describe/reduce.h"
#include "loci/index/index.h"
#include "loci/local/kept_features.h"
#include "loci/model/model.h"
#include "loci/place/place_labels.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci {

/// One photograph of a collection.
struct PlaceImage {
  int64_t id = 0;
  std::string path;  ///< as a person would open it: absolute
  int width = 0, height = 0;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  std::string sha256;
  std::optional<LatLon> position;
  std::optional<int64_t> taken;
  std::optional<double> heading_deg;
};

/// What the geometric check of a match found.
struct MatchGeometry {
  int matched = 0;        ///< mutual nearest neighbours between the two photographs
  int inliers = 0;        ///< of them, those that one geometry explains
  bool verified = false;  ///< more than photos of different places reach
};

struct Match {
  PlaceImage image;
  float score = 0;                        ///< cosine similarity, 1 for the same descriptor
  double confidence = 0;                  ///< how probable it is that it shows the query's place
  std::optional<MatchGeometry> geometry;  ///< only where it was checked (verify_answer)
};

/// Where a query was taken, from the positions of its matches.
struct Location {
  LatLon position;
  double radius_m = 0;    ///< about two thirds of the evidence lies within it
  int support = 0;        ///< matches that agree
  double confidence = 0;  ///< 0 to 1
};

/// Does the collection know the query's place? docs/unknown_place.md.
enum class Verdict {
  kUnknown,
  kProbably,  ///< it looks like it, but photos of other places reach this too
  kKnown,
};

/// "unknown", "probably" or "known".
const char* verdict_name(Verdict verdict);

struct QueryAnswer {
  std::vector<Match> matches;
  Verdict verdict = Verdict::kUnknown;
  double confidence = 0;  ///< of the best match: how probable it is that it shows the query's place
  int64_t photos = 0;     ///< that were searched
  double chance_score = 1;  ///< the middle of what chance gives this query as its best score
  std::optional<Location> location;  ///< not for an unknown place, nor without positions
  bool known() const { return verdict == Verdict::kKnown; }
};

struct FailedImage {
  std::string image;
  Status error;
};

struct IndexReport {
  int64_t added = 0, updated = 0, removed = 0, unchanged = 0, total = 0;
  int64_t moved = 0;  ///< known by their content at another path, which is gone
  std::vector<FailedImage> failed;
  PhotoSearch passed;  ///< what the folders held besides photographs
  /// Cancelled; everything counted here is saved, and the next update goes on.
  bool interrupted = false;
};

struct UpdateOptions {
  int num_threads = 0;
  bool remove_missing = true;  ///< forget photographs below the given folders that are gone
  double max_wait_s = -1;      ///< how long to wait for another process that is changing the
                               ///< collection; negative: no bound
  /// Keep the photos' local features in the collection (39 KB each), so that matches are verified
  /// without reading photos. Goes on by itself in a collection that has them.
  bool keep_features = false;
  bool follow_links = false;  ///< symbolic links that lead out of the given folders are followed
};

/// What merge() did with the photographs of the other collection.
struct MergeReport {
  int64_t added = 0;      ///< not here before
  int64_t unchanged = 0;  ///< here already: same path, same content
  int64_t replaced = 0;   ///< same path, other content, theirs modified later
  int64_t kept = 0;       ///< same path, other content, ours modified later (or at the same time)
  int64_t total = 0;      ///< in the collection afterwards
};

/// Rows of descriptors in the segments, and how many of them a photograph uses.
struct RowCounts {
  int64_t rows = 0;
  int64_t in_use = 0;
};

/// What recover() made of a collection without its catalogue.
struct RecoverReport {
  int64_t rows = 0;     ///< in the segments that were there
  int64_t matched = 0;  ///< photographs whose descriptor was among them
  int64_t added = 0;    ///< photographs whose descriptor was not
  std::vector<FailedImage> failed;
};

struct VerifyReport {
  int64_t images = 0;
  std::vector<std::string> problems;  ///< empty for a sound collection
};

/// A collection of described photographs in one folder: SQLite catalogue, descriptor segments, the
/// model itself. docs/formats/place_db.md is the format and the reason why it survives a kill at
/// any instant.
/// Threads: query() is const and safe from many threads; update(), compact() and remove() exclude
///          each other and other processes by a lock file; readers see the collection as it was
///          when it was opened or last refreshed
class PlaceDb {
 public:
  /// Makes an empty collection. InvalidArgument when the folder holds one already or holds other
  /// files.
  static Result<std::unique_ptr<PlaceDb>> create(const std::string& folder,
                                                 std::shared_ptr<const Model> model,
                                                 const DescribeOptions& options = {});
  /// Opens one. `expected_fingerprint`, when not empty, must be the collection's model: else
  /// InvalidArgument naming both and saying how to index again (`expected_name`: what that model is
  /// called, for the message).
  /// Errors:  NotFound where there is no collection; Unsupported for a newer format version, by
  ///          number; Corrupt
  static Result<std::unique_ptr<PlaceDb>> open(const std::string& folder,
                                               const DescribeOptions& options = {},
                                               const std::string& expected_fingerprint = "",
                                               const std::string& expected_name = "");
  static bool exists(const std::string& folder);
  /// Learns the model's centers anew from the collection's own photos (adapt_model()) and describes
  /// all of them again. Until the last instant the old state answers; killed at any moment, the
  /// collection is wholly old or wholly new. Who has it open sees the new state when opening again.
  /// `photos`: what an empty collection is to hold; its centers are learnt from them instead.
  /// Errors: InvalidArgument when a photo cannot be read (nothing is changed) or the model has no
  ///         centers; Cancelled; Io
  /// Cost:   a first indexing
  static Status relearn(const std::string& folder,
                        const DescribeOptions& options = {},
                        const JobControl& job = {},
                        const std::vector<std::string>& photos = {});
  /// Shortens the descriptors of all photos by a projection learnt from them (reduce_model()), without
  /// reading a photo: less memory, faster answers. Photos indexed later are described with it. As
  /// crash-safe as relearn(), which takes it back.
  /// Errors: as reduce_model(); Corrupt where a row is not what was written; Cancelled; Io
  static Status reduce(const std::string& folder,
                       const ReduceOptions& reduction = {},
                       const DescribeOptions& options = {},
                       const JobControl& job = {});
  /// Makes the catalogue of a collection that has lost it, from its segments and the photographs it was made of: they
  /// are described again with the collection's own model, and each gets the row that has its descriptor, or a new one.
  /// The segments are not changed.
  /// Errors: InvalidArgument where the catalogue is there, NotFound where the model or
  /// the segments are not; Corrupt for a damaged model; Cancelled (nothing is kept then)
  static Result<RecoverReport> recover(const std::string& folder,
                                       const std::vector<std::string>& paths,
                                       const UpdateOptions& options = {},
                                       const JobControl& job = {},
                                       const DescribeOptions& describe = {});
  virtual ~PlaceDb() = default;

  virtual const Describer& describer() const = 0;
  virtual int64_t size() const = 0;
  /// Looks at what other processes have changed since it was opened (or refreshed).
  virtual Status refresh() = 0;
  /// Adds new photographs, describes changed ones (size or time, then content) again, forgets
  /// missing ones. A new file with the content of a known one that is gone from its path is that
  /// photograph, renamed or moved: it keeps its id and is not described again. `paths` are files and folders. Waits for another process that is updating, and
  /// says so through `job`.
  virtual Result<IndexReport> update(const std::vector<std::string>& paths,
                                     const UpdateOptions& options = {},
                                     const JobControl& job = {}) = 0;
  /// Forgets photographs by path, or all below a folder. `max_wait_s` as in UpdateOptions.
  virtual Result<int64_t> remove(const std::vector<std::string>& paths, double max_wait_s = -1) = 0;
  /// Takes over the photographs of another collection of the same model, such as a shard that
  /// another machine described: catalogue entries and descriptors are copied, no photograph is
  /// opened. Of two entries for one path the one whose file was modified later stays. May be
  /// repeated, also after a kill: what is here already is left alone.
  /// Errors:  NotFound; InvalidArgument for another model, naming both, or this collection itself;
  ///          Corrupt when a row of theirs has not the digest it was written with, before anything
  ///          is taken from it; Cancelled (what is copied is saved)
  virtual Result<MergeReport> merge(const std::string& other_folder,
                                    const JobControl& job = {}) = 0;
  /// The `k` photographs most like the image. One whose path is `leave_out` is no match, as if it
  /// were not in the collection: a photograph of the collection asks for the others.
  virtual Result<QueryAnswer> query(ImageView image,
                                    int k,
                                    const IndexOptions& index = {},
                                    const std::string& leave_out = "") const = 0;
  virtual Result<QueryAnswer> query_descriptor(std::span<const float> descriptor,
                                               int k,
                                               const IndexOptions& index = {},
                                               const std::string& leave_out = "") const = 0;
  virtual Result<PlaceImage> image(int64_t id) const = 0;
  virtual Result<std::vector<PlaceImage>> images() const = 0;
  /// The stored descriptor of an image.
  virtual Result<std::vector<float>> descriptor(int64_t id) const = 0;
  /// Local features of a photo that the collection keeps (UpdateOptions::keep_features), or none.
  virtual Result<std::optional<KeptFeatures>> kept_features(const PlaceImage& image) const = 0;
  /// Reads every segment and compares digests, counts and catalogue.
  /// What a person has said about places (names, one place, two places).
  virtual Result<PlaceLabels> place_labels() const = 0;
  /// Changes it by `change`, whose error leaves it as it was. `max_wait_s` as in UpdateOptions.
  virtual Status change_place_labels(const std::function<Status(PlaceLabels*)>& change,
                                     double max_wait_s = -1) = 0;
  virtual Result<VerifyReport> verify() const = 0;
  /// How much of the segments compact() would keep.
  virtual Result<RowCounts> row_counts() const = 0;
  /// Rewrites the segments without the rows of removed and updated images. `max_wait_s` as in UpdateOptions.
  virtual Status compact(double max_wait_s = -1) = 0;
};

}  // namespace loci
