// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/train/activation_cache.h"

#include <cstdint>
#include <span>
#include <string>

namespace loci::train {

/// One file of an activation cache (docs/formats/activation_cache.md).
Status write_map_file(const std::string& path,
                      const std::string& key_digest,
                      int64_t channels,
                      int64_t height,
                      int64_t width,
                      std::span<const float> values);
/// NotFound; Corrupt when it is damaged, cut short, or of another key.
Result<ActivationMap> open_map_file(const std::string& path, const std::string& key_digest);

/// sha256 of everything that decides a map.
std::string map_key_digest(const std::string& frozen, const ActivationKey& key);

/// Whole blocks of the disk.
uint64_t disk_blocks(uint64_t bytes);

}  // namespace loci::train
