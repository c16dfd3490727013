// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// One layout. `detect` looks at names only; `read` gets the same path. To add one: a file with its
/// two functions, a line in readers() and a paragraph in docs/data_sets.md.
struct Reader {
  DatasetFormat format;
  bool (*detect)(const std::string& path);
  Result<Dataset> (*read)(const std::string& path, const DatasetOptions& options);
  bool has_parts = false;  ///< knows what to do with DatasetOptions::split
};
const std::vector<Reader>& readers();

// places.csv
bool detect_places_csv(const std::string& path);
Result<Dataset> read_places_csv(const std::string& path, const DatasetOptions& options);
// <city>/{query,database}/ with images/ and csv files, below train_val/ and test/
bool detect_msls(const std::string& path);
Result<Dataset> read_msls(const std::string& path, const DatasetOptions& options);
// Dataframes/*.csv + Images/
bool detect_gsv_cities(const std::string& path);
Result<Dataset> read_gsv_cities(const std::string& path, const DatasetOptions& options);
// sequences/ + poses/, or one sequence with poses.txt
bool detect_kitti(const std::string& path);
Result<Dataset> read_kitti(const std::string& path, const DatasetOptions& options);
// rgb.txt + groundtruth.txt
bool detect_tum(const std::string& path);
Result<Dataset> read_tum(const std::string& path, const DatasetOptions& options);
// database/ + queries/
bool detect_folders(const std::string& path);
Result<Dataset> read_folders(const std::string& path, const DatasetOptions& options);
// images/{train,val,test}/{database,queries}
/// Those of test, val and train that are there.
std::vector<std::string> gmberton_parts(const std::string& path);
bool detect_gmberton(const std::string& path);
Result<Dataset> read_gmberton(const std::string& path, const DatasetOptions& options);
// ref/ + query/, seasons, and other drives along one track
bool detect_traverse(const std::string& path);
Result<Dataset> read_traverse(const std::string& path, const DatasetOptions& options);
// photographs that carry their position
bool detect_geotagged(const std::string& path);
Result<Dataset> read_geotagged(const std::string& path, const DatasetOptions& options);
// one folder a place
bool detect_place_folders(const std::string& path);
Result<Dataset> read_place_folders(const std::string& path, const DatasetOptions& options);

// --- what several readers need ---

/// Last part of a path without a slash at its end.
std::string base_name(std::string_view path);
/// Path without the extension of its last part.
std::string without_extension(std::string_view path);
/// The folder part, "" where there is none.
std::string parent_of(std::string_view path);
std::string join_path(const std::string& folder, const std::string& name);
bool is_folder(const std::string& path);
/// The folder of this name in `path`; where it is not there, one whose name differs only in upper and lower case
/// ("Database"), if it is the only one. "" for none.
std::string folder_named(const std::string& path, const std::string& name);
bool is_file(const std::string& path);
/// "a, b, c" for a message, each made printable.
std::string join_names(const std::vector<std::string>& names);

/// Says in dataset->notes how many rows count as without position (dataset->off_the_map), if any.
void note_off_the_map(Dataset* dataset);
/// The wanted one of the parts a data set has, or the first when none is wanted. InvalidArgument
/// names those it has.
Result<std::string> choose_part(const std::string& where,
                                const std::vector<std::string>& parts,
                                const std::string& wanted);
/// Folders directly inside, in natural order, hidden ones left out.
std::vector<std::string> subfolders(const std::string& path);

/// Photographs below root/folder (`folder` may be ""), as paths relative to root. A text file
/// root/`folder`_images_paths.txt (paths relative to the folder) is used instead of a search where
/// there is one. Problems become notes.
Result<std::vector<std::string>> list_photos(const std::string& root,
                                             const std::string& folder,
                                             Dataset* dataset);

/// A time written as the whole name of a file, such as 20140902_092702.jpg; numbers that only count
/// are none.
std::optional<int64_t> time_in_name(std::string_view path);

/// Fills position, time and heading of records from EXIF where they are not known yet.
/// Cost:    128 KiB read a photo.
void read_exif(const std::string& root, std::vector<ImageRecord>* records);

/// Records for photos with all that their names say: '@' fields, time.
std::vector<ImageRecord> records_from_names(const std::vector<std::string>& paths);

/// How many of the records have a position on the grid.
int64_t count_positions(const std::vector<ImageRecord>& records);

/// Checks which listed images are there. Absent ones end the reading with NotFound, or are left out
/// and noted.
/// A note where files are listed on both sides, by their identity on the disk; such a query finds itself.
void note_both_sides(Dataset* dataset);
Status settle_missing(const DatasetOptions& options, Dataset* dataset);

/// An image of a set without roles, with further columns by which filters may choose.
struct Candidate {
  ImageRecord record;
  std::map<std::string, std::string> columns;
};

std::vector<Candidate> as_candidates(std::vector<ImageRecord> records);

/// query_filter and database_filter applied: without filters every image asks all the others
/// (leave-one-out); with a filter on one side the rest is the other side. An image on both sides is
/// not an answer to itself.
/// Errors:  InvalidArgument for a filter that cannot be read, names an unknown column, or leaves a
///          side empty
Status divide(std::vector<Candidate> candidates, const DatasetOptions& options, Dataset* dataset);
/// The candidates that one filter keeps (all of them for an empty one).
Result<std::vector<bool>> apply_filter(const std::vector<Candidate>& candidates,
                                       const std::string& filter);

/// The filters applied to a set whose sides are given: each thins out its own side.
/// Errors: InvalidArgument as for divide
Status filter_sides(const DatasetOptions& options, Dataset* dataset);

/// The rule of a set whose images may have positions, places or frame numbers, with the options'
/// wishes.
TruthRule radius_rule(const DatasetOptions& options, double custom_m = 25);
void note_unpositioned(Dataset* dataset);

}  // namespace loci
