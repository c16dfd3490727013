// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace loci {

/// How a data set is divided into parts that share no place.
struct SplitOptions {
  /// Share of the images for training; the shares are divided by their sum.
  double train = 0.7;
  /// Share for validation.
  double val = 0.15;
  /// Share for the test.
  double test = 0.15;
  /// Images of different parts are further apart than this many metres (25 is the radius within
  /// which a result counts as right).
  double buffer_m = 25;
  /// The same for traverses without positions, in frames (-1: the tolerance of the data set).
  int buffer_frames = -1;
  /// Seed of the cuts; the same seed gives the same parts.
  uint64_t seed = 1;

  template <class V>
  void describe(V&& v) {
    v({"train", "share of the images for training; the shares are divided by their sum"}, train);
    v({"val", "share for validation"}, val);
    v({"test", "share for the test"}, test);
    v({"buffer_m",
       "images of different parts are further apart than this many metres (25 is the radius within "
       "which a result counts as right)"},
      buffer_m);
    v({"buffer_frames",
       "the same for traverses without positions, in frames (-1: the tolerance of the data set)"},
      buffer_frames);
    v({"seed", "seed of the cuts; the same seed gives the same parts"}, seed);
  }
};

/// Where one image of the data set went.
struct SplitImage {
  ImageRecord record;
  bool query = false;  ///< its side in the data set
  int part = -1;       ///< 0 train, 1 val, 2 test; -1 dropped
};
inline constexpr std::array<const char*, 3> kSplitParts = {"train", "val", "test"};

struct SplitCounts {
  int64_t database = 0, queries = 0;
  int64_t images() const { return database + queries; }
};

struct DatasetSplit {
  std::string root;    ///< of the data set
  std::string method;  ///< "positions", "places" or "frames"
  TruthRule::Kind rule = TruthRule::Kind::kRadius;
  bool has_roles = false;  ///< false: every image asks all the others
  std::vector<SplitImage> images;
  std::array<SplitCounts, 3> parts;
  int64_t dropped = 0;             ///< too near to an image of another part
  int64_t without_position = 0;    ///< left out because nothing says where they are
  std::vector<std::string> notes;  ///< such as a part without queries
};

/// Divides a data set into train, val and test.
///
///   positions  the area is cut in two again and again, at the widest gap near the middle of the
///              longer side; the pieces in that order are cut into three runs of the wanted sizes,
///              so that parts are whole quarters with short borders. Then images of a larger part
///              within buffer_m of a smaller part are dropped (d <= buffer_m, zones compared).
///   places     without positions: whole places, drawn at random
///   frames     traverses: runs of frames, buffer_frames apart on both sides of every cut
///
/// Images of one place label stay together where the label is the truth.
/// Errors:  InvalidArgument for shares or buffers that make no sense, for sets without positions,
///          places or frames, for a single place, and where the buffer leaves a wanted part empty
/// Cost:    O(N log N)
Result<DatasetSplit> split_dataset(const Dataset& dataset, const SplitOptions& options = {});

/// Writes the parts as a places.csv that load_dataset reads, dropped images left out. `path` is the
/// csv file or a folder for places.csv, made when it is not there. Images below the csv's folder
/// are named relative to it, others by their absolute path. Columns: path, role (where there are
/// roles), split, time, heading, group, and what the rule needs: lat, lon, east_m, north_m, zone;
/// place; or frame. Returns the path of the file.
Result<std::string> write_split(const DatasetSplit& split, const std::string& path);

/// Where write_split writes: `path` itself, or places.csv in it.
std::string split_file(const std::string& path);

/// Is this the first line of a table that write_split writes?
bool is_split_table(std::string_view first_line);

}  // namespace loci
