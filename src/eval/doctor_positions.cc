// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_parts.h"
#include "doctor_towns.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <unordered_map>

namespace loci::internal {
namespace {

constexpr double kSamePlaceM = 50;    // metres and degrees of one position may differ by so much
constexpr double kExifM = 100;        // a telephone's receiver between houses
constexpr double kNothingDeg = 1e-6;  // 0.1 m
constexpr double kMostStray = 0.02;   // of all: more is how the set is, and no fault
constexpr size_t kFewStray = 2;
constexpr size_t kPanorama = 24;  // cut-outs of one panorama go astray together
constexpr double kLeastSet = 8;   // positions; of fewer none can be called the odd one out

std::string far_text(double metres) {
  return metres < 10'000 ? format("%.0f m", metres) : format("%.0f km", metres / 1000);
}

std::string degrees(LatLon at) { return format("%.5f, %.5f", at.lat, at.lon); }

LatLon swapped(LatLon at) { return {.lat = at.lon, .lon = at.lat}; }

// The same metres in other zones and on the other side of the equator, where `is_right` likes one.
std::optional<Utm> other_grid(const Utm& utm, const std::function<bool(LatLon)>& is_right) {
  for (int zone = 1; zone <= 60; ++zone) {
    for (const char band : {'N', 'M'}) {
      const bool same = zone == utm.zone && (band < 'N') == (utm.band < 'N');
      if (same) continue;
      const Utm candidate{.east_m = utm.east_m, .north_m = utm.north_m, .zone = zone, .band = band};
      const auto at = to_lat_lon(candidate);
      if (at.ok() && is_right(*at)) return candidate;
    }
  }
  return std::nullopt;
}

std::string grid_name(const Utm& utm) {
  return format("zone %d %s", utm.zone, utm.band < 'N' ? "south" : "north");
}

class PositionChecks {
 public:
  explicit PositionChecks(Examination* exam) : exam_(*exam) {}

  void run() {
    impossible();
    for (Photo& photo : exam_.photos) {
      if (!photo.record.utm.has_value() && !photo.record.position.has_value()) continue;
      if (!zero(&photo)) conflict(&photo);
    }
    mixed_grids();
    strays();
    for (Photo& photo : exam_.photos) exif(&photo);
    unpositioned();
    report();
  }

 private:
  void blame(const char* check, Photo* photo, std::string detail) {
    found_[check].push_back({photo->path, std::move(detail)});
    photo->misplaced = true;
  }

  void impossible() {
    std::unordered_map<std::string, ImpossiblePosition> given;
    for (const Dataset& part : exam_.parts) {
      for (const ImpossiblePosition& one : part.off_the_map)
        given.emplace(path_in(part, one.path), one);
    }
    if (given.empty()) return;
    for (Photo& photo : exam_.photos) {
      const auto found = given.find(photo.path);
      if (found == given.end()) continue;
      const auto [path, lat, lon] = found->second;
      const bool turned = valid({.lat = lon, .lon = lat});
      blame(turned ? "swapped_position" : "impossible_position",
            &photo,
            format("given as latitude %g, longitude %g", lat, lon));
    }
  }

  bool zero(Photo* photo) {
    const ImageRecord& r = photo->record;
    const bool degrees_zero = r.position.has_value() && std::abs(r.position->lat) < kNothingDeg &&
                              std::abs(r.position->lon) < kNothingDeg;
    // The corner of a local grid may be a real place.
    const bool metres_zero = r.utm.has_value() && r.utm->zone != 0 && r.utm->east_m == 0;
    if (degrees_zero || metres_zero) blame("zero_position", photo, "position 0, 0");
    return degrees_zero || metres_zero;
  }

  // What metres and degrees of one photograph say of each other.
  void conflict(Photo* photo) {
    const ImageRecord& r = photo->record;
    if (!r.utm.has_value() || !r.position.has_value() || r.utm->zone == 0) return;
    const auto from_metres = to_lat_lon(*r.utm);
    const auto apart = [](LatLon a, LatLon b) {
      return valid(a) && valid(b) ? distance_m(a, b) : 1e9;
    };
    const double off = from_metres.ok() ? apart(*from_metres, *r.position) : 1e9;
    if (off <= kSamePlaceM) return;
    if (from_metres.ok() && apart(*from_metres, swapped(*r.position)) <= kSamePlaceM) {
      blame("swapped_position",
            photo,
            "metres say " + degrees(*from_metres) + ", degrees " + degrees(*r.position));
      return;
    }
    const auto grid =
        other_grid(*r.utm, [&](LatLon at) { return apart(at, *r.position) <= kSamePlaceM; });
    if (grid.has_value()) {
      blame("wrong_zone",
            photo,
            grid_name(*r.utm) + " is given, its degrees lie in " + grid_name(*grid));
    } else {
      blame("position_conflict", photo, "metres and degrees are " + far_text(off) + " apart");
    }
  }

  void mixed_grids() {
    const auto has_zone = [](const Photo& photo) {
      return photo.record.utm.has_value() && photo.record.utm->zone != 0;
    };
    if (std::none_of(exam_.photos.begin(), exam_.photos.end(), has_zone)) return;
    for (Photo& photo : exam_.photos) {
      if (photo.record.utm.has_value() && !has_zone(photo))
        blame("zone_missing", &photo, "no zone");
    }
  }

  void strays() {
    std::vector<std::optional<Point>> points;
    for (Photo& photo : exam_.photos) {
      photo.at = place_in_space(photo.record);
      points.push_back(photo.misplaced ? std::nullopt : photo.at);
    }
    const Towns towns = find_towns(points);
    const auto all = static_cast<double>(
        std::count_if(points.begin(), points.end(), [](const auto& p) { return p.has_value(); }));
    const auto share = std::max(kFewStray, static_cast<size_t>(kMostStray * all));
    const size_t hamlet = std::min(share, kPanorama);
    size_t together = 0;
    for (const size_t size : towns.size) together += size <= hamlet ? size : 0;
    if (together == 0 || together > share || all < kLeastSet) return;
    PointCells home(kHomeCellM);
    const auto stray = [&](size_t i) { return towns.size[towns.of[i]] <= hamlet; };
    for (size_t i = 0; i < points.size(); ++i) {
      if (towns.of[i] != Towns::kNowhere && !stray(i)) home.add_first(*points[i], i);
    }
    for (size_t i = 0; i < points.size(); ++i) {
      if (towns.of[i] != Towns::kNowhere && stray(i)) explain_stray(home, &exam_.photos[i]);
    }
  }

  void explain_stray(const PointCells& home, Photo* photo) {
    const ImageRecord& r = photo->record;
    const auto is_home = [&](LatLon at) {
      return valid(at) && home.occupied_near(place_in_space(at));
    };
    if (r.position.has_value() && is_home(swapped(*r.position))) {
      blame("swapped_position", photo, "at " + degrees(*r.position) + ", home the other way round");
      return;
    }
    const auto grid =
        r.utm.has_value() && r.utm->zone != 0 ? other_grid(*r.utm, is_home) : std::nullopt;
    if (grid.has_value()) {
      blame("wrong_zone",
            photo,
            grid_name(*r.utm) + " is given, the others lie in " + grid_name(*grid));
    } else {
      blame("stray_position",
            photo,
            r.position.has_value() ? "alone at " + degrees(*r.position)
                                   : format("alone at %.0f, %.0f", r.utm->east_m, r.utm->north_m));
    }
  }

  void exif(Photo* photo) {
    const ImageRecord& r = photo->record;
    if (photo->misplaced || !photo->info.position.has_value() || !r.position.has_value()) return;
    const double off = distance_m(*photo->info.position, *r.position);
    if (off <= kExifM) return;
    if (distance_m(*photo->info.position, swapped(*r.position)) <= kExifM)
      blame("swapped_position",
            photo,
            "EXIF says " + degrees(*photo->info.position) + ", the set " + degrees(*r.position));
    else
      blame("exif_conflict", photo, "EXIF and the set are " + far_text(off) + " apart");
  }

  void unpositioned() {
    for (const Photo& photo : exam_.photos) {
      const bool needed =
          std::any_of(photo.listed.begin(), photo.listed.end(), [&](const Listing& l) {
            return exam_.parts[l.part].rule.kind == TruthRule::Kind::kRadius;
          });
      if (needed && !photo.misplaced && !photo.record.utm.has_value())
        found_["no_position"].push_back({photo.path, ""});
    }
  }

  void report() {
    const auto tell = [&](const char* check, const char* singular, const char* plural) {
      exam_.find_photos(check, singular, plural, std::move(found_[check]));
    };
    tell("zero_position", "lies at 0, 0", "lie at 0, 0");
    tell("swapped_position",
         "has latitude and longitude exchanged",
         "have latitude and longitude exchanged");
    tell("impossible_position",
         "has a position that no place on Earth has",
         "have positions that no place on Earth has");
    tell("wrong_zone", "has the wrong UTM zone", "have the wrong UTM zone");
    tell("position_conflict",
         "has metres and degrees that disagree",
         "have metres and degrees that disagree");
    tell("zone_missing", "has no UTM zone, unlike others", "have no UTM zone, unlike others");
    tell("stray_position", "lies far from all others", "lie far from all others");
    tell("exif_conflict",
         "has another position in its EXIF data",
         "have another position in their EXIF data");
    tell("no_position", "has no position", "have no position");
  }

  static constexpr double kHomeCellM = 5000;
  Examination& exam_;
  std::map<std::string, std::vector<Finding::Item>> found_;
};

}  // namespace

void check_positions(Examination* exam) { PositionChecks(exam).run(); }

}  // namespace loci::internal
