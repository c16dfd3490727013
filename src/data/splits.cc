// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"
#include "reader.h"

namespace loci {

Result<std::vector<std::string>> dataset_splits(const std::string& path,
                                                const std::string& format) {
  for (const Reader& reader : readers()) {
    const bool chosen = format.empty() ? reader.detect(path) : format == reader.format.name;
    if (!chosen) continue;
    if (reader.detect == detect_gmberton) return gmberton_parts(path);
    if (reader.detect != detect_places_csv) break;
    LOCI_TRY(table, read_places_table(is_folder(path) ? join_path(path, "places.csv") : path));
    return split_names(table);
  }
  return std::vector<std::string>();
}

}  // namespace loci
