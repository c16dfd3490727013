// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/data/dataset.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace loci {

enum class Severity {
  kNote,     ///< worth knowing
  kWarning,  ///< a part of the set is lost, or figures made with it flatter
  kError,    ///< figures made with the set are wrong
};
const char* severity_name(Severity severity);  ///< "note", "warning", "error"

/// Something wrong with a data set. docs/doctor.md lists every check.
struct Finding {
  std::string check;  ///< its name: "swapped_position"
  Severity severity = Severity::kNote;
  std::string what;    ///< one sentence with the figures
  std::string cost;    ///< what it does to training or evaluation
  std::string remedy;  ///< what to do
  struct Item {
    std::string path;    ///< of a photograph, as image_path() gives it
    std::string detail;  ///< "copy of b.jpg"; may be empty
  };
  std::vector<Item> where;  ///< every photograph concerned; empty when it is the set as a whole
};

/// One part of a data set in figures.
struct PartSummary {
  std::string name, format, rule;
  int64_t queries = 0, database = 0;
  int64_t answerable = 0;  ///< queries with a positive
  double chance = 0;       ///< recall@1 of a blind guess: mean of positives / database images
  std::map<int64_t, int64_t> positives;  ///< number of positives -> queries that have so many
};

struct DoctorReport {
  std::vector<Finding> findings;  ///< errors first
  std::vector<PartSummary> parts;
  int64_t photos = 0;  ///< files, each counted once
  int64_t bytes = 0;
  std::map<std::pair<int, int>, int64_t> sizes;  ///< width and height as seen -> photographs
  int64_t timed = 0;                             ///< photographs whose time is known
  std::map<int64_t, int64_t> times_per_place;    ///< visits -> places seen so often
  /// Positions for the map, each with what stands there.
  enum class Mark { kDatabase, kQuery, kUnanswered, kFault };
  struct Dot {
    double east_m, north_m;  ///< in the plane at the centre of its town, or as given
    Mark mark;
  };
  struct Town {
    std::string name;  ///< "47.3769, 8.5417", or "the set's own grid"
    std::vector<Dot> dots;
  };
  std::vector<Town> towns;  ///< groups of positions 5 km and more apart, the largest first

  int64_t count(Severity severity) const;
  /// {"photos",...,"parts":[...],"findings":[{"check","severity","what","cost","where","remedy"}]}
  std::string to_json() const;
  std::string to_text() const;
};

struct DoctorOptions {
  /// Look at names, headers and positions only: no decoding, no near copies.
  bool quick = false;
  /// Parts with photographs this close to each other, metres, overlap.
  double overlap_m = 25;
  /// Threads, 0 for all.
  int num_threads = 0;
  int64_t now = 0;  ///< seconds since 1970 after which no photograph was taken; 0: the clock

  template <class V>
  void describe(V&& v) {
    v({"quick", "look at names, headers and positions only: no decoding, no near copies"}, quick);
    v({"overlap_m", "parts with photographs this close to each other, metres, overlap"}, overlap_m);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

/// Examines a data set, or the parts of one (train, val, test), whose `name` tells them apart:
/// files, copies, positions, positives, times and overlap. A healthy set has no findings.
///
/// Errors:  those of ground_truth; InvalidArgument for overlap_m that is not finite or is negative;
///          Cancelled. A file that cannot be read is a finding and no error.
/// Threads: decoding runs on num_threads
/// Cost:    for P photographs one reading of every file, with decoding at about 128 pixels (2 ms of
///          one core for a JPEG of 240 x 180; with quick at most 256 KiB of a file are read), then
///          O(P log P + positives): near copies are looked for among at most 8 x 64 candidates a
///          photograph, places and towns through hashed cells. Memory: about 2.5 KiB a photograph,
///          and the positives of all queries
Result<DoctorReport> examine(const std::vector<Dataset>& parts,
                             const DoctorOptions& options = {},
                             const JobControl& job = {});

struct DoctorPageOptions {
  int max_pictures = 8;  ///< shown for each finding
  /// As in ReportOptions: a small JPEG of a photograph; empty: a page without pictures.
  std::function<std::vector<uint8_t>(const std::string& path)> thumbnail;
  std::string command;  ///< what was typed to make the page; may be empty
};

/// The report as one HTML page without any request to the network: findings with pictures, maps of
/// database and queries, and histograms of positives, times and sizes.
std::string doctor_page(const std::string& title,
                        const DoctorReport& report,
                        const DoctorPageOptions& options = {});

}  // namespace loci
