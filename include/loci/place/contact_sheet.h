// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/place/place_db.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

struct QueryWithAnswer {
  std::string query;  ///< path of the photograph that was asked about
  QueryAnswer answer;
  /// Where it was really taken, when known: distances are then from there.
  std::optional<LatLon> truth;
};

struct ContactSheetOptions {
  /// Heading of the page.
  std::string title = "Where were these photographs taken?";
  /// Longer side of the pictures on the page, pixels.
  int thumbnail_px = 320;
  /// Threads, 0 for all.
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"title", "heading of the page"}, title);
    v({"thumbnail_px", "longer side of the pictures on the page, pixels"}, thumbnail_px);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

/// One self-contained HTML file: every query with its matches, their scores, dates and distances,
/// the location estimate on a small map, all pictures inside the file. A picture that cannot be
/// read becomes a grey field with its name. Distances are from the true position of the query where
/// it is given, else from the estimate.
/// Errors:  Io when the page cannot be written
/// Cost:    about 20 KB a picture
Status write_contact_sheet(const std::string& path,
                           std::span<const QueryWithAnswer> queries,
                           const ContactSheetOptions& options = {});

}  // namespace loci
