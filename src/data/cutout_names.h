// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <map>
#include <set>
#include <string>

namespace loci {

/// Which panorama the views of a name are of, kept in the folder of the views as .panoramas.csv (name,panorama): a later
/// run gives the same panorama the same name, and another one of that name a name of its own.
class CutoutNames {
 public:
  /// Corrupt when there is a .panoramas.csv of another kind.
  static Result<CutoutNames> read(const std::string& folder);
  /// `stem`, or stem-2, ...
  std::string name_of(const std::string& panorama, const std::string& stem);
  Status write() const;

 private:
  std::string file_;
  std::map<std::string, std::string> panorama_of_;  ///< by name
  std::set<std::string> taken_;                     ///< also by views that are there without a line
};

}  // namespace loci
