// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inflate.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// One member of a zip archive.
struct ZipEntry {
  std::string name;
  uint64_t packed_size = 0;
  uint64_t size = 0;
  uint64_t header_at = 0;
  uint32_t crc = 0;
  uint16_t method = 0;
  uint16_t flags = 0;
};

struct ZipContent {
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;
};

/// Reads zip and zip64 archives by their central directory (APPNOTE 6.3); members stored or
/// deflated. Throws Error.
class ZipReader {
 public:
  ZipReader(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);
  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(const std::string& name) const;
  /// The member's bytes, checksum compared. Stored members are not copied.
  ZipContent read(const ZipEntry& entry);

 private:
  void read_directory();
  std::span<const uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
  std::vector<ZipEntry> entries_;
  InflateBudget budget_;
};

}  // namespace loci
