// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace loci {

/// An angle as people and programs write it.
struct Angle {
  double degrees = 0;           ///< negative for a minus sign, south and west
  char letter = 0;              ///< N, S, E or W where the text has one
  bool signed_by_text = false;  ///< a letter or a minus sign says the hemisphere
};
/// Reads "48.8584", "-33.85", "48.8584 N", "N48 51.504", "48°51'30.2\"N" and "48 deg 51' 30.20\" N": degrees, then perhaps
/// minutes and seconds (at most 60), by any signs between them. Nothing for anything else.
std::optional<Angle> parse_angle(std::string_view text);

}  // namespace loci
