// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings.h"

#include "loci/base/options.h"
#include "loci/base/text.h"

#include <type_traits>

namespace loci::python {

/// Sets the options that Python named, with the names that every surface has (loci/base/options.h),
/// and takes them out of `given`.
template <class Options>
void take_options(Options& options, py::dict& given) {
  options.describe([&](const OptionInfo& info, auto& field) {
    const py::str name{std::string(info.name)};
    if (!given.contains(name)) return;
    using T = std::remove_reference_t<decltype(field)>;
    try {
      field = given[name].cast<T>();
    } catch (const py::cast_error&) {
      throw Error(invalid_argument(std::string(info.name) + ": cannot take " +
                                   py::repr(given[name]).template cast<std::string>() + "; " +
                                   std::string(info.sentence)));
    }
    given.attr("pop")(name);
  });
}

/// Refuses what no options struct took.
inline void no_more_options(const py::dict& given, const std::string& where) {
  for (const auto& item : given) {
    throw Error(invalid_argument(where + ": there is no option '" +
                                 py::str(item.first).cast<std::string>() + "'"));
  }
}

/// All that Python named goes into these; `where` is the function that was called.
template <class... Options>
void read_options(const py::kwargs& given, const std::string& where, Options&... options) {
  py::dict left(given);
  (take_options(options, left), ...);
  no_more_options(left, where);
}

}  // namespace loci::python
