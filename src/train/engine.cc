// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Finds and loads the training plugin.
#include "plugin_stamp.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/train/trainer.h"

#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace loci::train {
namespace {

constexpr const char* kPluginFile = "libloci_train_plugin.so";

/// The folder of what this code is part of: the program, or the Python module.
std::string own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&train_engine), &info) != 0 && info.dli_fname != nullptr &&
      std::strchr(info.dli_fname, '/') != nullptr) {
    std::array<char, PATH_MAX> resolved{};
    if (realpath(info.dli_fname, resolved.data()) != nullptr) {
      const std::string path(resolved.data());
      return path.substr(0, path.rfind('/'));
    }
  }
  std::array<char, 4096> target{};
  const ssize_t length = readlink("/proc/self/exe", target.data(), target.size() - 1);
  if (length <= 0) return ".";
  const std::string path(target.data(), static_cast<size_t>(length));
  return path.substr(0, path.rfind('/'));
}

Result<TrainEngine*> load(const std::string& path) {
  // Never closed: libtorch's threads and registrations live as long as the program.
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return unsupported("training cannot start: " + std::string(why == nullptr ? path : why));
  }
  using Stamp = const char* (*)();
  using Engine = TrainEngine* (*)();
  const auto stamp = reinterpret_cast<Stamp>(dlsym(handle, "loci_train_plugin_stamp"));
  const auto engine = reinterpret_cast<Engine>(dlsym(handle, "loci_train_plugin_engine"));
  if (stamp == nullptr || engine == nullptr || std::strcmp(stamp(), kPluginStamp) != 0) {
    return corrupt(printable(path) + ": belongs to another build (" +
                   (stamp == nullptr ? "no stamp" : stamp()) + "; this program is " + kPluginStamp +
                   "); install program and plugin together");
  }
  return engine();
}

}  // namespace

Result<TrainEngine*> train_engine() {
  const std::string beside = own_folder();
  const std::vector<std::string> folders = {
      beside, beside + "/" + LOCI_PLUGIN_FROM_PROGRAM, LOCI_PLUGIN_FOLDER};
  std::string looked;
  for (const std::string& folder : folders) {
    const std::string path = folder + "/" + kPluginFile;
    if (file_info(path).ok()) return load(path);
    looked += (looked.empty() ? "" : ", ") + printable(path);
  }
  return unsupported(
      "this build cannot train: there is no training plugin at " + looked +
      "; install libtorch (libtorch-dev, or another by CMAKE_PREFIX_PATH) and build again");
}

}  // namespace loci::train
