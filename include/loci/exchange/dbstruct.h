// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/data/dataset.h"
#include "loci/exchange/file_tree.h"

#include <string>
#include <vector>

namespace loci {

/// The variable `dbStruct` of a data set file of Relja/netvlad, as it stands there.
struct DbStruct {
  std::string which_set;                                 ///< "train", "val", "test"; may be empty
  std::vector<std::string> db_images;                    ///< dbImageFns
  std::vector<std::string> q_images;                     ///< qImageFns
  std::vector<std::pair<double, double>> db_utm, q_utm;  ///< east, north in metres
  std::vector<double> db_time,
      q_time;                  ///< TokyoTM's stamps such as 200707; empty where there are none
  double pos_dist_thr_m = 25;  ///< posDistThr
  double non_triv_pos_dist_sq_thr = 100;  ///< squared metres
};

/// Fields are found by name, in any order; MAT level 5 and v7.3.
/// Errors: as read_tree; Corrupt with the field's name when one is missing or lengths disagree
Result<DbStruct> read_dbstruct(const std::string& path);
Result<DbStruct> parse_dbstruct(const FileTree& tree);

/// The same as a Dataset. Images are looked for below the file's folder in the layouts of
/// Pittsburgh (images/, queries_real/), Tokyo 24/7 (images/, query/; .jpg in the list, .png on
/// disk) and TokyoTM (images/ for both); where no image is found the names stay as they are and a
/// note says so.
Result<Dataset> load_dbstruct(const std::string& path, const DatasetOptions& options = {});

}  // namespace loci
