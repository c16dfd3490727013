// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace loci {

/// The content of the file VERSION, such as "0.1.0".
const char* version();

}  // namespace loci
