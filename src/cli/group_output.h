// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "links_folder.h"

#include "loci/base/progress.h"
#include "loci/place/group.h"

#include <map>
#include <string>
#include <vector>

namespace loci::cli {

/// A grouping with the photographs it is of, in every form it is shown in.
class GroupedPhotos {
 public:
  GroupedPhotos(const std::vector<PlaceImage>& images, const Grouping& grouping);

  /// One object; `scores`, if any, is the JSON of its member "truth".
  std::string json(const std::string& scores) const;
  std::string text() const;
  /// A self-contained HTML page in the look of all reports.
  std::string page(const std::string& collection, const JobControl& job) const;
  /// A folder of links for each group, by the place's name or "place_0001".
  std::vector<LinksOf> links() const;

 private:
  const PlaceImage& photo(int64_t id) const { return *by_id_.at(id); }
  std::string span_of(const PhotoGroup& group) const;
  const Grouping& grouping_;
  std::map<int64_t, const PlaceImage*> by_id_;
};

}  // namespace loci::cli
