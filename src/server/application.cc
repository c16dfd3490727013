// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "application.h"

#include "embedded.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"

#include <algorithm>
#include <exception>
#include <filesystem>

namespace loci::internal {
namespace {

constexpr size_t kLightQueue = 4096;  // connections at most, each with one request
constexpr int kLightThreads = 2, kLeastDecoders = 2;
constexpr size_t kWriteQueue = 16;
constexpr size_t kMebi = size_t{1} << 20;

Status check(const ServerOptions& o) {
  const auto wrong = [](const char* name, double value, const char* expected) {
    return invalid_argument(format("%s is %g; expected %s", name, value, expected));
  };
  if (o.port < 0 || o.port > 65535) return wrong("port", o.port, "0 to 65535");
  if (o.max_upload_mib < 1 || o.max_upload_mib > 1024)
    return wrong("max_upload_mib", o.max_upload_mib, "1 to 1024");
  if (o.max_megapixels < 1 || o.max_megapixels > 250)
    return wrong("max_megapixels", o.max_megapixels, "1 to 250");
  if (o.queue < 0 || o.queue > 100'000) return wrong("queue", o.queue, "0 to 100,000");
  if (o.workers < 0 || o.workers > 1024) return wrong("workers", o.workers, "0 to 1024");
  if (!(o.request_timeout_s > 0))
    return wrong("request_timeout_s", o.request_timeout_s, "more than 0");
  if (!(o.idle_timeout_s > 0)) return wrong("idle_timeout_s", o.idle_timeout_s, "more than 0");
  if (!(o.stop_timeout_s >= 0)) return wrong("stop_timeout_s", o.stop_timeout_s, "0 or more");
  if (o.max_connections < 1) return wrong("max_connections", o.max_connections, "1 or more");
  if (!o.token.empty() && trim(o.token).empty())
    return invalid_argument("token is blank; give one of 16 or more letters, or none at all");
  if (o.memory_mib < 0) return wrong("memory_mib", o.memory_mib, "0 or more");
  return {};
}

Clock::time_point deadline_of(const Request& request, const ServerOptions& options) {
  return request.received +
         std::chrono::microseconds(static_cast<int64_t>(options.request_timeout_s * 1e6));
}

bool takes(const std::string& content_type) {
  const std::string type =
      to_lower(trim(std::string_view(content_type).substr(0, content_type.find(';'))));
  return type.starts_with("image/") || type == "application/octet-stream";
}

}  // namespace

Application::Application(ServerOptions options, JobControl log)
    : options_(std::move(options)),
      log_(std::move(log)),
      computed_(static_cast<size_t>(options_.memory_mib) * kMebi / 2),
      thumbnails_(static_cast<size_t>(options_.memory_mib) * kMebi / 2) {}

Result<std::unique_ptr<Application>> Application::create(const ServedCollection& served,
                                                         const ServerOptions& options,
                                                         const JobControl& log) {
  LOCI_RETURN_IF_ERROR(check(options));
  LOCI_TRY(tile_origin, origin_of_tiles(options.tile_url));
  std::unique_ptr<Application> app(new Application(options, log));
  LOCI_TRY(corpus, Corpus::open(served));
  app->corpus_ = std::move(corpus);
  if (std::error_code none;
      options.uploads.empty() && std::filesystem::is_symlink(served.folder + "/uploads", none)) {
    return invalid_argument(printable(served.folder + "/uploads") +
                            ": is a link; name the folder that photos are added to with --uploads, "
                            "if you trust where it leads");
  }
  app->uploads_ = options.uploads.empty() ? served.folder + "/uploads" : options.uploads;
  app->security_headers_ = security_headers(tile_origin);
  app->guard_ = std::make_unique<Guard>(options.token, is_loopback_name(options.host));
  try {
    const int workers = resolve_threads(options.workers);
    app->light_ = std::make_unique<WorkQueue>(kLightThreads, kLightQueue);
    app->decode_ = std::make_unique<WorkQueue>(std::max(kLeastDecoders, workers), kLightQueue);
    app->describe_ = std::make_unique<WorkQueue>(workers, static_cast<size_t>(options.queue));
    app->write_ = std::make_unique<WorkQueue>(1, kWriteQueue);
    app->group_ = std::make_unique<WorkQueue>(1, 1);
  } catch (const Error& refused) {
    return refused.status();
  }
  if (options.changeable) app->finish_interrupted_uploads();
  app->add_routes();
  app->add_page_routes();
  return app;
}

Application::~Application() { stop(); }

bool Application::stop(Clock::time_point until) {
  stopping_ = true;
  cancel_ = true;
  bool ended = true;
  for (WorkQueue* queue :
       {light_.get(), decode_.get(), describe_.get(), write_.get(), group_.get()}) {
    if (queue != nullptr) ended &= queue->stop(until);
  }
  return ended;
}

void Application::expire_waiting() {
  for (WorkQueue* queue : {light_.get(), decode_.get(), describe_.get(), write_.get()})
    queue->expire();
}

std::function<bool()> Application::given_up(const Request& request) const {
  return [this, until = deadline_of(request, options_)] {
    return cancel_.load() || Clock::now() > until;
  };
}

size_t Application::upload_budget() const {
  return std::max<size_t>(4, static_cast<size_t>(options_.queue) / 8) *
         static_cast<size_t>(options_.max_upload_mib) * kMebi;
}

void Application::add_routes() {
  const auto call = [this](Response (Application::*handler)(const Request&)) {
    return [this, handler](const Request& request) { return (this->*handler)(request); };
  };
  using A = Application;
  router_.add(
      {"POST", "/v1/query", Lane::kDescribe, {"k", "verify"}, call(&A::query), false, false, true});
  router_.add({"POST",
               "/v1/why",
               Lane::kDescribe,
               {"id", "max_clusters", "max_links"},
               call(&A::why),
               false,
               false,
               true});
  router_.add({"GET", "/v1/images", Lane::kLight, {"after", "limit"}, call(&A::list_images)});
  router_.add({"POST",
               "/v1/images",
               Lane::kWrite,
               {"name"},
               call(&A::add_image),
               false,
               false,
               true,
               true});
  router_.add({"GET", "/v1/images/{id}", Lane::kLight, {}, call(&A::get_image)});
  router_.add({"DELETE",
               "/v1/images/{id}",
               Lane::kWrite,
               {},
               call(&A::remove_image),
               false,
               false,
               false,
               true});
  router_.add({"GET", "/v1/images/{id}/file", Lane::kDecode, {}, call(&A::get_file), false, true});
  router_.add({"GET",
               "/v1/images/{id}/thumbnail",
               Lane::kDecode,
               {"size"},
               call(&A::get_thumbnail),
               false,
               true});
  router_.add({"GET",
               "/v1/images/{id}/matches",
               Lane::kDescribe,
               {"k", "verify"},
               call(&A::image_matches)});
  router_.add({"GET",
               "/v1/images/{id}/why",
               Lane::kDescribe,
               {"match", "max_clusters", "max_links"},
               call(&A::image_why)});
  router_.add({"GET", "/v1/images/{id}/place", Lane::kLight, {"radius_m"}, call(&A::image_place)});
  router_.add({"GET", "/v1/groups", Lane::kLight, {}, call(&A::groups)});
  router_.add({"GET", "/v1/map", Lane::kLight, {}, call(&A::map)});
  router_.add({"GET", "/v1/stats", Lane::kInstant, {}, call(&A::stats)});
  router_.add({"GET", "/healthz", Lane::kInstant, {}, call(&A::health), true});
  router_.add({"GET", "/metrics", Lane::kInstant, {}, call(&A::metrics_text)});
  for (const char* pattern : {"/v1/query",
                              "/v1/why",
                              "/v1/groups",
                              "/v1/images/{id}/matches",
                              "/v1/images/{id}/why",
                              "/v1/images/{id}/thumbnail"}) {
    router_.route(pattern)->works = true;
  }
  const auto description = [](const Request&) {
    return json_response(std::string(openapi_json()));
  };
  router_.add({"GET", "/v1/openapi.json", Lane::kInstant, {}, description, true});
}

Routed Application::admit(Request* request) const {
  Routed routed = router_.find(request);
  if (routed.route == nullptr) return routed;
  if (auto refusal = guard_->check(*request, *routed.route)) return {nullptr, std::move(*refusal)};
  if (routed.route->changes && !options_.changeable) {
    return {nullptr,
            failure(Refusal::kForbidden,
                    "this server was started with --no-changeable: the collection stays as it is")};
  }
  if (routed.route->takes_image && !takes(request->content_type)) {
    return {
        nullptr,
        failure(
            Refusal::kUnsupported,
            "Content-Type '" + printable(request->content_type) +
                "': send the photo's bytes themselves, as image/jpeg or application/octet-stream")};
  }
  return routed;
}

WorkQueue& Application::queue_of(Lane lane) {
  switch (lane) {
    case Lane::kDescribe:
      return *describe_;
    case Lane::kWrite:
      return *write_;
    case Lane::kDecode:
      return *decode_;
    case Lane::kInstant:
    case Lane::kLight:
      break;
  }
  return *light_;
}

Response Application::run(const Route& route, const Request& request) {
  Response response;
  try {
    response = route.handler(request);
  } catch (Refused& refused) {
    response = std::move(refused.response);
  } catch (const Error& error) {
    response = failure(error.status());
  } catch (const std::bad_alloc&) {
    response = failure(Refusal::kBusy, "out of memory; try again later or with a smaller photo");
  } catch (const std::exception& error) {
    log_.message(route.method + " " + route.pattern + ": " + printable(error.what()));
    response = failure(io_error("the server failed at this request; its log says more"));
  }
  return response;
}

Response Application::dressed(Response response) const {
  response.headers.insert(
      response.headers.end(), security_headers_.begin(), security_headers_.end());
  return response;
}

void Application::handle(const Route& route,
                         std::shared_ptr<const Request> request,
                         std::function<void(Response)> done) {
  if (route.lane == Lane::kInstant) {
    done(dressed(run(route, *request)));
    return;
  }
  const auto until = deadline_of(*request, options_);
  const auto late = [this, received = request->received, done] {
    const double waited = std::chrono::duration<double>(Clock::now() - received).count();
    done(dressed(failure(Refusal::kBusy,
                         stopping_
                             ? "the server is stopping"
                             : format("no turn came within %.1f s; try again later", waited))));
  };
  const auto task = [this, &route, request = std::move(request), done] {
    done(dressed(run(route, *request)));
  };
  if (!queue_of(route.lane).try_push(task, until, late)) {
    done(dressed(failure(Refusal::kBusy,
                         stopping_ ? "the server is stopping"
                                   : "too many photos are waiting; try again in a moment")));
  }
}

void Application::look_for_changes() {
  if (looking_.exchange(true)) return;
  const bool pushed = light_->try_push([this] {
    const auto changed = corpus_->refresh();
    if (!changed.ok()) {
      log_.message("the collection cannot be read again, its former state is served: " +
                   changed.status().message());
    }
    looking_ = false;
  });
  if (!pushed) looking_ = false;
}

}  // namespace loci::internal
