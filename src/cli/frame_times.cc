// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frame_times.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>

namespace loci::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kFrom_s = 946684800, kTo_s = 4102444800;  // the years 2000 to 2099

struct Unit {
  size_t digits;
  double per_second;
};
constexpr std::array<Unit, 4> kUnits{{{10, 1}, {13, 1e3}, {16, 1e6}, {19, 1e9}}};

/// A whole number of one of the units since 1970.
std::optional<double> epoch_time(std::string_view digits) {
  for (const Unit& unit : kUnits) {
    if (digits.size() != unit.digits) continue;
    const auto value = parse_int(digits);
    if (!value) return std::nullopt;
    // Seconds and the rest apart: the whole does not fit into a double.
    const auto per_second = static_cast<int64_t>(unit.per_second);
    const double time = static_cast<double>(*value / per_second) +
                        static_cast<double>(*value % per_second) / unit.per_second;
    if (time >= kFrom_s && time < kTo_s) return time;
  }
  return std::nullopt;
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::optional<double> time_of_name(const std::string& path) {
  const std::string stem = fs::path(path).stem().string();
  if (stem.find('.') != std::string::npos) {
    const auto time = parse_double(stem);
    if (time && std::isfinite(*time)) return time;
  }
  // The one run of digits that is a time, with decimals where a point and more digits follow.
  std::optional<double> found;
  for (size_t at = 0; at < stem.size();) {
    if (!is_digit(stem[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < stem.size() && is_digit(stem[end])) ++end;
    auto time = epoch_time(std::string_view(stem).substr(at, end - at));
    size_t decimals = end + 1;
    while (decimals < stem.size() && is_digit(stem[decimals])) ++decimals;
    if (time && end - at == 10 && end < stem.size() && stem[end] == '.' && decimals > end + 1) {
      time = parse_double(std::string_view(stem).substr(at, decimals - at));
      end = decimals;
    }
    if (time && found) return std::nullopt;
    if (time) found = time;
    at = end;
  }
  return found;
}

}  // namespace

std::optional<std::vector<double>> times_of_names(const std::vector<std::string>& files) {
  std::vector<double> times;
  for (const std::string& file : files) {
    const auto time = time_of_name(file);
    if (!time) return std::nullopt;
    times.push_back(*time);
  }
  return times;
}

std::optional<std::vector<double>> times_beside(const std::vector<std::string>& files) {
  if (files.empty()) return std::nullopt;
  const fs::path folder = fs::absolute(files.front()).lexically_normal().parent_path();
  for (const fs::path& place : {folder, folder.parent_path()}) {
    const auto text = read_text_file((place / "times.txt").string(), uint64_t{1} << 28);
    if (!text.ok()) continue;
    std::vector<double> times;
    for (const std::string& line : split(*text, '\n')) {
      if (trim(line).empty()) continue;
      const auto time = parse_double(trim(line));
      if (!time || !std::isfinite(*time) || (!times.empty() && *time < times.back())) break;
      times.push_back(*time);
    }
    if (times.size() == files.size()) return times;
  }
  return std::nullopt;
}

}  // namespace loci::cli
