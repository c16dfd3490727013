// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "near_copies.h"

#include "loci/eval/doctor.h"
#include "loci/image/exif.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace loci::internal {

/// Where a photograph is listed.
struct Listing {
  size_t part;
  bool query;
  size_t row;
};

/// One file of the data set, however often it is listed.
struct Photo {
  std::string path;
  std::vector<Listing> listed;
  ImageRecord record;  ///< of its first listing
  Status status;       ///< why it is no photograph, if it is none
  uint64_t bytes = 0;
  std::string sha256;
  int width = 0, height = 0;
  PhotoInfo info;                           ///< what EXIF says
  std::optional<std::array<double, 3>> at;  ///< place_in_space(record)
  bool misplaced = false;  ///< its position is wrong for a reason that is already told

  bool readable() const { return status.ok(); }
};

/// What the checks share: they run in order, so that later ones pass over what earlier ones
/// explained.
struct Examination {
  const std::vector<Dataset>& parts;
  const DoctorOptions& options;
  const JobControl& job;
  std::vector<Photo> photos;
  std::vector<NearPrint> prints;                       ///< one a photograph
  std::vector<std::vector<size_t>> queries, database;  ///< part -> row -> photograph
  std::vector<char> answered;  ///< photograph -> 1 when a query of it has a positive
  DoctorReport report;

  /// True when a photograph is listed among the queries of any part.
  bool asks(size_t photo) const;
  /// Adds a finding about the set as a whole.
  void find_set(const char* check,
                std::string what,
                std::vector<Finding::Item> where = {},
                std::optional<Severity> severity = std::nullopt);
  /// Adds a finding when any photograph is concerned: "3 photographs" and the verb of that number.
  void find_photos(const char* check,
                   const char* singular,
                   const char* plural,
                   std::vector<Finding::Item> where,
                   std::optional<Severity> severity = std::nullopt);
};

/// "1 query", "1,200 queries"; the plural adds an s where it is not given.
std::string counted(int64_t count, const std::string& one, const std::string& many = "");

/// image_path() of what a data set names by path alone.
std::string path_in(const Dataset& dataset, const std::string& path);

// The steps, in order.
void list_photographs(Examination* exam);
Status read_photographs(Examination* exam);
void check_files(Examination* exam);
void check_copies(Examination* exam);
void check_positions(Examination* exam);
Status check_positives(Examination* exam);
Status check_overlap(Examination* exam);
void check_times(Examination* exam);
void draw_towns(Examination* exam);

}  // namespace loci::internal
