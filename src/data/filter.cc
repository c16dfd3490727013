// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <set>

namespace loci {
namespace {

// One "column=value,value,low-high" or "column!=...".
struct Filter {
  std::string column;
  std::vector<std::string> values;
  bool negate = false;

  bool keeps(const std::string& text) const {
    const bool found = std::any_of(values.begin(), values.end(), [&](const std::string& value) {
      return matches(value, text);
    });
    return found != negate;
  }

  static bool matches(const std::string& value, const std::string& text) {
    if (to_lower(value) == to_lower(text)) return true;
    const size_t dash = value.find('-', 1);
    if (dash == std::string::npos) return false;
    const auto low = parse_double(value.substr(0, dash)),
               high = parse_double(value.substr(dash + 1));
    const auto number = parse_double(text);
    if (!low.has_value() || !high.has_value() || !number.has_value()) return false;
    // 21-5 goes around midnight.
    return *low <= *high ? *number >= *low && *number <= *high
                         : *number >= *low || *number <= *high;
  }
};

Result<Filter> parse_filter(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return invalid_argument("filter '" + printable(text) +
                            "': expected column=value, such as time_of_day=night");
  }
  Filter filter;
  filter.negate = text[equals - 1] == '!';
  filter.column = std::string(trim(text.substr(0, equals - (filter.negate ? 1 : 0))));
  for (const std::string& value : split(text.substr(equals + 1), ','))
    filter.values.emplace_back(trim(value));
  return filter;
}

// The columns every record has by itself. "hour", "month" and "year" come from its time.
std::optional<std::string> own_column(const ImageRecord& record, const std::string& name) {
  if (name == "place") return record.place;
  if (name == "group") return record.group;
  if (name == "folder") return parent_of(record.path);
  if (name == "path") return record.path;
  if (name == "frame") return record.frame < 0 ? "" : std::to_string(record.frame);
  if (name == "hour" || name == "month" || name == "year") {
    if (!record.time.has_value()) return "";
    const std::string time = iso_time(*record.time);  // 2015-06-21T12:00:00
    return name == "hour"    ? time.substr(11, 2)
           : name == "month" ? time.substr(5, 2)
                             : time.substr(0, 4);
  }
  return std::nullopt;
}

std::string known_columns(const std::vector<Candidate>& candidates) {
  std::set<std::string> names = {
      "place", "group", "folder", "path", "frame", "hour", "month", "year"};
  for (const Candidate& candidate : candidates) {
    for (const auto& [name, value] : candidate.columns) names.insert(name);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

Status nothing_left(const DatasetOptions& options, const Dataset& dataset) {
  return invalid_argument(
      format("query_filter '%s' and database_filter '%s' leave %zu queries and %zu database images",
             printable(options.query_filter).c_str(),
             printable(options.database_filter).c_str(),
             dataset.queries.size(),
             dataset.database.size()));
}

}  // namespace

std::vector<Candidate> as_candidates(std::vector<ImageRecord> records) {
  std::vector<Candidate> candidates;
  candidates.reserve(records.size());
  for (ImageRecord& record : records) candidates.push_back({std::move(record), {}});
  return candidates;
}

Result<std::vector<bool>> apply_filter(const std::vector<Candidate>& candidates,
                                       const std::string& text) {
  std::vector<bool> kept(candidates.size(), true);
  if (text.empty()) return kept;
  LOCI_TRY(filter, parse_filter(text));
  bool known = candidates.empty();
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto column = candidates[i].columns.find(filter.column);
    const bool given = column != candidates[i].columns.end();
    const std::optional<std::string> own =
        given ? column->second : own_column(candidates[i].record, filter.column);
    known = known || own.has_value();
    kept[i] = own.has_value() && filter.keeps(*own);
  }
  if (!known) {
    return invalid_argument("filter '" + printable(text) + "': there is no column '" +
                            printable(filter.column) +
                            "'; there are: " + known_columns(candidates));
  }
  return kept;
}

namespace {

// A photograph that is listed twice would be a right answer to itself.
void drop_repeated(std::vector<Candidate>* candidates, Dataset* dataset) {
  std::set<std::string> seen;
  const auto repeated = std::erase_if(*candidates, [&](const Candidate& candidate) {
    return !seen.insert(candidate.record.path).second;
  });
  if (repeated > 0) {
    dataset->notes.push_back(format("%zu rows name a photograph again and were left out",
                                    static_cast<size_t>(repeated)));
  }
}

}  // namespace

Status divide(std::vector<Candidate> candidates, const DatasetOptions& options, Dataset* dataset) {
  drop_repeated(&candidates, dataset);
  LOCI_TRY(asks, apply_filter(candidates, options.query_filter));
  LOCI_TRY(answers, apply_filter(candidates, options.database_filter));
  if (!options.query_filter.empty() && options.database_filter.empty()) {
    for (size_t i = 0; i < asks.size(); ++i) answers[i] = !asks[i];
  } else if (options.query_filter.empty() && !options.database_filter.empty()) {
    for (size_t i = 0; i < asks.size(); ++i) asks[i] = !answers[i];
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const int64_t row = answers[i] ? static_cast<int64_t>(dataset->database.size()) : -1;
    if (answers[i]) dataset->database.push_back(candidates[i].record);
    if (asks[i]) {
      dataset->queries.push_back(std::move(candidates[i].record));
      dataset->query_in_database.push_back(row);
    }
  }
  if (!candidates.empty() && (dataset->queries.empty() || dataset->database.empty())) {
    return nothing_left(options, *dataset);
  }
  const bool alone = options.query_filter.empty() && options.database_filter.empty();
  if (alone) dataset->notes.push_back("no roles are given: every image asks all the others");
  return {};
}

Status filter_sides(const DatasetOptions& options, Dataset* dataset) {
  const auto thin_out = [](std::vector<ImageRecord>* side, const std::string& filter) -> Status {
    if (filter.empty()) return {};
    std::vector<Candidate> candidates = as_candidates(std::move(*side));
    LOCI_TRY(kept, apply_filter(candidates, filter));
    side->clear();
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (kept[i]) side->push_back(std::move(candidates[i].record));
    }
    return {};
  };
  const bool had_both = !dataset->queries.empty() && !dataset->database.empty();
  LOCI_RETURN_IF_ERROR(thin_out(&dataset->queries, options.query_filter));
  LOCI_RETURN_IF_ERROR(thin_out(&dataset->database, options.database_filter));
  if (had_both && (dataset->queries.empty() || dataset->database.empty()))
    return nothing_left(options, *dataset);
  return {};
}

}  // namespace loci
