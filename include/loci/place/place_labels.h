// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loci {

class PlaceDb;

/// What a person has said about the places of a collection. A photo is named by the SHA-256 of its
/// content (PlaceImage::sha256), so what was said survives renaming, removing and indexing again.
/// group_photos() obeys it whatever the pictures say: must-link and cannot-link constraints.
/// Source: Wagstaff et al., Constrained k-means clustering with background knowledge, ICML 2001
struct PlaceLabels {
  std::map<std::string, std::string> names;            ///< photo -> the name of the place it shows
  std::set<std::pair<std::string, std::string>> same;  ///< one place; first < second
  std::set<std::pair<std::string, std::string>> different;  ///< two places; first < second
  std::set<std::string> alone;  ///< of no group, unless it has a name or is the same as another
  bool empty() const;
  bool operator==(const PlaceLabels&) const = default;
};

// Each of these changes `labels` or leaves it as it was.
// Errors: InvalidArgument for too few photos, a name that is empty, longer than 200 bytes or has
//         control characters, or where what is said contradicts what was said before through other
//         photos; what was said directly of two photos is replaced

/// The photos show one place, and it has this name.
Status name_place(PlaceLabels* labels, std::span<const std::string> photos, std::string_view name);
/// The photos show one place.
Status say_same_place(PlaceLabels* labels, std::span<const std::string> photos);
/// The first photo does not show the place of the others.
Status say_different_places(PlaceLabels* labels, std::span<const std::string> photos);
/// None of the photos belongs to a group.
Status say_alone(PlaceLabels* labels, std::span<const std::string> photos);

/// Takes back all that was said of the photos; how many statements these were.
int64_t forget_labels(PlaceLabels* labels, std::span<const std::string> photos);
/// What `other` says and `labels` does not contradict is said in `labels` too.
void add_labels(PlaceLabels* labels, const PlaceLabels& other);

/// The labels with what is said of the content `before` said of the content `now`.
PlaceLabels with_photo_renamed(const PlaceLabels& labels,
                               const std::string& before,
                               const std::string& now);

/// The SHA-256 of the photos' contents, as the collection knows them.
/// Errors: NotFound for a path that is not in the collection
Result<std::vector<std::string>> photo_contents(const PlaceDb& db,
                                                const std::vector<std::string>& paths);

/// One statement a line (docs/formats/place_db.md), and back.
/// Errors: Corrupt for a line that is no statement, by number
std::string to_text(const PlaceLabels& labels);
Result<PlaceLabels> parse_place_labels(std::string_view text, const std::string& where);

}  // namespace loci
