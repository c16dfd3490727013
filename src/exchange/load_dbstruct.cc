// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"
#include "loci/exchange/dbstruct.h"

#include <cctype>

namespace loci {
namespace {

// tokyo247.mat, Tokyo24_7_test.mat, tokyo-24-7.mat
bool is_tokyo247(const std::string& name) {
  std::string letters;
  for (const char c : to_lower(name)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) letters += c;
  }
  return letters.find("tokyo247") != std::string::npos;
}

}  // namespace

Result<Dataset> load_dbstruct(const std::string& path, const DatasetOptions& options) {
  LOCI_TRY(db, read_dbstruct(path));
  const size_t slash = path.find_last_of('/');
  const std::string file = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::string name = file.substr(0, file.find_last_of('.'));
  DbStructArrays arrays;
  arrays.db_images = std::move(db.db_images);
  arrays.q_images = std::move(db.q_images);
  arrays.db_utm = std::move(db.db_utm);
  arrays.q_utm = std::move(db.q_utm);
  arrays.db_time = std::move(db.db_time);
  arrays.q_time = std::move(db.q_time);
  arrays.radius_m = db.pos_dist_thr_m;
  // dbTokyo247.m: a panorama is twelve cut-outs in a row. Pittsburgh's 24 count one by one.
  if (is_tokyo247(name)) arrays.cutouts_per_panorama = 12;
  return dataset_from_dbstruct(
      arrays, slash == std::string::npos ? "." : path.substr(0, slash), name, options);
}

}  // namespace loci
