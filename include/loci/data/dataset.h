// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/options.h"
#include "loci/base/status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loci {

/// One photograph of a data set and what is known of it.
struct ImageRecord {
  std::string path;                ///< relative to Dataset::root
  std::optional<Utm> utm;          ///< position, metres
  std::optional<LatLon> position;  ///< position, degrees
  std::optional<int64_t> time;     ///< seconds since 1970 as if UTC
  std::optional<double> heading_deg;
  std::string place;   ///< label of the place, empty when unknown
  int64_t frame = -1;  ///< number in a traverse, -1 when there is none
  std::string group;   ///< panorama or sequence it belongs to
};

/// Sets `utm` from `position` or `position` from `utm` where only one of them is known and the grid
/// allows it.
void complete_position(ImageRecord* record);

/// When a database image counts as a right answer to a query.
struct TruthRule {
  enum class Kind {
    kRadius,  ///< within radius_m (inclusive) on a zone's grid, across its edge on the Earth
    kFrames,  ///< |frame difference| <= tolerance_frames
    kPlace,   ///< same place label, another image
  };
  Kind kind = Kind::kRadius;
  double radius_m = 25;
  int tolerance_frames = 0;
  /// Of several results from one group (panorama) only the first counts (Tokyo 24/7: 12 cut-outs of
  /// a panorama).
  bool one_result_per_group = false;
  /// Results with the query's own time stamp are passed over (Tokyo Time Machine).
  bool other_time_only = false;
  /// Queries without any right answer are left out of the main figure (MSLS).
  bool answerable_only = false;
  /// Images of the query's own group fewer than this many frames away are neither results nor right
  /// answers (loop closure in one drive, where the frame before is no discovery); 0 for none.
  int min_frame_gap = 0;
};
/// "within 25 m", "at most 2 frames apart", "same place", with the rule's filters; for reports.
std::string describe_rule(const TruthRule& rule);

/// A latitude and longitude that no place on Earth has, as a data set gave it.
struct ImpossiblePosition {
  std::string path;  ///< of the image, relative to Dataset::root
  double lat = 0, lon = 0;
};

struct Dataset {
  std::string name;
  std::string root;
  std::string format;  ///< reader that made it: "places.csv", "folders", ...
  std::vector<ImageRecord> database;
  std::vector<ImageRecord> queries;
  TruthRule rule;
  /// Query i is the same photograph as this database row (leave-one-out sets), or -1; such a row is
  /// never a result.
  std::vector<int64_t> query_in_database;
  /// Images listed but absent, left out (only with DatasetOptions::skip_missing).
  std::vector<std::string> missing;
  std::vector<ImpossiblePosition> off_the_map;  ///< images whose position was left out for that
  /// What a person should know: images listed but absent, rows left out.
  std::vector<std::string> notes;
};

/// Where the file of a record is: below `dataset.root`, or as it stands when it is an absolute
/// path.
std::string image_path(const Dataset& dataset, const ImageRecord& record);

struct DatasetOptions {
  /// Reader to use instead of detecting one.
  std::string format;
  /// Part of the data set, where it has parts: train, val or test; of KITTI a sequence such as 05.
  std::string split;
  /// A result within this many metres is right (-1: the reader's custom, 25 for streets).
  double radius_m = -1;
  /// A result within this many frames is right, for traverses (-1: the reader's custom, 2).
  int tolerance_frames = -1;
  /// Images of one sequence fewer than this many frames apart are neither results nor right (-1:
  /// the reader's custom, 50 for sequences with poses).
  int min_frame_gap = -1;
  /// Which images ask: column=value, such as time_of_day=night; also !=, lists a,b and ranges
  /// hour=21-5.
  std::string query_filter;
  /// Which images answer, in the same form (empty: all that do not ask).
  std::string database_filter;
  /// Leave out images that are listed but absent, instead of refusing the data set.
  bool skip_missing = false;
  /// With skip_missing: a set of which no image is there is still a set, for who examines it. No option of a command.
  bool keep_empty = false;

  template <class V>
  void describe(V&& v) {
    v({"format", "reader to use instead of detecting one"}, format);
    v({"split",
       "part of the data set, where it has parts: train, val or test; of KITTI a sequence such as "
       "05"},
      split);
    v({"radius_m",
       "a result within this many metres is right (-1: the reader's custom, 25 for streets)"},
      radius_m);
    v({"tolerance_frames",
       "a result within this many frames is right, for traverses (-1: the reader's custom, 2)"},
      tolerance_frames);
    v({"min_frame_gap",
       "images of one sequence fewer than this many frames apart are neither results nor right "
       "(-1: "
       "the reader's custom, 50 for sequences with poses)"},
      min_frame_gap);
    v({"query_filter",
       "which images ask: column=value, such as time_of_day=night; also !=, lists a,b and ranges "
       "hour=21-5"},
      query_filter);
    v({"database_filter", "which images answer, in the same form (empty: all that do not ask)"},
      database_filter);
    v({"skip_missing",
       "leave out images that are listed but absent, instead of refusing the data set"},
      skip_missing);
  }
};

/// Reads a data set folder (or a places.csv file) that says by its content what it is.
/// docs/data_sets.md lists the layouts, dataset_formats() their names. A `.mat` dbStruct is read by
/// load_dbstruct of `exchange`, which ends here as well.
///
/// Errors:  NotFound when nothing is there, or when images are listed but absent and skip_missing
///          is off; InvalidArgument when no reader knows it, listing what was looked for; Corrupt
///          with file and row
/// Cost:    one look at each file's existence; readers that need EXIF positions read the first 128
///          KiB of each photo
Result<Dataset> load_dataset(const std::string& path, const DatasetOptions& options = {});

/// The parts of a data set that DatasetOptions::split can ask for, such as train, val and test;
/// empty for a set that is one whole.
/// Errors: those of reading its table
Result<std::vector<std::string>> dataset_splits(const std::string& path,
                                                const std::string& format = "");

/// A reader of load_dataset, in the order in which they are tried.
struct DatasetFormat {
  const char* name;
  const char* looks_for;  ///< what in the folder makes it the one
};
std::vector<DatasetFormat> dataset_formats();

/// The content of a `dbStruct` (Relja/netvlad) as plain arrays, for readers of its container.
struct DbStructArrays {
  std::vector<std::string> db_images, q_images;
  std::vector<std::pair<double, double>> db_utm, q_utm;  ///< east, north in metres
  std::vector<double> db_time, q_time;  ///< such as 200707; empty where there are none
  double radius_m = 25;                 ///< posDistThr
  /// Consecutive database rows of one panorama; > 0 turns on one_result_per_group.
  int cutouts_per_panorama = 0;
};

/// Makes a Dataset of a dbStruct. Images are looked for below `root`, then below its parent, in
/// images/, queries_real/, query/, queries/ and the folder itself, also as .png where the list says
/// .jpg (Tokyo 24/7); where none is found the names stay as they are, with a note. Time stamps turn
/// on other_time_only (TokyoTM).
///
/// Errors:  Corrupt when lengths disagree or a position is not finite; as load_dataset for images
///          that are listed but absent
Result<Dataset> dataset_from_dbstruct(const DbStructArrays& arrays,
                                      const std::string& root,
                                      const std::string& name,
                                      const DatasetOptions& options = {});

/// For every query the database rows that are right answers, increasing, by dataset.rule.
///
/// Radius:  d^2 <= radius_m^2 in double, inclusive. Positions of different UTM zones are compared
///          in the query's neighbouring zone's grid, so a border between zones hides nothing and
///          two cities never match; zone 0 (an unnamed grid) compares with zone 0 only.
/// Never a right answer: the query's own photograph (query_in_database), rows with its time stamp
///          under other_time_only, rows closer than min_frame_gap in its group.
/// Errors:  Corrupt when a position is not finite; InvalidArgument for a negative or infinite
///          radius
/// Cost:    O((N + Q) log N + answers); memory is that of the answers, however far apart the
///          positions are
Result<std::vector<std::vector<int64_t>>> ground_truth(const Dataset& dataset);

/// True when the rule's filters keep this database row from being a result for this query.
bool is_filtered_out(const Dataset& dataset, int64_t query, int64_t row);

/// What a file name in the convention of gmberton's tools says: base name only, fields between '@':
/// @UTM_east@UTM_north@zone_number@zone_letter@lat@lon@pano_id@tile_num@heading@pitch@roll@height@timestamp@note@.jpg
/// Nothing when the first two fields are no numbers. The panorama's id becomes `group` ("None" is
/// none).
std::optional<ImageRecord> parse_at_name(const std::string& path);

}  // namespace loci
