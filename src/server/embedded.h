// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace loci::internal {

/// A file of the web page, compiled into the program.
struct EmbeddedFile {
  std::string_view path;  ///< relative to the page's folder, "assets/index-1a2b.js"
  std::string_view content;
};

/// All files of the page's build output (web/dist); empty when it had not been built.
std::span<const EmbeddedFile> embedded_page();
/// docs/openapi.json
std::string_view openapi_json();

}  // namespace loci::internal
