// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "side_files.h"

#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/data/dataset.h"
#include "loci/exchange/pairs.h"
#include "loci/exchange/trajectory.h"

#include <cstdint>
#include <fstream>
#include <span>
#include <string>

/// Tables and side files of others: the first byte says what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const loci::TempFolder* const folder = new loci::TempFolder("loci_fuzz");
  const std::span<const uint8_t> bytes(data + 1, size - 1);
  const auto file = [&](const char* name) {  // write_file would wait for the disk
    const std::string path = *folder / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
  };
  switch (data[0]) {
    case 't':
      (void)loci::read_trajectory(file("trajectory.txt")).ok();
      break;
    case 'p': {
      loci::DatasetOptions options;
      options.skip_missing = true;
      (void)loci::load_dataset(file("places.csv"), options).ok();
      break;
    }
    case 'g': {
      loci::PhotoInfo info;
      loci::read_takeout({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, &info);
      if (info.position && !valid(*info.position)) __builtin_trap();
      break;
    }
    case 'n':
      (void)loci::parse_npy(bytes, "input").ok();
      break;
    case 'c':
      (void)loci::read_colmap_images(file("database.db")).ok();
      break;
    default:
      break;
  }
  return 0;
}
