// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "pair_lists.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace loci::train {
namespace {

using Lists = std::vector<std::vector<int32_t>>;

int positive_frames(const Dataset& dataset, const PairOptions& options) {
  return options.positive_frames >= 0 ? options.positive_frames
                                      : std::max(0, dataset.rule.tolerance_frames);
}

int negative_frames(const Dataset& dataset, const PairOptions& options) {
  return options.negative_frames >= 0 ? options.negative_frames
                                      : std::max(10, 5 * positive_frames(dataset, options));
}

template <class Visit>
void for_each_image(const Dataset& dataset, Visit visit) {
  for (const ImageRecord& image : dataset.database) visit(image);
  for (const ImageRecord& image : dataset.queries) visit(image);
}

Status check_grids(const Dataset& dataset) {
  const ImageRecord* named = nullptr;
  const ImageRecord* unnamed = nullptr;
  for_each_image(dataset, [&](const ImageRecord& image) {
    if (image.utm.has_value()) (image.utm->zone == 0 ? unnamed : named) = &image;
  });
  if (named == nullptr || unnamed == nullptr) return {};
  return invalid_argument(
      printable(dataset.root) + ": " + printable(unnamed->path) +
      " has a position without UTM zone, " + printable(named->path) +
      format(" one in zone %d; give all of them a zone, or none", named->utm->zone));
}

/// All values of the set lie within `reach` of each other.
struct Extent {
  double low = INFINITY, high = -INFINITY;
  void add(double value) { low = std::min(low, value), high = std::max(high, value); }
  double width() const { return high < low ? 0 : high - low; }
};

bool is_one_place(const Dataset& dataset, const PairOptions& options, const std::string& relation) {
  if (relation == "place") {
    const std::string* first = nullptr;
    bool others = false;
    for_each_image(dataset, [&](const ImageRecord& image) {
      if (image.place.empty()) return;
      if (first == nullptr) first = &image.place;
      others = others || image.place != *first;
    });
    return !others;
  }
  Extent east, north, frames, zones;
  for_each_image(dataset, [&](const ImageRecord& image) {
    if (image.frame >= 0) frames.add(static_cast<double>(image.frame));
    if (!image.utm.has_value()) return;
    east.add(image.utm->east_m);
    north.add(image.utm->north_m);
    zones.add(image.utm->zone);
  });
  if (relation == "frame") return frames.width() <= negative_frames(dataset, options);
  return zones.width() == 0 && std::hypot(east.width(), north.width()) <= options.negative_radius_m;
}

Result<Lists> rows_under(const Dataset& dataset) {
  LOCI_TRY(truth, ground_truth(dataset));
  Lists lists(truth.size());
  for (size_t q = 0; q < truth.size(); ++q) {
    lists[q].assign(truth[q].begin(), truth[q].end());
    std::vector<int64_t>().swap(truth[q]);
  }
  return lists;
}

/// The rule's own filters, then what the relation calls positive.
Result<Lists> positives_of(Dataset* view, const PairOptions& options, const std::string& relation) {
  TruthRule& rule = view->rule;
  if (relation == "place") {
    rule.kind = TruthRule::Kind::kPlace;
    return rows_under(*view);
  }
  if (relation == "frame") {
    rule.tolerance_frames = positive_frames(*view, options);
    rule.kind = TruthRule::Kind::kFrames;
    rule.min_frame_gap = 0;  // it would take away the neighbours, which are the positives here
    return rows_under(*view);
  }
  rule.kind = TruthRule::Kind::kRadius;
  rule.radius_m = options.positive_radius_m;
  LOCI_TRY(within, rows_under(*view));
  if (options.trivial_radius_m < 0) return within;
  rule.radius_m = options.trivial_radius_m;
  LOCI_TRY(trivial, rows_under(*view));
  for (size_t q = 0; q < within.size(); ++q) {
    std::erase_if(within[q], [&](int32_t row) {
      return std::binary_search(trivial[q].begin(), trivial[q].end(), row);
    });
  }
  return within;
}

Result<Lists> near_of(Dataset* view, const PairOptions& options, const std::string& relation) {
  TruthRule& rule = view->rule;
  rule.min_frame_gap = 0;
  rule.radius_m = options.negative_radius_m;
  rule.tolerance_frames = negative_frames(*view, options);
  rule.kind = relation == "place"   ? TruthRule::Kind::kPlace
              : relation == "frame" ? TruthRule::Kind::kFrames
                                    : TruthRule::Kind::kRadius;
  LOCI_TRY(near, rows_under(*view));
  for (size_t q = 0; q < near.size(); ++q) {  // ground_truth leaves the own photograph out
    const auto own = static_cast<int32_t>(own_row(*view, q));
    const auto place = std::lower_bound(near[q].begin(), near[q].end(), own);
    if (own >= 0 && (place == near[q].end() || *place != own)) near[q].insert(place, own);
  }
  return near;
}

void apply_time_rule(const Dataset& dataset, const PairOptions& options, PairLists* pairs) {
  const double gap_s = options.min_time_gap_h * 3600;
  for (size_t q = 0; q < pairs->positives.size(); ++q) {
    std::vector<int32_t>& rows = pairs->positives[q];
    const bool had_some = !rows.empty();
    const auto& asked = dataset.queries[q].time;
    std::erase_if(rows, [&](int32_t row) {
      const auto& other = dataset.database[static_cast<size_t>(row)].time;
      if (!asked.has_value() || !other.has_value()) {
        ++pairs->pairs_of_unknown_time;
        return false;
      }
      return std::abs(static_cast<double>(*asked) - static_cast<double>(*other)) <= gap_s;
    });
    if (had_some && rows.empty()) ++pairs->queries_lost_to_time;
  }
}

}  // namespace

Result<std::string> relation_of(const Dataset& dataset, const PairOptions& options) {
  const std::string& name = options.relation;
  if (name == "position" || name == "place" || name == "frame") return name;
  if (name != "auto") {
    return invalid_argument("relation is '" + printable(name) +
                            "': it must be auto, position, place or frame");
  }
  switch (dataset.rule.kind) {
    case TruthRule::Kind::kPlace:
      return std::string("place");
    case TruthRule::Kind::kFrames:
      return std::string("frame");
    default:
      return std::string("position");
  }
}

Status check_pair_options(const PairOptions& options, const std::string& relation) {
  const double positive = options.positive_radius_m, negative = options.negative_radius_m;
  const bool finite = std::isfinite(positive) && std::isfinite(negative) &&
                      std::isfinite(options.trivial_radius_m) &&
                      std::isfinite(options.min_time_gap_h);
  if (!finite || options.min_time_gap_h < 0)
    return invalid_argument("radii and min_time_gap_h must be finite numbers, the gap 0 or more");
  if (relation == "position" &&
      !(options.trivial_radius_m < positive && positive >= 0 && positive <= negative)) {
    return invalid_argument(
        format("trivial_radius_m %g, positive_radius_m %g, negative_radius_m %g: each must be "
               "larger than the one before (the last two may be equal)",
               options.trivial_radius_m,
               positive,
               negative));
  }
  if (relation == "frame" && options.positive_frames >= 0 && options.negative_frames >= 0 &&
      options.positive_frames > options.negative_frames) {
    return invalid_argument(format("positive_frames %d is beyond negative_frames %d",
                                   options.positive_frames,
                                   options.negative_frames));
  }
  return {};
}

Status check_spread(const Dataset& dataset,
                    const PairOptions& options,
                    const std::string& relation) {
  if (relation == "position") LOCI_RETURN_IF_ERROR(check_grids(dataset));
  int64_t clues = 0;
  for_each_image(dataset,
                 [&](const ImageRecord& image) { clues += has_clue(image, relation) ? 1 : 0; });
  if (clues == 0 || !is_one_place(dataset, options, relation)) return {};
  return invalid_argument(
      printable(dataset.root) + ": by " + relation + " all " +
      format("%lld", static_cast<long long>(clues)) +
      " images are one place, so that there is no definite negative; add photographs of other "
      "places" +
      (relation == "place" ? "" : ", or choose another relation"));
}

bool has_clue(const ImageRecord& image, const std::string& relation) {
  if (relation == "place") return !image.place.empty();
  if (relation == "frame") return image.frame >= 0;
  return image.utm.has_value();
}

int64_t own_row(const Dataset& dataset, size_t query) {
  return query < dataset.query_in_database.size() ? dataset.query_in_database[query] : -1;
}

Result<PairLists> make_pair_lists(const Dataset& dataset,
                                  const PairOptions& options,
                                  const std::string& relation) {
  Dataset view = dataset;  // the same images under other rules
  view.rule.other_time_only = false;
  PairLists pairs;
  LOCI_TRY(positives, positives_of(&view, options, relation));
  LOCI_TRY(near, near_of(&view, options, relation));
  pairs.positives = std::move(positives);
  pairs.near = std::move(near);
  if (options.time_machine) apply_time_rule(dataset, options, &pairs);
  return pairs;
}

}  // namespace loci::train
