// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console.h"

#include "loci/data/photos.h"

#include <string>

namespace loci::cli {

/// Says what a search met besides photographs.
void note_search(const PhotoSearch& search, Console& console, const std::string& video_remedy = "");

/// The message of a search that found no photograph, with what it passed over.
std::string nothing_found(const std::string& message,
                          const PhotoSearch& search,
                          const std::string& video_remedy = "");

}  // namespace loci::cli
