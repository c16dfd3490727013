// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_file_target.h"

#include "loci/base/file.h"
#include "loci/model/architectures.h"
#include "loci/model/model.h"
#include "loci/model/safetensors.h"
#include "loci/model/spec.h"

#include <fstream>

/// A safetensors file, the description in it, and the whole as a model file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto bytes = std::make_shared<std::vector<uint8_t>>(data, data + size);
  const loci::Result<loci::Safetensors> content = loci::parse_safetensors(*bytes, bytes, "input");
  if (content.ok()) {
    for (const auto& [key, value] : content->metadata) {
      const loci::Result<loci::ModelSpec> spec = loci::parse_spec(value, "input");
      if (!spec.ok()) continue;
      if (!loci::parse_spec(loci::to_json(*spec), "again").ok()) __builtin_trap();
      if (loci::validate(spec->network).ok()) (void)loci::operator_channels(spec->network, 3).ok();
    }
  }
  static const loci::TempFolder* const folder = new loci::TempFolder("loci_fuzz");
  const std::string path = *folder / "model.safetensors";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  if (const auto model = loci::load_model(path); model.ok()) (void)loci::verify_model(**model).ok();
  loci::fuzz::read_weight_file(data, size);
  return 0;
}
