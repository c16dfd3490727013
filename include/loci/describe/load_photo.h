// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/image/image.h"

#include <string>

namespace loci {

/// The photograph in a file, decoded as describe_files() decodes it (Describer::decode_options()):
/// a large JPEG that was decoded at its full size instead would have another descriptor.
/// Errors: as load_image()
Result<Image> load_photo(const Describer& describer, const std::string& path);

}  // namespace loci
