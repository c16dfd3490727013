// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"

#include <map>
#include <string>
#include <vector>

namespace loci {

/// The rows of a csv file by column name.
struct PlacesTable {
  using Columns = std::map<std::string, std::string>;
  std::string where;
  std::vector<std::string> header;
  std::vector<Columns> rows;
  std::vector<size_t> row_numbers;  ///< in the file; the header is row 1
  bool decimal_comma = false;       ///< fields are separated by ';', so 48,5 is a number

  int64_t odd_count = 0;  ///< rows and cells that were passed over
  std::string first_odd;  ///< "row 7: lat 'x' is no number"

  /// Counts a cell that cannot be read.
  void odd(size_t row, const std::string& what);
  bool has(const std::string& column) const;
  Status error(size_t row, const std::string& what) const;
};

/// A csv file with a header, its fields separated by ',', ';', '|' or tabs (whichever the header has
/// most of, or as a first line "sep=;" says), or else by blanks. Names are lower-cased and nothing else. Lines that begin
/// with '#' and blank rows are passed over; a row with fewer fields has empty ones, a row with more is counted as odd.
/// Corrupt for UTF-16, for two columns of one name that differ, and where most rows are odd.
Result<PlacesTable> read_table(const std::string& path);

/// A table with the column `path`, the names that others use for a column turned into ours.
Result<PlacesTable> read_places_table(const std::string& path);

/// One row as a record. `off_the_map` gets positions that no place on Earth has.
/// A cell that cannot be read counts as empty, and as odd.
Result<ImageRecord> read_places_row(PlacesTable& table,
                                    size_t row,
                                    std::vector<ImpossiblePosition>* off_the_map);

/// The values of the column `split` that name parts such as train, val and test; none where the
/// column gives the role of a row.
std::vector<std::string> split_names(const PlacesTable& table);

}  // namespace loci
