// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "failures.h"

#include "loci/base/page.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

struct Failure {
  size_t query;
  size_t models_wrong;
};

// Queries that have an answer and whose first result is wrong, those that beat most models in
// front.
std::vector<Failure> find_failures(const Lists& positives, const std::vector<ModelResult>& models) {
  std::vector<Failure> failures;
  for (size_t q = 0; q < positives.size(); ++q) {
    if (positives[q].empty()) continue;
    const auto wrong = std::count_if(models.begin(), models.end(), [q](const ModelResult& model) {
      return model.recall.first_right[q] != 1;
    });
    if (wrong > 0) failures.push_back({q, static_cast<size_t>(wrong)});
  }
  std::stable_sort(failures.begin(), failures.end(), [](const Failure& a, const Failure& b) {
    return a.models_wrong > b.models_wrong;
  });
  return failures;
}

std::string metres(double distance) {
  return distance < 1000  ? format("%.0f m", distance)
         : distance < 1e6 ? format("%.1f km", distance / 1000)
                          : "far away";
}

// Where a database image stands, seen from the query; "" when nothing is known.
std::string relation(const Dataset& dataset, size_t q, int64_t row) {
  const ImageRecord& query = dataset.queries[q];
  const ImageRecord& image = dataset.database[static_cast<size_t>(row)];
  if (query.utm.has_value() && image.utm.has_value() && query.utm->zone == image.utm->zone) {
    const double distance =
        std::hypot(query.utm->east_m - image.utm->east_m, query.utm->north_m - image.utm->north_m);
    return metres(distance) + " away";
  }
  if (query.position.has_value() && image.position.has_value()) {
    return metres(distance_m(*query.position, *image.position)) + " away";
  }
  if (dataset.rule.kind == TruthRule::Kind::kFrames && query.frame >= 0 && image.frame >= 0) {
    return format("%lld frames apart", static_cast<long long>(std::abs(query.frame - image.frame)));
  }
  return image.place.empty() ? "" : "place " + to_utf8(image.place);
}

// The right answer to show: the first that some model found, else the nearest one.
int64_t best_right(const Dataset& dataset,
                   const Lists& positives,
                   const std::vector<ModelResult>& models,
                   size_t q) {
  int64_t best = -1;
  int best_rank = 0;
  for (const ModelResult& model : models) {
    const int rank = model.recall.first_right[q];
    if (rank > 0 && (best < 0 || rank < best_rank)) {
      best = model.results[q][static_cast<size_t>(rank) - 1];
      best_rank = rank;
    }
  }
  if (best >= 0) return best;
  double nearest = INFINITY;
  const ImageRecord& query = dataset.queries[q];
  for (const int64_t row : positives[q]) {
    const ImageRecord& image = dataset.database[static_cast<size_t>(row)];
    double distance = 0;
    if (query.utm.has_value() && image.utm.has_value()) {
      distance = std::hypot(query.utm->east_m - image.utm->east_m,
                            query.utm->north_m - image.utm->north_m);
    } else if (query.frame >= 0 && image.frame >= 0) {
      distance = std::abs(static_cast<double>(query.frame - image.frame));
    }
    if (best < 0 || distance < nearest) {
      best = row;
      nearest = distance;
    }
  }
  return best;
}

// Pictures for the page, each read once and used as often as it is wanted.
class Pictures {
 public:
  explicit Pictures(const ReportOptions& options) : options_(options) {}

  std::string tag(const std::string& path, const std::string& what) {
    const std::string source = source_of(path);
    if (source.empty()) {
      return "<div style=\"aspect-ratio:4/3;border-radius:8px;background:var(--line)\" "
             "role=\"img\" aria-label=\"" +
             escape_html(what) + ": not readable\"></div>";
    }
    return "<img loading=\"lazy\" src=\"" + source + "\" alt=\"" + escape_html(what) + "\">";
  }

 private:
  std::string source_of(const std::string& path) {
    if (!options_.thumbnail) {
      std::error_code error;
      const std::filesystem::path whole = std::filesystem::absolute(path, error);
      return "file://" + escape_url_path(error ? path : whole.lexically_normal().string());
    }
    const auto [known, is_new] = sources_.try_emplace(path);
    if (is_new) {
      const std::vector<uint8_t> jpeg = options_.thumbnail(path);
      if (!jpeg.empty()) known->second = data_url("image/jpeg", jpeg);
    }
    return known->second;
  }

  const ReportOptions& options_;
  std::map<std::string, std::string> sources_;
};

std::string tile(const char* verdict, const std::string& picture, const std::string& caption) {
  return std::string("<figure class=\"tile ") + verdict + "\">" + picture + "<figcaption>" +
         caption + "</figcaption></figure>\n";
}

std::string caption(const std::string& heading,
                    const std::string& detail,
                    const ImageRecord& record) {
  std::string html = "<b>" + escape_html(heading) + "</b>";
  if (!detail.empty()) html += " &middot; " + escape_html(detail);
  html += "<br>" + escape_html(record.path);
  if (record.time.has_value()) html += "<br>" + escape_html(iso_time(*record.time));
  return html;
}

std::string rank_text(int rank) {
  return rank == 0   ? "right answer not found"
         : rank == 1 ? "right"
                     : format("right answer at rank %d", rank);
}

// Models that gave the same wrong first answer share a picture.
std::string wrong_answers(const Dataset& dataset,
                          const std::vector<ModelResult>& models,
                          size_t q,
                          Pictures* pictures) {
  std::map<int64_t, std::string> names;
  std::vector<int64_t> order;
  for (const ModelResult& model : models) {
    if (model.recall.first_right[q] == 1 || model.results[q].empty()) continue;
    const int64_t row = model.results[q][0];
    std::string& name = names[row];
    if (name.empty()) order.push_back(row);
    name += (name.empty() ? "" : ", ") + to_utf8(model.name);
  }
  std::string html;
  for (const int64_t row : order) {
    const ImageRecord& image = dataset.database[static_cast<size_t>(row)];
    const std::string heading = models.size() == 1 ? "Came first" : "Came first: " + names[row];
    html += tile("bad",
                 pictures->tag(image_path(dataset, image), "wrong answer"),
                 caption(heading, relation(dataset, q, row), image));
  }
  return html;
}

std::string failure_card(const Dataset& dataset,
                         const Lists& positives,
                         const std::vector<ModelResult>& models,
                         size_t q,
                         Pictures* pictures) {
  const ImageRecord& query = dataset.queries[q];
  std::string html = "<section class=\"card\"><h2>" + escape_html(query.path) + "</h2>\n<p>";
  for (const ModelResult& model : models) {
    const int rank = model.recall.first_right[q];
    const char* verdict = rank == 1 ? "good" : rank == 0 ? "bad" : "unsure";
    html += format("<span class=\"badge %s\">", verdict) +
            (models.size() == 1 ? "" : escape_html(model.name) + ": ") + rank_text(rank) +
            "</span> ";
  }
  html += "</p>\n<div class=\"tiles\">\n";
  html += tile("",
               pictures->tag(image_path(dataset, query), "query"),
               caption("Query", query.place.empty() ? "" : "place " + to_utf8(query.place), query));
  html += wrong_answers(dataset, models, q, pictures);
  const int64_t right = best_right(dataset, positives, models, q);
  const ImageRecord& image = dataset.database[static_cast<size_t>(right)];
  html += tile("good",
               pictures->tag(image_path(dataset, image), "right answer"),
               caption("Should have come", relation(dataset, q, right), image));
  return html + "</div></section>\n";
}

}  // namespace

std::string failures_html(const Dataset& dataset,
                          const Lists& positives,
                          const std::vector<ModelResult>& models,
                          const ReportOptions& options) {
  const std::vector<Failure> failures = find_failures(positives, models);
  const size_t shown =
      std::min(failures.size(), static_cast<size_t>(std::max(0, options.max_failures)));
  if (failures.empty()) {
    return "<section class=\"card\"><h2>No query failed</h2><p>Every query that has a right answer "
           "found one first.</p></section>\n";
  }
  std::string html =
      "<h2 style=\"margin-top:2rem\">Queries whose first answer is wrong</h2>\n<p class=\"muted\">";
  html += shown == failures.size() ? format("All %zu of them", shown)
                                   : format("The first %zu of %zu", shown, failures.size());
  html += models.size() == 1 ? ".</p>\n" : ", those that most models miss in front.</p>\n";
  Pictures pictures(options);
  for (size_t i = 0; i < shown; ++i)
    html += failure_card(dataset, positives, models, failures[i].query, &pictures);
  return html;
}

}  // namespace loci
