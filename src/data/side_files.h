// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/exif.h"

#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// The names that programs give to the XMP file beside a photograph: NAME.EXT.xmp (digiKam, darktable, loci), NAME.xmp
/// (Lightroom).
std::vector<std::string> xmp_names(const std::string& photo);

/// The names that Google Takeout gives to its JSON file beside a photograph, which it cuts at 51 letters: NAME.EXT.json,
/// NAME.EXT.supplemental-metadata.json, NAME.EXT(1).json for NAME(1).EXT, and that of the original of NAME-edited.EXT.
std::vector<std::string> takeout_names(const std::string& photo);

/// What a JSON file of Takeout says, for what `info` does not know: geoData, else geoDataExif (0, 0 is none), and
/// photoTakenTime, which is UTC. Never fails; a damaged file says what could be read of it.
void read_takeout(std::string_view json, PhotoInfo* info);

}  // namespace loci
