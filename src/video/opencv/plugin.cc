// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"

#include "reader.h"
#include "video_plugin.h"

namespace {
loci::internal::VideoPlugin plugin{.open = &loci::internal::open_with_opencv};
}

LOCI_PLUGIN(&plugin);
