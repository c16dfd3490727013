// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photos.h"

#include "loci/base/file.h"
#include "loci/image/decode.h"

namespace loci::cli {

Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments, std::vector<std::string>* problems) {
  std::vector<std::string> photos;
  for (const std::string& argument : arguments) {
    LOCI_TRY(info, file_info(argument));
    if (!info.is_directory) {
      photos.push_back(argument);
      continue;
    }
    LOCI_TRY(names, list_files(argument, image_extensions(), problems));
    const std::string folder = argument.ends_with('/') ? argument : argument + "/";
    for (const std::string& name : names) photos.push_back(folder + name);
  }
  return photos;
}

}  // namespace loci::cli
