// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/options.h"

namespace loci {

std::string option_flag(std::string_view name) {
  if (name == "num_threads") return "--threads";
  std::string flag = "--";
  for (const char c : name) flag += c == '_' ? '-' : c;
  return flag;
}

}  // namespace loci
