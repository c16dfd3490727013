// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer_json.h"
#include "corpus.h"
#include "guard.h"
#include "message.h"
#include "metrics.h"
#include "router.h"
#include "work_queue.h"

#include "loci/base/lru_cache.h"
#include "loci/image/exif.h"
#include "loci/place/group.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace loci::internal {

/// What was computed for an uploaded photo: its descriptor, and features for the reasons.
struct ComputedPhoto {
  int width = 0, height = 0;  ///< of the file, as seen
  PhotoInfo info;
  DescribedFeatures features;         ///< as the model makes them
  LocatedFeatures features_to_check;  ///< as the verifier matches them; empty until asked for
  std::vector<float> descriptor;
};

/// The groups of one generation of the collection.
struct GroupState {
  enum class Phase { kNone, kRunning, kReady, kFailed } phase = Phase::kNone;
  int64_t generation = 0;
  int64_t done = 0, total = 0;
  std::string message;
  std::shared_ptr<const Grouping> grouping;
  std::shared_ptr<const PlaceOf> places;
};

/// What is said of a photo's file that cannot be decoded: nothing of its content, which may be
/// anybody's by now.
Status no_longer_a_photo(const Status& status, int64_t id);

/// Everything behind the connections: who may ask, what there is, and who works it out.
/// Threads: safe from many threads
class Application {
 public:
  static Result<std::unique_ptr<Application>> create(const ServedCollection& served,
                                                     const ServerOptions& options,
                                                     const JobControl& log);
  ~Application();

  /// Called with the head of a request, before its body is read. Either a refusal or a route.
  Routed admit(Request* request) const;
  /// Carries a request out on the lane of its route and calls `done` from there; answers Busy at
  /// once where the lane's queue is full. kInstant routes call `done` before this returns.
  void handle(const Route& route,
              std::shared_ptr<const Request> request,
              std::function<void(Response)> done);

  /// Adds the headers that every answer has.
  Response dressed(Response response) const;

  const ServerOptions& options() const { return options_; }
  Metrics& metrics() { return metrics_; }
  /// Looks for changes by other processes, in the background.
  void look_for_changes();
  /// From now on /healthz says "stopping".
  void begin_stop() { stopping_ = true; }
  /// Asks all work to stop and waits for it until a time; false where some of it is still running.
  bool stop(Clock::time_point until = Clock::time_point::max());
  /// Answers the requests that have waited for their turn as long as they may. Now and then, from any thread.
  void expire_waiting();
  /// The most bytes of uploads that may be in memory at once, over all connections.
  size_t upload_budget() const;

 private:
  Application(ServerOptions options, JobControl log);
  void add_routes();
  void add_page_routes();
  Response run(const Route& route, const Request& request);
  WorkQueue& queue_of(Lane lane);

  // Queries and reasons (api_query.cc)
  Response query(const Request& request);
  Response image_matches(const Request& request);
  Response why(const Request& request);
  Response image_why(const Request& request);
  Result<std::shared_ptr<const ComputedPhoto>> compute(const View& view,
                                                       const std::string& bytes,
                                                       const std::string& where,
                                                       bool to_check);
  Result<std::shared_ptr<const ComputedPhoto>> compute_file(const View& view,
                                                            const PlaceImage& image,
                                                            bool to_check);
  Response explain(const Request& request,
                   const View& view,
                   const ComputedPhoto& first,
                   const PlaceImage& second_image);
  CheckKind check_kind(const View& view) const;

  // Photos (api_images.cc)
  Response list_images(const Request& request);
  Response get_image(const Request& request);
  Response get_file(const Request& request);
  Response get_thumbnail(const Request& request);
  Response image_place(const Request& request);
  Response add_image(const Request& request);
  Response remove_image(const Request& request);
  /// Compacts the collection, in its turn among the writes, when a third of its rows belong to no photo any more.
  void compact_if_worth_it();
  /// A young collection that grew by uploads learns its first centers.
  void learn_if_outgrown();
  /// Work on the write lane, unless it is `running` there already; its error goes to the log behind
  /// `failure`.
  void push_once(std::atomic<bool>& running, const char* failure, std::function<Status()> work);
  /// Removes the uploads of requests that a killed server had in hand.
  void finish_interrupted_uploads();
  /// Whether a request is no longer worth the work: its time is over, or the server stops.
  std::function<bool()> given_up(const Request& request) const;
  /// A thumbnail from the cache, or made once for all who ask for it at this moment.
  std::shared_ptr<const std::string> thumbnail(const Request& request,
                                               const std::string& path,
                                               const std::string& etag,
                                               int side);
  /// The photo a path's number names; throws Error (NotFound).
  const PlaceImage& photo(const View& view, int64_t id) const;

  // The whole (api_collection.cc)
  Response groups(const Request& request);
  Response map(const Request& request);
  Response stats(const Request& request);
  Response health(const Request& request);
  Response metrics_text(const Request& request);
  /// The groups' numbers, as far as they are known for this state of the collection.
  std::shared_ptr<const PlaceOf> places_of(const View& view) const;
  void compute_groups(std::shared_ptr<const View> view);

  ServerOptions options_;
  JobControl log_;
  std::string uploads_;
  std::vector<std::pair<std::string, std::string>> security_headers_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<Corpus> corpus_;
  Router router_;
  Metrics metrics_;
  const Clock::time_point started_ = Clock::now();
  std::atomic<bool> stopping_{false}, cancel_{false}, looking_{false};
  LruCache<ComputedPhoto> computed_;
  LruCache<std::string> thumbnails_;
  mutable std::mutex group_mutex_;
  GroupState groups_;
  std::mutex making_mutex_;
  std::condition_variable made_;
  std::set<std::string> making_;  // thumbnails by their tags
  std::atomic<bool> compacting_{false};
  std::atomic<bool> learning_{false};
  std::unique_ptr<WorkQueue> light_, decode_, describe_, write_, group_;
};

}  // namespace loci::internal
