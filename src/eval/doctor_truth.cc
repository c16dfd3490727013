// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_parts.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <unordered_set>

namespace loci::internal {
namespace {

constexpr double kTooEasy = 0.5;
constexpr size_t kFewImages = 10;  // a blind guess is no news among so few

std::string placed(const ImageRecord& record) {
  return record.place.empty() ? "" : "place " + record.place;
}

// One image for every square metre, so that a thousand frames at one corner are looked up once.
std::vector<ImageRecord> thinned(const Examination& exam, const std::vector<size_t>& photos) {
  std::vector<ImageRecord> records;
  std::set<std::tuple<int, int64_t, int64_t>> seen;
  for (const size_t i : photos) {
    const Photo& photo = exam.photos[i];
    if (photo.misplaced || !photo.record.utm.has_value()) continue;
    const Utm& utm = *photo.record.utm;
    if (!(std::abs(utm.east_m) < 1e12 && std::abs(utm.north_m) < 1e12)) continue;
    const auto square = std::tuple(utm.zone * 2 + (utm.band < 'N' ? 1 : 0),
                                   std::llround(utm.east_m),
                                   std::llround(utm.north_m));
    if (seen.insert(square).second) records.push_back(photo.record);
  }
  return records;
}

std::vector<size_t> photos_of(const Examination& exam, size_t part) {
  std::vector<size_t> photos = exam.database[part];
  photos.insert(photos.end(), exam.queries[part].begin(), exam.queries[part].end());
  std::sort(photos.begin(), photos.end());
  photos.erase(std::unique(photos.begin(), photos.end()), photos.end());
  return photos;
}

// Photographs of `mine` within overlap_m of any of `other`, or of a place of the same name where
// there are no positions.
Result<std::vector<Finding::Item>> shared(const Examination& exam, size_t mine, size_t other) {
  const std::vector<size_t> own = photos_of(exam, mine), others = photos_of(exam, other);
  Dataset near;
  near.rule.radius_m = exam.options.overlap_m;
  near.database = thinned(exam, others);
  std::vector<size_t> asking;
  for (const size_t i : own) {
    if (exam.photos[i].misplaced || !exam.photos[i].record.utm.has_value()) continue;
    asking.push_back(i);
    near.queries.push_back(exam.photos[i].record);
  }
  std::vector<Finding::Item> items;
  LOCI_TRY(hits, ground_truth(near));
  for (size_t q = 0; q < hits.size(); ++q) {
    if (hits[q].empty()) continue;
    items.push_back({exam.photos[asking[q]].path,
                     "near " + near.database[static_cast<size_t>(hits[q][0])].path});
  }
  if (!near.database.empty() && !near.queries.empty()) return items;
  std::unordered_set<std::string> names;
  for (const size_t i : others) names.insert(exam.photos[i].record.place);
  names.erase("");
  for (const size_t i : own) {
    const ImageRecord& record = exam.photos[i].record;
    if (names.contains(record.place)) items.push_back({exam.photos[i].path, placed(record)});
  }
  return items;
}

bool is_training(const std::string& name) {
  return to_lower(name).find("train") != std::string::npos;
}

}  // namespace

Status check_positives(Examination* exam) {
  exam->answered.assign(exam->photos.size(), 0);
  for (size_t part = 0; part < exam->parts.size(); ++part) {
    const Dataset& dataset = exam->parts[part];
    LOCI_TRY(truth, ground_truth(dataset));
    PartSummary summary{.name = dataset.name,
                        .format = dataset.format,
                        .rule = describe_rule(dataset.rule),
                        .queries = static_cast<int64_t>(dataset.queries.size()),
                        .database = static_cast<int64_t>(dataset.database.size()),
                        .positives = {}};
    std::vector<Finding::Item> where;
    double chance = 0;
    for (size_t q = 0; q < truth.size(); ++q) {
      const size_t photo = exam->queries[part][q];
      ++summary.positives[static_cast<int64_t>(truth[q].size())];
      const bool own = q < dataset.query_in_database.size() && dataset.query_in_database[q] >= 0;
      const double others = static_cast<double>(dataset.database.size()) - (own ? 1 : 0);
      if (others > 0) chance += static_cast<double>(truth[q].size()) / others;
      if (!truth[q].empty()) {
        ++summary.answerable;
        exam->answered[photo] = 1;
        continue;
      }
      const bool told =
          exam->photos[photo].misplaced ||
          (dataset.rule.kind == TruthRule::Kind::kRadius && !dataset.queries[q].utm.has_value());
      if (!told) where.push_back({exam->photos[photo].path, placed(dataset.queries[q])});
    }
    if (!truth.empty()) summary.chance = chance / static_cast<double>(truth.size());
    exam->report.parts.push_back(summary);
    if (summary.answerable == 0 && summary.queries > 0) {
      exam->find_set("no_truth",
                     "no query of " + to_utf8(dataset.name) +
                         " has a right answer in the database (" + summary.rule + ")");
    } else if (!where.empty()) {
      const auto count = static_cast<int64_t>(where.size());
      exam->find_set("no_positive",
                     std::to_string(count) + " of " + counted(summary.queries, "query", "queries") +
                         " in " + to_utf8(dataset.name) + (count == 1 ? " has" : " have") +
                         " no right answer in the database (" + summary.rule + ")",
                     std::move(where),
                     dataset.rule.answerable_only ? Severity::kNote : Severity::kWarning);
    }
    if (summary.chance > kTooEasy && dataset.database.size() >= kFewImages) {
      exam->find_set("too_easy",
                     format("in %s a blind guess is right for %.0f %% of the queries",
                            to_utf8(dataset.name).c_str(),
                            100 * summary.chance));
    }
  }
  return {};
}

Status check_overlap(Examination* exam) {
  for (size_t a = 0; a < exam->parts.size(); ++a) {
    for (size_t b = a + 1; b < exam->parts.size(); ++b) {
      // What is to be taken out is told of the training part.
      const bool turn = is_training(exam->parts[a].name) && !is_training(exam->parts[b].name);
      const size_t mine = turn ? a : b, other = turn ? b : a;
      LOCI_TRY(where, shared(*exam, mine, other));
      if (where.empty()) continue;
      const auto of = static_cast<int64_t>(photos_of(*exam, mine).size());
      const auto count = static_cast<int64_t>(where.size());
      const bool by_name = where[0].detail.starts_with("place ");
      exam->find_set(
          "parts_overlap",
          std::to_string(count) + " of " + counted(of, "photograph") + " in " +
              to_utf8(exam->parts[mine].name) +
              (by_name ? std::string(" show places that are in ")
                       : format(" were taken within %g m of ", exam->options.overlap_m)) +
              to_utf8(exam->parts[other].name),
          std::move(where));
    }
  }
  return {};
}

}  // namespace loci::internal
