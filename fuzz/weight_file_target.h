// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/dbstruct.h"
#include "loci/exchange/file_tree.h"
#include "loci/exchange/import.h"
#include "loci/exchange/inspect.h"

#include <cstdint>
#include <memory>
#include <span>

namespace loci::fuzz {

/// Everything that may happen to a file of weights: read, shown, imported, taken for a data set.
inline void read_weight_file(const uint8_t* data, size_t size) {
  // A copy of its own, so that the address sanitizer sees any read past the end.
  auto bytes = std::make_shared<std::vector<uint8_t>>(data, data + size);
  const Result<FileTree> tree = parse_tree(*bytes, bytes, "input");
  if (!tree.ok()) return;
  const InspectReport report = inspect_tree(*tree);
  if (report.to_text().empty() || report.to_json().empty()) __builtin_trap();
  for (const NamedTensor& named : list_tensors(tree->root)) {
    if (row_major(*named.value).bytes.size() != named.value->tensor.bytes.size()) __builtin_trap();
  }
  (void)import_tree(*tree).ok();
  (void)parse_dbstruct(*tree).ok();
}

}  // namespace loci::fuzz
