// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "answer_json.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

double rounded(double value) { return std::round(value * 1e5) / 1e5; }

void grid_member(JsonWriter& json, const char* name, const WeightGrid& grid) {
  json.key(name).object().member("rows", grid.rows).member("cols", grid.cols).key("values").array();
  for (const float value : grid.values) {
    json.raw(format("%.4g", std::isfinite(value) ? static_cast<double>(value) : 0.0));
  }
  json.end().end();
}

void region_member(JsonWriter& json, const char* name, const LocatedFeatures& of, int64_t row) {
  const Keypoint& k = of.keypoints[static_cast<size_t>(row)];
  const double width = std::max(1, of.width), height = std::max(1, of.height);
  const auto part = [](double at, double side) {
    return rounded(std::clamp((at + 0.5) / side, 0.0, 1.0));
  };
  json.key(name).object().member("x", part(static_cast<double>(k.x), width));
  json.member("y", part(static_cast<double>(k.y), height));
  json.member("size", rounded(static_cast<double>(k.size_px) / width)).end();
}

std::string sentence(const WhyParts& parts) {
  std::string text;
  if (parts.check.inliers > 0) {
    text = format("%d of %zu matched regions fit one geometry",
                  parts.check.inliers,
                  parts.check.matches.size());
  } else if (parts.check.matches.empty()) {
    text = "no region of one photo has a counterpart in the other";
  } else {
    text =
        format("none of the %zu matched regions fit a common geometry", parts.check.matches.size());
  }
  if (parts.explanation && !parts.explanation->clusters.empty()) {
    const auto& clusters = parts.explanation->clusters;
    text += clusters.size() > 1 ? "; clusters " : "; cluster ";
    const size_t named = std::min<size_t>(3, clusters.size());
    for (size_t i = 0; i < named; ++i) {
      if (i > 0) text += i + 1 == named ? " and " : ", ";
      text += std::to_string(clusters[i].cluster);
    }
    text += " agree most";
  }
  return text;
}

}  // namespace

std::string why_json(const WhyParts& parts) {
  JsonWriter json;
  json.object().member("id", parts.id).member("score", parts.score).key("unwhitened_score");
  parts.explanation ? json.value(parts.explanation->score) : json.null();
  json.member("num_clusters", parts.explanation ? parts.explanation->num_clusters : 0);
  json.key("contribution");
  if (parts.explanation) {
    json.object();
    grid_member(json, "query", parts.explanation->first);
    grid_member(json, "match", parts.explanation->second);
    json.end();
  } else {
    json.null();
  }
  json.key("clusters").array();
  if (parts.explanation) {
    for (const ClusterEvidence& cluster : parts.explanation->clusters) {
      json.object().member("cluster", cluster.cluster).member("agreement", cluster.agreement);
      grid_member(json, "query", cluster.first);
      grid_member(json, "match", cluster.second);
      json.end();
    }
  }
  json.end().key("links").array();
  std::vector<FeatureMatch> links = parts.check.matches;
  std::stable_sort(links.begin(), links.end(), [](const FeatureMatch& a, const FeatureMatch& b) {
    return a.inlier && !b.inlier;
  });
  if (std::ssize(links) > parts.max_links) links.resize(static_cast<size_t>(parts.max_links));
  for (const FeatureMatch& link : links) {
    json.object();
    region_member(json, "query", *parts.first, link.first);
    region_member(json, "match", *parts.second, link.second);
    json.member("similarity", rounded(static_cast<double>(link.similarity)));
    json.member("inlier", link.inlier).end();
  }
  json.end().key("geometry").object().member("method", parts.kind.method);
  json.member("candidates", parts.check.matches.size()).member("inliers", parts.check.inliers);
  json.member("geometry", parts.check.inliers > 0 ? parts.kind.geometry : "none");
  json.member("verified", parts.verified).end();
  return json.member("message", sentence(parts)).end().str();
}

}  // namespace loci::internal
