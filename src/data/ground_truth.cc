// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "position_grid.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace loci {
namespace {

using Rows = std::vector<int64_t>;

Status check_positions(const std::vector<ImageRecord>& images, const char* side) {
  for (const ImageRecord& image : images) {
    if (image.utm.has_value() &&
        !(std::isfinite(image.utm->east_m) && std::isfinite(image.utm->north_m))) {
      return corrupt(printable(image.path) + ": its position among the " + side +
                     " is not a finite number");
    }
  }
  return {};
}

Result<std::vector<Rows>> by_radius(const Dataset& dataset) {
  const double radius_m = dataset.rule.radius_m;
  if (!std::isfinite(radius_m) || radius_m < 0) {
    return invalid_argument(
        format("radius_m is %g: it must be a number of metres, 0 or more", radius_m));
  }
  LOCI_RETURN_IF_ERROR(check_positions(dataset.database, "database images"));
  LOCI_RETURN_IF_ERROR(check_positions(dataset.queries, "queries"));
  const PositionGrid grid(dataset.database, radius_m);
  std::vector<Rows> truth(dataset.queries.size());
  parallel_for(static_cast<int64_t>(truth.size()), 256, 0, [&](int64_t begin, int64_t end) {
    for (auto q = static_cast<size_t>(begin); q < static_cast<size_t>(end); ++q) {
      if (dataset.queries[q].utm.has_value()) grid.find(*dataset.queries[q].utm, &truth[q]);
    }
  });
  return truth;
}

std::vector<Rows> by_frames(const Dataset& dataset) {
  std::vector<std::pair<int64_t, int64_t>> frames;  // frame, row
  for (size_t row = 0; row < dataset.database.size(); ++row) {
    if (dataset.database[row].frame >= 0) frames.emplace_back(dataset.database[row].frame, row);
  }
  std::sort(frames.begin(), frames.end());
  const int64_t tolerance = std::max(0, dataset.rule.tolerance_frames);
  std::vector<Rows> truth(dataset.queries.size());
  for (size_t q = 0; q < truth.size(); ++q) {
    const int64_t frame = dataset.queries[q].frame;
    if (frame < 0) continue;
    auto it =
        std::lower_bound(frames.begin(), frames.end(), std::pair{frame - tolerance, int64_t{-1}});
    for (; it != frames.end() && it->first - frame <= tolerance; ++it)
      truth[q].push_back(it->second);
    std::sort(truth[q].begin(), truth[q].end());
  }
  return truth;
}

std::vector<Rows> by_place(const Dataset& dataset) {
  std::unordered_map<std::string, Rows> rows_of;
  for (size_t row = 0; row < dataset.database.size(); ++row) {
    if (const std::string& place = dataset.database[row].place; !place.empty()) {
      rows_of[place].push_back(static_cast<int64_t>(row));
    }
  }
  std::vector<Rows> truth(dataset.queries.size());
  for (size_t q = 0; q < truth.size(); ++q) {
    const auto found = rows_of.find(dataset.queries[q].place);
    if (found != rows_of.end()) truth[q] = found->second;
  }
  return truth;
}

}  // namespace

bool is_filtered_out(const Dataset& dataset, int64_t query, int64_t row) {
  const auto q = static_cast<size_t>(query), r = static_cast<size_t>(row);
  LOCI_REQUIRE(query >= 0 && q < dataset.queries.size(), "the query is one of the data set");
  LOCI_REQUIRE(row >= 0 && r < dataset.database.size(), "the row is one of the database");
  if (q < dataset.query_in_database.size() && dataset.query_in_database[q] == row) return true;
  const ImageRecord& asked = dataset.queries[q];
  const ImageRecord& other = dataset.database[r];
  const TruthRule& rule = dataset.rule;
  if (rule.other_time_only && asked.time.has_value() && asked.time == other.time) return true;
  if (rule.min_frame_gap > 0 && asked.frame >= 0 && other.frame >= 0 &&
      asked.group == other.group) {
    return std::abs(asked.frame - other.frame) < rule.min_frame_gap;
  }
  return false;
}

Result<std::vector<std::vector<int64_t>>> ground_truth(const Dataset& dataset) {
  std::vector<Rows> truth;
  switch (dataset.rule.kind) {
    case TruthRule::Kind::kRadius: {
      LOCI_TRY(within, by_radius(dataset));
      truth = std::move(within);
      break;
    }
    case TruthRule::Kind::kFrames:
      truth = by_frames(dataset);
      break;
    case TruthRule::Kind::kPlace:
      truth = by_place(dataset);
      break;
  }
  for (size_t q = 0; q < truth.size(); ++q) {
    std::erase_if(truth[q], [&](int64_t row) {
      return is_filtered_out(dataset, static_cast<int64_t>(q), row);
    });
  }
  return truth;
}

std::string describe_rule(const TruthRule& rule) {
  std::string text;
  switch (rule.kind) {
    case TruthRule::Kind::kRadius:
      text = format("within %g m", rule.radius_m);
      break;
    case TruthRule::Kind::kFrames:
      text = rule.tolerance_frames == 0 ? "the same frame"
             : rule.tolerance_frames == 1
                 ? "at most 1 frame apart"
                 : format("at most %d frames apart", rule.tolerance_frames);
      break;
    case TruthRule::Kind::kPlace:
      text = "the same place";
      break;
  }
  if (rule.one_result_per_group) text += "; one result a panorama";
  if (rule.other_time_only) text += "; results of the query's own time passed over";
  if (rule.min_frame_gap > 0)
    text += format("; at least %d frames away in the same sequence", rule.min_frame_gap);
  if (rule.answerable_only) text += "; queries without a right answer left out";
  return text;
}

}  // namespace loci
