// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>

namespace loci {

/// A collection's own files (catalogue, model, lock) are regular files of its folder and `segments` is a folder in it.
/// Somebody else's collection could hold links there that lead what is written and cut to any file of whoever changes
/// it, or a pipe that nobody writes into. What is not there is no error.
/// Errors: InvalidArgument, naming the file
Status check_own_files(const std::string& folder);

}  // namespace loci
