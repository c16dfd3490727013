// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/status.h"
#include "loci/place/group.h"
#include "loci/place/place_db.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

/// A photograph with a position that speaks for a proposal.
struct PositionEvidence {
  int64_t id = 0;
  bool direct = false;    ///< linked to the photograph itself, not only to others of its group
  int inliers = 0;        ///< of that link
  float score = 0;        ///< of that link
  double distance_m = 0;  ///< from the proposed position
};

/// Where a photograph that states no position was probably taken.
struct PositionProposal {
  int64_t id = 0;
  LatLon position;
  double radius_m = 0;  ///< two thirds of the evidence lies within it, at least 10 m
  int support = 0;      ///< photographs that agree
  /// Share of the evidence that agrees, times support / (support + 1), and half of that where no
  /// link to the photograph itself is among the evidence: 0 to 1.
  double confidence = 0;
  std::vector<PositionEvidence> evidence;  ///< the strongest first
};

/// Proposals for the photographs of `images` without position whose group holds some with one. A
/// direct link weighs as the square of its inliers' share of the largest (0.5 when it was not
/// checked), a photograph further off in the group as a link of a quarter of the largest. The
/// densest place counts, as in a query's location.
std::vector<PositionProposal> propose_positions(const std::vector<PlaceImage>& images,
                                                const Grouping& grouping);

/// An XMP packet that states a position, for a sidecar file (ISO 16684-1; exif:GPSLatitude and the
/// like as Exif 2.3 for XMP writes them).
std::string xmp_of(const PositionProposal& proposal);

/// Writes `photo`.xmp beside a photograph, which is not opened. A sidecar of another program that is there already stays
/// as it is (false); one that loci wrote gets the new position.
Result<bool> write_sidecar(const std::string& photo, const PositionProposal& proposal);

}  // namespace loci
