// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// check_geometry() over pairs of kept features, for recipes/geometry.py and recipes/inlier_chance.py.
//
//   check_kept_pairs FEATURES.kept PAIRS.npy OUT.npy [OPTION=VALUE...]
//
// OPTION: of GeometryOptions. FEATURES: what recipes/kept_xfeat.py writes. PAIRS: a row a pair, two numbers of images. OUT: a row a
// pair: milliseconds, matches, inliers, 0 none 1 homography 2 fundamental, spread, mean residual,
// tolerance.

#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/local/geometry.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

std::vector<loci::KeptFeatures> read_features(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> content((std::istreambuf_iterator<char>(file)),
                                  std::istreambuf_iterator<char>());
  const auto* bytes = reinterpret_cast<const uint8_t*>(content.data());
  std::vector<loci::KeptFeatures> all;
  for (size_t at = 0; at + 4 <= content.size();) {
    const size_t size = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
                        static_cast<size_t>(bytes[at + 3]) << 24;
    at += 4;
    if (size > content.size() - at) break;
    all.push_back(loci::unpack_kept({bytes + at, size}, path).value());
    at += size;
  }
  return all;
}

/// Sets the option that "name=value" names.
struct Setting {
  std::string_view text;
  template <class T>
  void operator()(const loci::OptionInfo& info, T& field) const {
    const size_t at = text.find('=');
    if (at == std::string_view::npos || text.substr(0, at) != info.name) return;
    const std::string value(text.substr(at + 1));
    if constexpr (std::is_same_v<T, std::string>) {
      field = value;
    } else {
      field = static_cast<T>(std::atof(value.c_str()));
    }
  }
};

/// What distance an inlier may have: that of the options, or of the points' accuracy where it is more.
double tolerance_of(const loci::GeometricCheck& check,
                    const loci::GeometryOptions& options,
                    const loci::KeptFeatures& first,
                    const loci::KeptFeatures& second) {
  if (check.geometry == loci::Geometry::kNone) return 0;
  const auto accuracy = [](const loci::KeptFeatures& kept) {
    return kept.accuracy_px / std::max({1, kept.width, kept.height});
  };
  return std::max(check.geometry == loci::Geometry::kHomography ? options.tolerance
                                                                : options.epipolar_tolerance,
                  accuracy(first) + accuracy(second));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "see the head of the source for what it takes\n");
    return 2;
  }
  const std::vector<loci::KeptFeatures> features = read_features(argv[1]);
  const loci::NpyArray pairs = loci::read_npy(argv[2]).value();
  loci::GeometryOptions options;
  for (int i = 4; i < argc; ++i) options.describe(Setting{argv[i]});
  loci::Matrix out(pairs.shape.at(0), 7);
  for (int64_t i = 0; i < out.rows(); ++i) {
    const auto a = static_cast<size_t>(pairs.values[static_cast<size_t>(2 * i)]),
               b = static_cast<size_t>(pairs.values[static_cast<size_t>(2 * i + 1)]);
    const auto start = std::chrono::steady_clock::now();
    const loci::GeometricCheck check =
        loci::check_geometry(features.at(a), features.at(b), options).value();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    const auto row = out.row(i);
    row[0] = static_cast<float>(took.count());
    row[1] = static_cast<float>(check.matches.size());
    row[2] = static_cast<float>(check.inliers);
    row[3] = static_cast<float>(check.geometry);
    row[4] = static_cast<float>(check.spread);
    row[5] = static_cast<float>(check.mean_residual);
    row[6] = static_cast<float>(tolerance_of(check, options, features.at(a), features.at(b)));
  }
  const loci::Status written = loci::write_npy(argv[3], out);
  if (!written.ok()) std::fprintf(stderr, "%s\n", written.message().c_str());
  return written.ok() ? 0 : 1;
}
