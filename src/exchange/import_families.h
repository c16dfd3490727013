// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "import_builder.h"

#include <span>

namespace loci {

/// One kind of weight file: how it is known and how it is read. `import` fills the builder and may
/// throw Error.
struct ImportFamily {
  const char* name;
  const char* sentence;
  bool (*detect)(const FileTree& tree);
  void (*import)(ImportBuilder& builder);
};

std::span<const ImportFamily> relja_families();
std::span<const ImportFamily> vit_families();
std::span<const ImportFamily> vit_head_families();
std::span<const ImportFamily> vit_adapter_families();
std::span<const ImportFamily> vit_conv_families();
std::span<const ImportFamily> gsv_families();
std::span<const ImportFamily> torch_families();
std::span<const ImportFamily> published_families();
std::span<const ImportFamily> npz_families();
std::span<const ImportFamily> onnx_families();

}  // namespace loci
