// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci::internal {
namespace {

std::string head(const std::string& name, const std::string& type, const std::string& help) {
  return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

}  // namespace

void Metrics::Histogram::add(double seconds) {
  const auto at = std::lower_bound(kBucketsS.begin(), kBucketsS.end(), seconds);
  ++buckets[static_cast<size_t>(at - kBucketsS.begin())];
  sum += seconds;
  ++count;
}

void Metrics::count(const std::string& route,
                    const std::string& method,
                    int status,
                    double seconds) {
  const std::string labels = "route=\"" + route + "\",method=\"" + method + "\"";
  const std::lock_guard lock(mutex_);
  ++requests_[{labels, std::to_string(status)}];
  latency_["route=\"" + route + "\""].add(seconds);
}

void Metrics::count_described(double seconds) {
  const std::lock_guard lock(mutex_);
  describing_.add(seconds);
}

void Metrics::write(std::string& out,
                    const std::string& name,
                    const std::string& labels,
                    const Histogram& histogram) {
  const std::string comma = labels.empty() ? "" : ",";
  const std::string braces = labels.empty() ? "" : "{" + labels + "}";
  int64_t below = 0;
  for (size_t i = 0; i < kBucketsS.size(); ++i) {
    below += histogram.buckets[i];
    out += name + "_bucket{" + labels + comma + "le=\"" + format("%g", kBucketsS[i]) + "\"} " +
           std::to_string(below) + "\n";
  }
  out +=
      name + "_bucket{" + labels + comma + "le=\"+Inf\"} " + std::to_string(histogram.count) + "\n";
  out += name + "_sum" + braces + " " + format("%.6f", histogram.sum) + "\n";
  out += name + "_count" + braces + " " + std::to_string(histogram.count) + "\n";
}

void Metrics::count_thumbnail() {
  const std::lock_guard lock(mutex_);
  ++thumbnails_;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out =
      head("loci_requests_total", "counter", "Requests answered, by route, method and status.");
  for (const auto& [key, number] : requests_) {
    out += "loci_requests_total{" + key.first + ",status=\"" + key.second + "\"} " +
           std::to_string(number) + "\n";
  }
  const std::string latency = "loci_request_duration_seconds";
  out += head(latency, "histogram", "Time from a request's last byte to its answer, by route.");
  for (const auto& [labels, histogram] : latency_) write(out, latency, labels, histogram);
  const std::string describing = "loci_describe_duration_seconds";
  out += head(describing, "histogram", "Time of decoding and describing an uploaded photo.");
  write(out, describing, "", describing_);
  out += metric_text("loci_thumbnails_made_total",
                     "counter",
                     "Thumbnails made, not taken from the cache.",
                     static_cast<double>(thumbnails_));
  return out;
}

std::string metric_text(const std::string& name,
                        const std::string& type,
                        const std::string& help,
                        double value) {
  return head(name, type, help) + name + " " + format("%.17g", value) + "\n";
}

}  // namespace loci::internal
