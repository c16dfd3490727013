// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/image/encode.h"

#include <string>
#include <vector>

namespace loci {

/// A data set made of small files, for tests.
class TestFiles {
 public:
  const std::string& path() const { return folder_.path(); }
  std::string operator/(const std::string& name) const { return folder_.path() + "/" + name; }

  void write(const std::string& name, const std::string& content) const {
    const std::string path = *this / name;
    throw_if(make_folders(path.substr(0, path.find_last_of('/'))));
    throw_if(write_file(path, content));
  }
  /// Files that are there and hold nothing a reader would want to see.
  void touch(const std::vector<std::string>& names) const {
    for (const std::string& name : names) write(name, "no picture");
  }
  void geotagged(const std::string& name, LatLon position) const {
    write(name, "");
    PhotoInfo info;
    info.position = position;
    throw_if(save_jpeg(*this / name, Image(8, 8), 90, &info));
  }

 private:
  static void throw_if(const Status& status) {
    if (!status.ok()) throw Error(status);
  }
  TempFolder folder_{"loci-data-test"};
};

}  // namespace loci
