// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"
#include "loci/local/located_features.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A keypoint in six bytes.
struct KeptPoint {
  uint16_t x = 0, y = 0;  ///< fractions of the image's width and height, 65535 for all of it
  uint16_t score = 0;     ///< binary16
};

/// Local features as a collection keeps them: about 39 KB for 560 features of 64 dimensions.
struct KeptFeatures {
  MatrixOf<int8_t> descriptors;   ///< N x D: a row's direction, its largest value at 127 or -127
  std::vector<KeptPoint> points;  ///< N, in the order of the features they were made of
  int width = 0, height = 0;      ///< of the image, pixels
  double accuracy_px = 1;         ///< as in LocatedFeatures
};

/// Each row times 127 / its largest absolute value, rounded: of 64 dimensions, the cosine of two
/// rows changes by some .0003. Scores that are missing become 0.
/// Errors: contract: one keypoint a row, at most 65,535 rows and dimensions, a positive image size
///         unless there is no row
KeptFeatures keep(const LocatedFeatures& located);

/// Where keypoint `i` lies, pixels of the image: within width / 131,070 of where it lay before.
Keypoint place_of(const KeptFeatures& kept, int64_t i);

/// 16 + N * (D + 6) bytes (docs/formats/kept_features.md), and back. `where` names the bytes in
/// messages.
/// Errors: Corrupt for bytes that are something else, cut or longer; Unsupported for a newer version
std::vector<uint8_t> pack(const KeptFeatures& kept);
Result<KeptFeatures> unpack_kept(std::span<const uint8_t> bytes, const std::string& where);

}  // namespace loci
