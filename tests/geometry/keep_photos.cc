// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Writes the features that a Verifier of the built-in model matches, in the form of
// recipes/kept_xfeat.py.
//
//   keep_photos points|backbone|rootsift OUT.kept < a path a line

#include "loci/describe/builtin.h"
#include "loci/describe/verifier.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "see the head of the source for what it takes\n");
    return 2;
  }
  const auto describer = loci::Describer::create(loci::builtin_model("default").value()).value();
  const auto verifier = loci::Verifier::create(*describer, {.verify_features = argv[1]}).value();
  std::ofstream out(argv[2], std::ios::binary);
  for (std::string path; std::getline(std::cin, path);) {
    const auto features = verifier->features_of(path);
    if (!features.ok()) std::fprintf(stderr, "%s\n", features.status().message().c_str());
    const std::vector<uint8_t> bytes =
        loci::pack(loci::keep(features.ok() ? **features : loci::LocatedFeatures{}));
    for (size_t i = 0; i < 4; ++i) out.put(static_cast<char>(bytes.size() >> (8 * i)));
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  }
  return out.good() ? 0 : 1;
}
