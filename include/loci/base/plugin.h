// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>

namespace loci {

/// Version, compiler and build type of this build. Program and plugins share C++ types, so all must
/// come from one build.
const char* build_stamp();

/// A plugin is a shared library of loci's own, libloci_NAME_plugin.so, that holds what needs heavy
/// libraries; it is loaded by the first call that needs it, so that nobody else pays for them.
/// Gives what the plugin named as its entry (LOCI_PLUGIN). It is never unloaded.
/// Looked for beside what this code is part of (the program, or the Python module), where an
/// installation has it as seen from the program (an installation may be moved), and where `cmake
/// --install` put it.
/// `purpose` ends the sentence "this build cannot ...", `remedy` says what to install.
/// Errors:  Unsupported where there is no such file or the libraries it needs are not there;
///          Corrupt for the plugin of another build
/// Threads: any
Result<void*> load_plugin(const std::string& name,
                          const std::string& purpose,
                          const std::string& remedy);

}  // namespace loci

/// In the plugin, once, outside namespaces: what load_plugin() gives, a pointer to an object that
/// lives as long as the program.
#define LOCI_PLUGIN(entry)                                                           \
  extern "C" {                                                                       \
  __attribute__((visibility("default"))) const char* loci_plugin_stamp() {           \
    return ::loci::build_stamp();                                                    \
  }                                                                                  \
  __attribute__((visibility("default"))) void* loci_plugin_entry() { return entry; } \
  }                                                                                  \
  static_assert(true)
