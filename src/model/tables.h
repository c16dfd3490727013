// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "table_builder.h"

#include <string>

namespace loci::internal {

NamedNetwork mobilenet_v1();
/// `same`: TensorFlow's padding; blocks up to `last_block`, and the last convolution when that is past them.
NamedNetwork mobilenet_v2(const std::string& name, bool same, int last_block);
/// EfficientNet-Lite `size` (0 to 4) to its last map of stride 16, or `full`: to the head's 1280 channels.
NamedNetwork efficientnet_lite(int size, bool full);
NamedNetwork xfeat();

}  // namespace loci::internal
