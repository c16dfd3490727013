// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Queries, and the reasons of a match.
#include "application.h"

#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/describe/explain.h"
#include "loci/image/decode.h"
#include "loci/place/rerank.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace loci::internal {
namespace {

constexpr int64_t kMostMatches = 100, kMostLinks = 1000, kMostClusters = 64;
constexpr int64_t kMostId = std::numeric_limits<int64_t>::max();
constexpr uint64_t kMaxPhotoBytes = uint64_t{1} << 30;

double since_ms(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

size_t bytes_of(const ComputedPhoto& photo) {
  const auto of = [](const LocatedFeatures& f) {
    return f.features.values.size() * sizeof(float) + f.keypoints.size() * sizeof(Keypoint);
  };
  return of(photo.features.map) + of(photo.features.points) + of(photo.features_to_check) +
         photo.descriptor.size() * sizeof(float) + sizeof(ComputedPhoto);
}

template <class T>
T value_or_throw(Result<T> result) {
  return std::move(result).value();
}

void must(const Status& status) {
  if (!status.ok()) throw Error(status);
}

/// Without the parameter `verify`, geometry is checked where the scores leave it open whether the place is known.
Check check_parameter(const Request& request) {
  if (!request.query.contains("verify")) return Check::kDoubtful;
  return flag_parameter(request, "verify") ? Check::kAlways : Check::kNever;
}

/// One more search with what an answer of its own gives: the matches and the verdict.
QueryAnswer ask(const View& view,
                std::span<const float> descriptor,
                int k,
                Check check,
                IndexOptions index,
                const std::string& leave_out) {
  index.num_threads = 1;
  const int wanted =
      check == Check::kNever ? k : std::max(k, view.engine->verifier->options().num_candidates);
  return value_or_throw(view.engine->db->query_descriptor(descriptor, wanted, index, leave_out));
}

}  // namespace

CheckKind Application::check_kind(const View& view) const {
  const Verifier& verifier = *view.engine->verifier;
  return {verifier.method(), verifier.options().geometry.geometry};
}

Result<std::shared_ptr<const ComputedPhoto>> Application::compute(const View& view,
                                                                  const std::string& bytes,
                                                                  const std::string& where,
                                                                  bool to_check) {
  const Describer& describer = view.engine->db->describer();
  const Verifier& verifier = *view.engine->verifier;
  const std::span<const uint8_t> data(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  const std::string key = describer.model().fingerprint + sha256_hex(data);
  const std::string check_key = key + "+" + verifier.method();
  if (auto kept = computed_.find(to_check ? check_key : key)) return kept;
  auto made = std::make_shared<ComputedPhoto>();
  if (to_check && verifier.method() != "rootsift") {
    if (const auto plain = computed_.find(key)) {
      *made = *plain;
      LOCI_TRY(checked, verifier.features({}, 1, &made->features));
      made->features_to_check = std::move(checked);
      computed_.keep(check_key, made, bytes_of(*made));
      return std::shared_ptr<const ComputedPhoto>(std::move(made));
    }
  }
  const auto start = Clock::now();
  LOCI_TRY(size, probe_image(data, where));
  const double megapixels = static_cast<double>(size.width) * size.height / 1e6;
  if (megapixels > options_.max_megapixels) {
    throw Refused{
        failure(Refusal::kTooLarge,
                format("%s has %d x %d pixels, %.0f million; this server takes %d million at most: "
                       "send it smaller",
                       where.c_str(),
                       size.width,
                       size.height,
                       megapixels,
                       options_.max_megapixels))};
  }
  DecodeOptions decode = describer.decode_options(size.width, size.height);
  decode.max_pixels = static_cast<uint64_t>(options_.max_megapixels) * 1'000'000;
  auto decoded = decode_image(data, where, decode);
  refuse_if_out_of_memory(decoded.status());
  LOCI_TRY(image, std::move(decoded));
  made->width = size.width;
  made->height = size.height;
  made->info = read_photo_info(data);
  if (made->info.position && !valid(*made->info.position)) made->info.position.reset();
  made->descriptor.resize(static_cast<size_t>(describer.dim()));
  const Status described = describer.describe(image, made->descriptor, 1, nullptr, &made->features);
  refuse_if_out_of_memory(described);
  LOCI_RETURN_IF_ERROR(described);
  metrics_.count_described(since_ms(start) / 1e3);
  if (to_check) {
    LOCI_TRY(checked, verifier.features(image, 1, &made->features));
    made->features_to_check = std::move(checked);
  }
  computed_.keep(to_check ? check_key : key, made, bytes_of(*made));
  return std::shared_ptr<const ComputedPhoto>(std::move(made));
}

Result<std::shared_ptr<const ComputedPhoto>> Application::compute_file(const View& view,
                                                                       const PlaceImage& image,
                                                                       bool to_check) {
  LOCI_TRY(bytes, read_file(image.path, kMaxPhotoBytes));
  const std::string text(bytes.begin(), bytes.end());
  auto computed = compute(view, text, printable(image.path), to_check);
  if (!computed.ok()) return no_longer_a_photo(computed.status(), image.id);
  return computed;
}

Response Application::query(const Request& request) {
  const auto k = static_cast<int>(int_parameter(request, "k", 1, kMostMatches, 10));
  const Check check = check_parameter(request);
  Times times;
  times.queue_ms = since_ms(request.received);
  const auto view = corpus_->view();
  const auto describing = Clock::now();
  auto photo = value_or_throw(compute(*view, request.body, "the photo", check == Check::kAlways));
  times.describe_ms = since_ms(describing);
  const auto searching = Clock::now();
  QueryAnswer answer = ask(*view, photo->descriptor, k, check, corpus_->served().index, "");
  times.search_ms = since_ms(searching);
  if (needs_check(answer, check)) {
    const auto verifying = Clock::now();
    photo = value_or_throw(compute(*view, request.body, "the photo", true));
    must(verify_answer(
        *view->engine->verifier, photo->features_to_check, k, &answer, 1, view->engine->db.get()));
    times.verify_ms = since_ms(verifying);
  }
  if (std::ssize(answer.matches) > k) answer.matches.resize(static_cast<size_t>(k));
  const QueryFacts facts{.width = photo->width,
                         .height = photo->height,
                         .position = photo->info.position,
                         .taken = photo->info.taken,
                         .heading_deg = photo->info.heading_deg};
  times.total_ms = since_ms(request.received);
  return json_response(query_answer_json(
      facts, answer, std::ssize(view->images), check_kind(*view), *places_of(*view), times));
}

Response Application::image_matches(const Request& request) {
  const auto k = static_cast<int>(int_parameter(request, "k", 1, kMostMatches, 10));
  const Check check = check_parameter(request);
  Times times;
  times.queue_ms = since_ms(request.received);
  const auto view = corpus_->view();
  const PlaceImage& image = photo(*view, request.id);
  const auto searching = Clock::now();
  const std::vector<float> descriptor = value_or_throw(view->engine->db->descriptor(image.id));
  QueryAnswer answer = ask(*view, descriptor, k, check, corpus_->served().index, image.path);
  times.search_ms = since_ms(searching);
  if (needs_check(answer, check)) {
    const auto verifying = Clock::now();
    const Verifier& verifier = *view->engine->verifier;
    const auto features = value_or_throw(verifier.features_of(image.path));
    must(verify_answer(verifier, *features, k, &answer, 1, view->engine->db.get()));
    times.verify_ms = since_ms(verifying);
  }
  if (std::ssize(answer.matches) > k) answer.matches.resize(static_cast<size_t>(k));
  const QueryFacts facts{.width = image.width,
                         .height = image.height,
                         .position = image.position,
                         .taken = image.taken,
                         .heading_deg = image.heading_deg,
                         .id = image.id};
  times.total_ms = since_ms(request.received);
  return json_response(query_answer_json(
      facts, answer, std::ssize(view->images) - 1, check_kind(*view), *places_of(*view), times));
}

Response Application::why(const Request& request) {
  const int64_t id = int_parameter(request, "id", 1, kMostId, std::nullopt);
  const auto view = corpus_->view();
  const PlaceImage& match = photo(*view, id);
  const auto first = value_or_throw(compute(*view, request.body, "the photo", true));
  return explain(request, *view, *first, match);
}

Response Application::image_why(const Request& request) {
  const int64_t match_id = int_parameter(request, "match", 1, kMostId, std::nullopt);
  const auto view = corpus_->view();
  const PlaceImage& image = photo(*view, request.id);
  const PlaceImage& match = photo(*view, match_id);
  const auto first = value_or_throw(compute_file(*view, image, true));
  return explain(request, *view, *first, match);
}

Response Application::explain(const Request& request,
                              const View& view,
                              const ComputedPhoto& first,
                              const PlaceImage& second_image) {
  const auto clusters =
      static_cast<int>(int_parameter(request, "max_clusters", 0, kMostClusters, 8));
  const auto links = static_cast<int>(int_parameter(request, "max_links", 0, kMostLinks, 200));
  const auto second = value_or_throw(compute_file(view, second_image, true));
  const Verifier& verifier = *view.engine->verifier;
  WhyParts parts;
  parts.id = second_image.id;
  parts.score = std::inner_product(
      first.descriptor.begin(), first.descriptor.end(), second->descriptor.begin(), 0.0);
  auto explained = explain_pair(view.engine->db->describer().shared_model(),
                                first.features.map,
                                second->features.map,
                                clusters);
  if (explained.ok()) {
    parts.explanation = std::move(explained).value();
  } else if (explained.status().code() != Code::kUnsupported) {
    throw Error(explained.status());
  }
  parts.check = value_or_throw(verifier.check(first.features_to_check, second->features_to_check));
  parts.verified =
      verifier.verified(static_cast<int>(parts.check.matches.size()), parts.check.inliers);
  parts.kind = check_kind(view);
  parts.first = &first.features_to_check;
  parts.second = &second->features_to_check;
  parts.max_links = links;
  return json_response(why_json(parts));
}

}  // namespace loci::internal
