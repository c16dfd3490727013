// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_file_target.h"

/// ONNX: read, shown, and imported both by the description in it and by its operators.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  loci::fuzz::read_weight_file(data, size);
  auto bytes = std::make_shared<std::vector<uint8_t>>(data, data + size);
  const loci::Result<loci::FileTree> tree = loci::parse_tree(*bytes, bytes, "input");
  if (tree.ok()) (void)loci::import_tree(*tree, {.family = "onnx", .pooling = "gem"}).ok();
  return 0;
}
