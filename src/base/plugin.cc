// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

namespace loci {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// The folder of what this code is part of: the program, or the Python module.
std::string own_folder() {
  std::array<char, PATH_MAX> path{};
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&build_stamp), &info) != 0 &&
      info.dli_fname != nullptr && std::strchr(info.dli_fname, '/') != nullptr &&
      realpath(info.dli_fname, path.data()) != nullptr) {
    return folder_of(path.data());
  }
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  return length <= 0 ? "." : folder_of({path.data(), static_cast<size_t>(length)});
}

template <class Function>
Function symbol(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

Result<void*> load(const std::string& path, const std::string& purpose) {
  // Never closed: the threads and registrations of the libraries it brings live as long as the
  // program.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    return unsupported("this build cannot " + purpose + ": " +
                       printable(why == nullptr ? path : why));
  }
  const auto stamp = symbol<const char* (*)()>(library, "loci_plugin_stamp");
  const auto entry = symbol<void* (*)()>(library, "loci_plugin_entry");
  if (stamp == nullptr || entry == nullptr || std::strcmp(stamp(), build_stamp()) != 0) {
    return corrupt(printable(path) + ": belongs to another build (" +
                   (stamp == nullptr ? "no stamp" : stamp()) + "; this program is " +
                   build_stamp() + "); install program and plugin together");
  }
  return entry();
}

}  // namespace

const char* build_stamp() { return LOCI_BUILD_STAMP; }

Result<void*> load_plugin(const std::string& name,
                          const std::string& purpose,
                          const std::string& remedy) {
  const std::string beside = own_folder();
  std::string looked;
  for (const std::string& folder :
       {beside, beside + "/" + LOCI_PLUGIN_FROM_PROGRAM, std::string(LOCI_PLUGIN_FOLDER)}) {
    const std::string path = folder + "/libloci_" + name + "_plugin.so";
    if (file_info(path).ok()) return load(path, purpose);
    looked += (looked.empty() ? "" : ", ") + printable(path);
  }
  return unsupported("this build cannot " + purpose + ": there is no plugin at " + looked + "; " +
                     remedy);
}

}  // namespace loci
