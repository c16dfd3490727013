// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "own_file.h"

#include "loci/base/text.h"

#include <sys/stat.h>

namespace loci {

Status check_own_files(const std::string& folder) {
  struct Own {
    const char* name;
    mode_t kind;
    const char* expected;
  };
  for (const Own& own : {Own{"catalogue.sqlite", S_IFREG, "a regular file"},
                         Own{"model.safetensors", S_IFREG, "a regular file"},
                         Own{"lock", S_IFREG, "a regular file"},
                         Own{"segments", S_IFDIR, "a folder"}}) {
    const std::string path = folder + "/" + own.name;
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || (info.st_mode & S_IFMT) == own.kind) continue;
    const bool link = S_ISLNK(info.st_mode);
    return invalid_argument(
        printable(path) + (link ? ": is a link; " : ": is something else; ") + "expected " +
        own.expected + " of the collection's own" +
        (link ? ": put what it points to in its place, if you trust where it leads" : ""));
  }
  return {};
}

}  // namespace loci
