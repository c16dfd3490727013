// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A pair of photographs by the names that other programs know them by.
struct NamedPair {
  std::string query, match;
};

/// Names of files relative to `root`, with forward slashes. With an empty `root` the deepest folder
/// that holds them all. Paths are absolute. InvalidArgument for one that is not below `root`.
Result<std::vector<std::string>> names_below(const std::vector<std::string>& paths,
                                             const std::string& root = "");

/// hloc's pairs: `query match` a line, one space, no line end behind the last, queries in the order
/// given and best first. COLMAP reads it too.
/// Errors: InvalidArgument for a name with white space, which hloc's parser would cut
/// Source: cvg/Hierarchical-Localization, hloc/utils/parsers.py
Status write_hloc_pairs(const std::string& path, std::span<const NamedPair> pairs);

/// COLMAP's match list for `colmap matches_importer --match_type pairs`: each unordered pair once,
/// in the order given.
/// Errors:  InvalidArgument for names with white space or a leading '#'
Status write_colmap_pairs(const std::string& path, std::span<const NamedPair> pairs);

/// kapture's pairs: a line of format, a line of columns, `query, match` a line.
/// Errors: InvalidArgument for a name with a comma or a line break
Status write_kapture_pairs(const std::string& path, std::span<const NamedPair> pairs);

/// Names of the images in a COLMAP database, in the order of its image ids.
/// Errors: NotFound where there is no such file, saying which command makes it; Corrupt for a file
/// that is no COLMAP database
Result<std::vector<std::string>> read_colmap_images(const std::string& database_path);

/// For each path the one of `names` that it ends with at a folder's border, the longest where there
/// are several; empty where there is none. InvalidArgument when two paths get one name.
Result<std::vector<std::string>> match_names(const std::vector<std::string>& paths,
                                             const std::vector<std::string>& names);

/// hloc's file of global features: a group per image by its name (slashes nest) with the dataset
/// `global_descriptor` [D], float32 (float16 when `half`), and `image_size` [2], width and height.
/// Nothing appears at the path without commit().
/// Errors: Unsupported in a build without HDF5; InvalidArgument for two images of one name
/// Source: cvg/Hierarchical-Localization, hloc/extract_features.py
class HlocFeatures {
 public:
  static Result<std::unique_ptr<HlocFeatures>> create(const std::string& path, bool half = false);
  virtual ~HlocFeatures() = default;
  virtual Status add(const std::string& name,
                     int width,
                     int height,
                     std::span<const float> descriptor) = 0;
  virtual Status commit() = 0;
};

}  // namespace loci
