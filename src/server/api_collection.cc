// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The collection as a whole: groups, map, figures.
#include "application.h"

#include "loci/base/text.h"
#include "loci/base/version.h"
#include "loci/model/branches.h"

#include <algorithm>

namespace loci::internal {
namespace {

/// Middle of the positions that the photos of a group state: the median in each direction.
std::optional<LatLon> middle(const View& view, const PhotoGroup& group, int64_t* without) {
  std::vector<double> lats, lons;
  for (const int64_t id : group.ids) {
    const PlaceImage* image = view.find(id);
    if (image == nullptr) continue;
    if (!image->position) {
      ++*without;
      continue;
    }
    lats.push_back(image->position->lat);
    lons.push_back(image->position->lon);
  }
  if (lats.empty()) return std::nullopt;
  const auto median = [](std::vector<double>& values) {
    const auto at = values.begin() + std::ssize(values) / 2;
    std::nth_element(values.begin(), at, values.end());
    return *at;
  };
  return LatLon{.lat = median(lats), .lon = median(lons)};
}

void group_json(JsonWriter& json, const View& view, const PhotoGroup& group, int64_t number) {
  std::optional<int64_t> first, last;
  int64_t without = 0;
  json.object().member("place", number).member("name", group.name).key("ids").array();
  for (const int64_t id : group.ids) {
    json.value(id);
    const PlaceImage* image = view.find(id);
    if (image == nullptr || !image->taken) continue;
    if (!first) first = image->taken;
    last = image->taken;
  }
  json.end().member("cover", group.cover).member("links", group.links);
  time_member(json, "first_taken", first);
  time_member(json, "last_taken", last);
  const auto position = middle(view, group, &without);
  position_members(json, position);
  json.member("proposals", position ? without : 0).end();
}

}  // namespace

std::shared_ptr<const PlaceOf> Application::places_of(const View& view) const {
  static const auto kNone = std::make_shared<const PlaceOf>();
  const std::lock_guard lock(group_mutex_);
  const bool current =
      groups_.phase == GroupState::Phase::kReady && groups_.generation == view.generation;
  return current ? groups_.places : kNone;
}

void Application::compute_groups(std::shared_ptr<const View> view) {
  const int64_t generation = view->generation;
  JobControl job;
  job.cancel = &cancel_;
  job.on_progress = [this, generation](const Progress& progress) {
    const std::lock_guard lock(group_mutex_);
    if (groups_.generation != generation) return;
    groups_.done = progress.done;
    groups_.total = progress.total;
  };
  IndexOptions index = corpus_->served().index;
  index.num_threads = 1;  // queries come first
  auto found =
      group_photos(*view->engine->db, *view->engine->verifier, corpus_->served().group, index, job);
  auto places = std::make_shared<PlaceOf>();
  if (found.ok()) {
    for (size_t g = 0; g < found->groups.size(); ++g) {
      for (const int64_t id : found->groups[g].ids) places->emplace(id, static_cast<int64_t>(g));
    }
  }
  const std::lock_guard lock(group_mutex_);
  if (groups_.generation != generation) return;
  groups_.phase = found.ok() ? GroupState::Phase::kReady : GroupState::Phase::kFailed;
  groups_.message = found.status().message();
  if (found.ok()) groups_.grouping = std::make_shared<const Grouping>(std::move(found).value());
  groups_.places = std::move(places);
}

Response Application::groups(const Request&) {
  const auto view = corpus_->view();
  GroupState state;
  {
    const std::lock_guard lock(group_mutex_);
    const bool stale =
        groups_.phase == GroupState::Phase::kNone || groups_.generation != view->generation;
    // A computation for a former state ends by itself; until then nothing new is begun.
    if (stale && group_->waiting() + group_->running() == 0) {
      groups_ = {.phase = GroupState::Phase::kRunning,
                 .generation = view->generation,
                 .total = std::ssize(view->images)};
      if (!group_->try_push([this, view] { compute_groups(view); }))
        groups_.phase = GroupState::Phase::kNone;
    }
    state = groups_;
    if (state.generation != view->generation) {
      state = {.phase = GroupState::Phase::kRunning, .total = std::ssize(view->images)};
    }
  }
  const bool ready = state.phase == GroupState::Phase::kReady;
  const bool failed = state.phase == GroupState::Phase::kFailed;
  JsonWriter json;
  json.object().member("state", ready ? "ready" : failed ? "failed" : "running");
  json.member("done", ready ? std::ssize(view->images) : state.done).member("total", state.total);
  json.key("groups").array();
  if (ready) {
    int64_t number = 0;
    for (const PhotoGroup& group : state.grouping->groups) group_json(json, *view, group, number++);
  }
  json.end().member("ungrouped", ready ? state.grouping->ungrouped : 0).key("message");
  failed ? json.value(state.message) : json.null();
  Response response = json_response(json.end().str(), ready || failed ? 200 : 202);
  if (response.status == 202) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response Application::map(const Request&) { return json_response(corpus_->view()->map_json); }

Response Application::stats(const Request&) {
  const auto view = corpus_->view();
  const Describer& describer = view->engine->db->describer();
  const ModelSpec& spec = describer.model().spec;
  JsonWriter json;
  json.object().member("version", version()).member("images", view->images.size());
  json.member("with_position", view->with_position).member("with_time", view->with_time);
  time_member(json, "first_taken", view->first_taken);
  time_member(json, "last_taken", view->last_taken);
  const auto first = branches_of(describer.shared_model()).front().model;  // stands for the whole
  json.key("model")
      .object()
      .member("name", spec.name)
      .member("fingerprint", describer.model().fingerprint);
  json.member("dim", describer.dim())
      .member("features", first->spec.features)
      .member("pooling", first->spec.pooling.type);
  const auto centers = first->tensors.find("pooling.centers");
  const int64_t clusters = centers == first->tensors.end() || centers->second.shape.empty()
                               ? first->spec.pooling.num_clusters
                               : centers->second.shape[0];
  json.member("num_clusters", clusters)
      .member("precision", precision_name(describer.precision()))
      .end();
  json.member("changeable", options_.changeable).key("tile_url");
  options_.tile_url.empty() ? json.null() : json.value(options_.tile_url);
  json.key("tile_credit");
  options_.tile_credit.empty() ? json.null() : json.value(options_.tile_credit);
  json.key("limits").object().member("max_upload_bytes", int64_t{options_.max_upload_mib} << 20);
  json.member("max_pixels", int64_t{options_.max_megapixels} * 1'000'000)
      .member("max_matches", 100);
  json.member("queue", options_.queue)
      .member("request_timeout_s", options_.request_timeout_s)
      .end();
  json.member("queue_depth", describe_->waiting());
  json.member("uptime_s", std::chrono::duration<double>(Clock::now() - started_).count());
  return json_response(json.end().str());
}

Response Application::health(const Request&) {
  JsonWriter json;
  json.object().member("status", stopping_ ? "stopping" : "ok").member("version", version());
  json.member("images", corpus_->view()->images.size()).end();
  return json_response(json.str(), stopping_ ? 503 : 200);
}

Response Application::metrics_text(const Request&) {
  const auto view = corpus_->view();
  const auto number = [](auto value) { return static_cast<double>(value); };
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_.text() +
                  metric_text("loci_describe_queue_depth",
                              "gauge",
                              "Photos waiting to be described.",
                              number(describe_->waiting())) +
                  metric_text("loci_describe_running",
                              "gauge",
                              "Photos being described.",
                              number(describe_->running())) +
                  metric_text("loci_collection_photos",
                              "gauge",
                              "Photos in the collection.",
                              number(view->images.size())) +
                  metric_text("loci_collection_generation",
                              "counter",
                              "Times the collection was read.",
                              number(view->generation)) +
                  metric_text("loci_cache_bytes",
                              "gauge",
                              "Memory of thumbnails and computed photos.",
                              number(computed_.bytes() + thumbnails_.bytes())) +
                  metric_text("loci_uptime_seconds",
                              "gauge",
                              "Time since the start.",
                              std::chrono::duration<double>(Clock::now() - started_).count());
  return response;
}

}  // namespace loci::internal
