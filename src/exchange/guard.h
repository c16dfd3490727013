// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <new>
#include <string>

namespace loci {

// The readers below parse deep structures; inside a file they throw Error, and the public functions
// turn it into a Status.

[[noreturn]] inline void fail_corrupt(std::string message) {
  throw Error(corrupt(std::move(message)));
}
[[noreturn]] inline void fail_unsupported(std::string message) {
  throw Error(unsupported(std::move(message)));
}

template <class F>
auto guarded(const std::string& where, F&& body) -> Result<decltype(body())> {
  try {
    return body();
  } catch (const Error& error) {
    return error.status().with_context(where);
  } catch (const std::bad_alloc&) {
    return io_error(where + ": does not fit in memory");
  }
}

}  // namespace loci
