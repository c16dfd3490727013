// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Photos that are added and removed.
#include "application.h"
#include "upload_mark.h"

#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"
#include "loci/image/decode.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <unistd.h>

namespace loci::internal {
namespace {

constexpr double kWaitForOthersS = 5;
constexpr int64_t kLeastDeadRows = 64;  // fewer are not worth a rewrite

/// A name for an uploaded photo: what was asked for, cleaned, with an extension that tells the
/// format. Never a path, and never a hidden file.
std::string clean_name(const std::string& asked, const std::string& format) {
  constexpr std::string_view kKept = "-_.@+, ";
  std::string name = asked.substr(asked.find_last_of("/\\") + 1);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && kKept.find(c) == std::string_view::npos) c = '_';
  }
  while (!name.empty() && (name.front() == '.' || name.front() == ' ')) name.erase(0, 1);
  if (name.empty()) name = "photo";
  if (!ends_with_any(to_lower(name), image_extensions()))
    name += format == "jpeg" ? ".jpg" : "." + format;
  return name;
}

}  // namespace

Response Application::add_image(const Request& request) {
  const std::string bytes_where = "the photo";
  const std::span<const uint8_t> data(reinterpret_cast<const uint8_t*>(request.body.data()),
                                      request.body.size());
  const auto name_at = request.query.find("name");
  if (name_at != request.query.end() && name_at->second.size() > 200)
    throw Error(invalid_argument("parameter 'name' has more than 200 letters"));
  const ImageInfo info = probe_image(data, bytes_where).value();
  if (static_cast<double>(info.width) * info.height > options_.max_megapixels * 1e6) {
    throw Refused{
        failure(Refusal::kTooLarge,
                format("the photo has %d x %d pixels; this server takes %d million at most",
                       info.width,
                       info.height,
                       options_.max_megapixels))};
  }
  // The name begins with the content's digest: the same bytes come to the same file.
  const std::string digest = sha256_hex(data);
  const std::string folder = std::filesystem::absolute(uploads_).lexically_normal().string();
  const auto known = [&]() -> const PlaceImage* {
    for (const PlaceImage& image : corpus_->view()->images) {
      if (image.sha256 == digest && image.path.starts_with(folder + "/")) return &image;
    }
    return nullptr;
  };
  const auto answer = [](int64_t id, const std::string& path, const char* state, int status) {
    JsonWriter json;
    json.object().member("id", id).member("image", path).member("state", state).end();
    return json_response(json.str(), status);
  };
  const auto before = corpus_->view();
  if (const PlaceImage* image = known()) return answer(image->id, image->path, "unchanged", 200);
  const std::string asked = name_at == request.query.end() ? "" : name_at->second;
  const std::string path =
      folder + "/" + digest.substr(0, 12) + "_" + clean_name(asked, info.format);
  if (const Status made = make_folders(folder); !made.ok()) throw Error(made);
  const UploadMark mark(path);
  if (const Status written = write_file(path, data); !written.ok()) throw Error(written);
  const auto engine = before->engine;
  auto report = engine->db->update(
      {path}, {.num_threads = 1, .max_wait_s = kWaitForOthersS}, {.cancel = &cancel_});
  const bool failed = report.ok() && !report->failed.empty();
  if (!report.ok() || failed || report->interrupted) {
    ::unlink(path.c_str());
    if (!report.ok() && report.status().code() == Code::kIo)
      throw Refused{failure(Refusal::kBusy, report.status().message())};
    throw Error(failed        ? report->failed.front().error
                : report.ok() ? cancelled("the server is stopping")
                              : report.status());
  }
  if (const Status loaded = corpus_->reload(); !loaded.ok()) throw Error(loaded);
  const auto view = corpus_->view();
  for (const PlaceImage& image : view->images) {
    if (image.path != path) continue;
    compact_if_worth_it();
    learn_if_outgrown();
    return answer(image.id, path, "added", 201);
  }
  throw Error(io_error("the photo was stored and then removed by another program"));
}

Response Application::remove_image(const Request& request) {
  const auto view = corpus_->view();
  const PlaceImage image = photo(*view, request.id);
  const std::string folder = std::filesystem::absolute(uploads_).lexically_normal().string() + "/";
  const bool ours =
      image.path.starts_with(folder) && image.path.find('/', folder.size()) == std::string::npos;
  std::optional<UploadMark> mark;
  if (ours) mark.emplace(image.path);
  const auto forgotten = view->engine->db->remove({image.path}, kWaitForOthersS);
  if (forgotten.status().code() == Code::kIo)
    throw Refused{failure(Refusal::kBusy, forgotten.status().message())};
  const int64_t removed = forgotten.value();
  if (const Status loaded = corpus_->reload(); !loaded.ok()) throw Error(loaded);
  if (removed == 0)
    throw Error(not_found("photo " + std::to_string(image.id) + " is gone already"));
  const bool deleted = ours && ::unlink(image.path.c_str()) == 0;
  compact_if_worth_it();
  JsonWriter json;
  json.object()
      .member("id", image.id)
      .member("image", image.path)
      .member("file_deleted", deleted)
      .end();
  return json_response(json.str());
}

void Application::finish_interrupted_uploads() {
  const auto view = corpus_->view();
  const std::string folder = std::filesystem::absolute(uploads_).lexically_normal().string();
  remove_abandoned_files(folder);
  const int removed = remove_interrupted_uploads(folder, [&](const std::string& path) {
    return std::any_of(view->images.begin(), view->images.end(), [&](const PlaceImage& image) {
      return image.path == path;
    });
  });
  if (removed > 0) {
    log_.message(format("removed %d files of uploads that an ended server had in hand", removed));
  }
}

void Application::compact_if_worth_it() {
  const auto engine = corpus_->view()->engine;
  const auto counts = engine->db->row_counts();
  if (!counts.ok()) return;
  const int64_t dead = counts->rows - counts->in_use;
  if (dead < kLeastDeadRows || dead * 3 < counts->rows) return;
  push_once(compacting_, "the collection was not compacted: ", [this, engine] {
    LOCI_RETURN_IF_ERROR(engine->db->compact(kWaitForOthersS));
    return corpus_->reload();
  });
}

void Application::learn_if_outgrown() {
  constexpr int64_t kYoung = 300;  // a larger one was indexed without centers of its own on purpose
  const auto engine = corpus_->view()->engine;
  const Model& model = engine->db->describer().model();
  const int64_t photos = engine->db->size();
  if (adapted_to_photos(model) > 0 || photos > kYoung || outgrown(model, photos).empty()) return;
  push_once(learning_, "the collection's own centers were not learnt: ", [this] {
    const ServedCollection& served = corpus_->served();
    LOCI_RETURN_IF_ERROR(PlaceDb::relearn(served.folder, served.describe, {.cancel = &cancel_}));
    return corpus_->refresh().status();
  });
}

void Application::push_once(std::atomic<bool>& running,
                            const char* failure,
                            std::function<Status()> work) {
  if (running.exchange(true)) return;
  const bool pushed = write_->try_push([this, &running, failure, work = std::move(work)] {
    if (const Status done = work(); !done.ok()) log_.message(failure + done.message());
    running = false;
  });
  if (!pushed) running = false;
}

}  // namespace loci::internal
