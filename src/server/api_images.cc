// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Photos of the collection: what is known of them.
#include "application.h"

#include "loci/base/text.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace loci::internal {
namespace {

constexpr int64_t kMostId = std::numeric_limits<int64_t>::max();

}  // namespace

const PlaceImage& Application::photo(const View& view, int64_t id) const {
  const PlaceImage* found = view.find(id);
  if (found == nullptr) throw Error(not_found("no photo has the number " + std::to_string(id)));
  return *found;
}

Response Application::list_images(const Request& request) {
  const int64_t after = int_parameter(request, "after", 0, kMostId, 0);
  const int64_t limit = int_parameter(request, "limit", 1, 1000, 100);
  const auto view = corpus_->view();
  const auto places = places_of(*view);
  const auto& images = view->images;
  auto at = std::upper_bound(
      images.begin(), images.end(), after, [](int64_t id, const PlaceImage& image) {
        return id < image.id;
      });
  JsonWriter json;
  json.object().member("total", images.size()).key("images").array();
  int64_t written = 0, last = 0;
  for (; at != images.end() && written < limit; ++at, ++written) {
    json.object();
    photo_members(json, *at, *places);
    json.end();
    last = at->id;
  }
  json.end().key("next_after");
  at == images.end() ? json.null() : json.value(last);
  return json_response(json.end().str());
}

Response Application::get_image(const Request& request) {
  const auto view = corpus_->view();
  JsonWriter json;
  json.object();
  photo_members(json, photo(*view, request.id), *places_of(*view));
  return json_response(json.end().str());
}

Response Application::image_place(const Request& request) {
  const double radius_m = number_parameter(request, "radius_m", 0, 1000, 25);
  const auto view = corpus_->view();
  const PlaceImage& image = photo(*view, request.id);
  const auto places = places_of(*view);
  const auto own = places->find(image.id);
  struct Seen {
    const PlaceImage* image;
    std::optional<double> metres;
  };
  std::vector<Seen> seen;
  bool by_look = false, by_position = false;
  for (const PlaceImage& other : view->images) {
    const auto group = places->find(other.id);
    const bool alike =
        own != places->end() && group != places->end() && own->second == group->second;
    std::optional<double> metres;
    if (image.position && other.position) metres = distance_m(*image.position, *other.position);
    const bool near = radius_m > 0 && metres && *metres <= radius_m;
    if (&other != &image && !alike && !near) continue;
    if (&other != &image) {
      by_look |= alike;
      by_position |= near;
    }
    seen.push_back({&other, metres});
  }
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    const auto key = [](const Seen& s) {
      return std::make_tuple(!s.image->taken.has_value(), s.image->taken.value_or(0), s.image->id);
    };
    return key(a) < key(b);
  });
  const char* basis = by_look && by_position ? "both"
                      : by_look              ? "appearance"
                      : by_position          ? "position"
                                             : "none";
  const std::vector<float> descriptor = view->engine->db->descriptor(image.id).value();
  JsonWriter json;
  json.object().member("id", image.id).member("basis", basis).key("images").array();
  for (const Seen& s : seen) {
    const auto other = view->engine->db->descriptor(s.image->id);
    if (!other.ok()) continue;  // removed a moment ago
    double score = 0;
    for (size_t i = 0; i < descriptor.size(); ++i)
      score += static_cast<double>(descriptor[i]) * static_cast<double>((*other)[i]);
    json.object();
    photo_members(json, *s.image, *places);
    json.key("distance_m");
    s.metres ? json.value(*s.metres) : json.null();
    json.member("score", score).end();
  }
  return json_response(json.end().end().str());
}

}  // namespace loci::internal
