// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/doctor.h"

#include "doctor_checks.h"
#include "doctor_parts.h"

#include "loci/base/check.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace loci {

namespace internal {

std::string counted(int64_t count, const std::string& one, const std::string& many) {
  std::string text = std::to_string(count);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text + " " + (count == 1 ? one : many.empty() ? one + "s" : many);
}

std::string path_in(const Dataset& dataset, const std::string& path) {
  ImageRecord record;
  record.path = path;
  return image_path(dataset, record);
}

bool Examination::asks(size_t photo) const {
  const std::vector<Listing>& listed = photos[photo].listed;
  return std::any_of(listed.begin(), listed.end(), [](const Listing& l) { return l.query; });
}

void Examination::find_set(const char* check,
                           std::string what,
                           std::vector<Finding::Item> where,
                           std::optional<Severity> severity) {
  const DoctorCheck& kind = doctor_check(check);
  report.findings.push_back({.check = kind.name,
                             .severity = severity.value_or(kind.severity),
                             .what = std::move(what),
                             .cost = kind.cost,
                             .remedy = kind.remedy,
                             .where = std::move(where)});
}

void Examination::find_photos(const char* check,
                              const char* singular,
                              const char* plural,
                              std::vector<Finding::Item> where,
                              std::optional<Severity> severity) {
  if (where.empty()) return;
  const auto count = static_cast<int64_t>(where.size());
  find_set(check,
           counted(count, "photograph") + " " + (count == 1 ? singular : plural),
           std::move(where),
           severity);
}

}  // namespace internal

namespace {

// So many photographs of a finding are named in the text for a person.
constexpr size_t kNamedInText = 4;

void write_finding(const Finding& finding, JsonWriter* json) {
  json->object().member("check", finding.check);
  json->member("severity", severity_name(finding.severity)).member("what", finding.what);
  json->member("cost", finding.cost).member("remedy", finding.remedy).key("where").array();
  for (const Finding::Item& item : finding.where) json->value(item.path);
  json->end().key("details").array();
  for (const Finding::Item& item : finding.where) json->value(item.detail);
  json->end().end();
}

void write_histogram(const char* name, const std::map<int64_t, int64_t>& bars, JsonWriter* json) {
  json->key(name).object();
  for (const auto& [value, count] : bars) json->member(std::to_string(value), count);
  json->end();
}

}  // namespace

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

int64_t DoctorReport::count(Severity severity) const {
  return std::count_if(findings.begin(), findings.end(), [severity](const Finding& finding) {
    return finding.severity == severity;
  });
}

std::string DoctorReport::to_json() const {
  JsonWriter json;
  json.object().member("photos", photos).member("bytes", bytes).member("timed", timed);
  json.key("parts").array();
  for (const PartSummary& part : parts) {
    json.object().member("name", part.name).member("format", part.format);
    json.member("rule", part.rule).member("queries", part.queries);
    json.member("database", part.database).member("answerable", part.answerable);
    json.member("chance", part.chance);
    write_histogram("positives", part.positives, &json);
    json.end();
  }
  json.end().key("sizes").object();
  for (const auto& [size, count] : sizes)
    json.member(format("%dx%d", size.first, size.second), count);
  json.end();
  write_histogram("times_per_place", times_per_place, &json);
  json.key("findings").array();
  for (const Finding& finding : findings) write_finding(finding, &json);
  json.end().end();
  return json.str();
}

std::string DoctorReport::to_text() const {
  std::string text;
  for (const PartSummary& part : parts) {
    text += format(
        "%s: %lld queries (%lld with a positive), %lld database images, right when %s; "
        "a blind guess is right for %.1f %%\n",
        printable(part.name).c_str(),
        static_cast<long long>(part.queries),
        static_cast<long long>(part.answerable),
        static_cast<long long>(part.database),
        part.rule.c_str(),
        100 * part.chance);
  }
  text += internal::counted(photos, "photograph") + ", " + human_bytes(static_cast<double>(bytes)) +
          "\n";
  for (const Finding& finding : findings) {
    text += format("\n%s: %s\n", severity_name(finding.severity), finding.what.c_str());
    text += "  cost:   " + finding.cost + "\n  remedy: " + finding.remedy + "\n";
    for (size_t i = 0; i < std::min(finding.where.size(), kNamedInText); ++i) {
      const Finding::Item& item = finding.where[i];
      text += "  " + printable(item.path);
      if (!item.detail.empty()) text += "  (" + printable(item.detail) + ")";
      text += "\n";
    }
    if (finding.where.size() > kNamedInText)
      text += format("  ... and %zu more\n", finding.where.size() - kNamedInText);
  }
  text += findings.empty() ? "\nNothing wrong was found."
                           : "\n" + internal::counted(count(Severity::kError), "error") + ", " +
                                 internal::counted(count(Severity::kWarning), "warning") + ", " +
                                 internal::counted(count(Severity::kNote), "note");
  return text;
}

Result<DoctorReport> examine(const std::vector<Dataset>& parts,
                             const DoctorOptions& asked,
                             const JobControl& job) {
  LOCI_REQUIRE(!parts.empty(), "a data set to examine");
  if (!std::isfinite(asked.overlap_m) || asked.overlap_m < 0) {
    return invalid_argument(
        format("overlap_m is %g: it must be a number of metres, 0 or more", asked.overlap_m));
  }
  DoctorOptions options = asked;
  if (options.now == 0) options.now = static_cast<int64_t>(std::time(nullptr));
  internal::Examination exam{.parts = parts,
                             .options = options,
                             .job = job,
                             .photos = {},
                             .prints = {},
                             .queries = {},
                             .database = {},
                             .answered = {},
                             .report = {}};
  internal::list_photographs(&exam);
  LOCI_RETURN_IF_ERROR(internal::read_photographs(&exam));
  internal::check_files(&exam);
  internal::check_copies(&exam);
  internal::check_positions(&exam);
  LOCI_RETURN_IF_ERROR(internal::check_positives(&exam));
  LOCI_RETURN_IF_ERROR(internal::check_overlap(&exam));
  internal::check_times(&exam);
  internal::draw_towns(&exam);
  exam.report.photos = static_cast<int64_t>(exam.photos.size());
  std::stable_sort(exam.report.findings.begin(),
                   exam.report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return std::move(exam.report);
}

}  // namespace loci
