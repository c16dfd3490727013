// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace loci {

/// Calls `visit(path, value)` for every string, number, true, false and null of a JSON text, in order: path "a.b" for
/// {"a":{"b":..}}, elements of arrays under the path of the array. Strings come without their escapes undone where they
/// hold none that matter here (\" and \\ are). Returns false, after what came before, where the text is no JSON or is
/// nested deeper than 32.
bool scan_json(std::string_view json,
               const std::function<void(std::string_view path, std::string_view value)>& visit);

}  // namespace loci
