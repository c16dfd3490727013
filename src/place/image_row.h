// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"

#include <string>
#include <string_view>

namespace loci {

/// The columns of a photograph in the order that read_image() takes them, without WHERE and ORDER.
inline constexpr std::string_view kImageColumns =
    "SELECT id, path, size, mtime_ns, sha256, width, height, lat, lon, taken, heading, device, "
    "segment, row FROM images";
/// The fact that holds the digest of the others.
inline constexpr std::string_view kDigestOfFacts = "digest";

StoredImage read_image(const Statement& s);
/// Binds 14 parameters: all columns but the number, with the digest last.
void bind_image(Statement& s, const StoredImage& stored);
/// SHA-256 of all that is said of a photograph but its number, so that verify() can tell a value that the disk has
/// changed.
std::string digest_of(const StoredImage& stored);

}  // namespace loci
