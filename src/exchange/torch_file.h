// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "zip_reader.h"

#include "loci/exchange/file_tree.h"

#include <memory>
#include <span>
#include <string>

namespace loci {

/// torch.save of version 1.6 and later: a zip with NAME/data.pkl and NAME/data/KEY. Throws Error.
FileValue read_torch_zip(ZipReader& zip);
/// The member that makes a zip a torch file, or null.
const ZipEntry* find_torch_pickle(const ZipReader& zip);

/// Whether bytes begin with the pickled magic number of torch.save before 1.6.
bool is_torch_legacy(std::span<const uint8_t> bytes);
/// That format: four pickles (magic, protocol, system, object), the keys, then each storage with
/// its length. Throws Error.
FileValue read_torch_legacy(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);

/// A single pickle without storages. Throws Error.
FileValue read_plain_pickle(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);

}  // namespace loci
