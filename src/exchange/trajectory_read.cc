// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "trajectory_vehicle.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/exchange/trajectory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace loci {
namespace internal {

double seconds_of(double stamp) {
  const double size = std::abs(stamp);
  return size > 1e17   ? stamp * 1e-9
         : size > 1e14 ? stamp * 1e-6
         : size > 1e11 ? stamp * 1e-3
                       : stamp;
}

}  // namespace internal

namespace {

using internal::seconds_of;
using Words = std::vector<std::string>;

constexpr size_t kTumWidth = 8, kFourSeasonsWidth = 10, kKittiWidth = 12, kEurocWidth = 17;

/// Which field holds time x y z qx qy qz qw.
using Columns = std::array<size_t, kTumWidth>;
constexpr Columns kTum{0, 1, 2, 3, 4, 5, 6, 7};
constexpr Columns kEuroc{0, 1, 2, 3, 5, 6, 7, 4};

Words words_of(std::string_view line) {
  Words words(1);
  for (const char c : line) {
    const bool gap = c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\r';
    if (!gap) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// Fields of a csv header keep their blanks: "p_RS_R_x [m]".
Words header_words(std::string_view line) {
  if (line.find(',') == std::string_view::npos) return words_of(line);
  return split(line, ',');
}

/// The column that a header's word names, as an index into Columns.
std::optional<size_t> column_named(std::string_view word) {
  std::string name = to_lower(trim(word));
  if (const size_t unit = name.find_first_of(" [("); unit != std::string::npos && unit > 0)
    name.resize(unit);
  static const std::array<Words, kTumWidth> kNames = {
      Words{"t", "time", "timestamp", "stamp", "time_s", "timestamp_s", "sec", "seconds"},
      {"x", "tx", "px", "p_x", "pos_x", "position_x", "p_rs_r_x"},
      {"y", "ty", "py", "p_y", "pos_y", "position_y", "p_rs_r_y"},
      {"z", "tz", "pz", "p_z", "pos_z", "position_z", "p_rs_r_z"},
      {"qx", "q_x", "rot_x", "orientation_x", "q_rs_x"},
      {"qy", "q_y", "rot_y", "orientation_y", "q_rs_y"},
      {"qz", "q_z", "rot_z", "orientation_z", "q_rs_z"},
      {"qw", "q_w", "rot_w", "orientation_w", "q_rs_w"}};
  for (size_t c = 0; c < kNames.size(); ++c) {
    if (std::ranges::find(kNames[c], name) != kNames[c].end()) return c;
  }
  return std::nullopt;
}

std::optional<Columns> columns_of(const Words& header) {
  constexpr size_t kNone = std::numeric_limits<size_t>::max();
  Columns columns;
  columns.fill(kNone);
  for (size_t i = 0; i < header.size(); ++i) {
    if (const auto c = column_named(header[i])) columns[*c] = i;
  }
  if (std::ranges::count(columns, kNone) > 0) return std::nullopt;
  return columns;
}

class Reader {
 public:
  Status line(std::string_view text, size_t number) {
    const size_t comment = text.find('#');
    const std::string_view content = trim(text.substr(0, comment));
    if (content.empty()) {
      if (comment != std::string_view::npos) header(trim(text.substr(comment + 1)));
      return {};
    }
    const Words words = words_of(content);
    const bool numbers =
        std::ranges::any_of(words, [](const auto& w) { return parse_double(w).has_value(); });
    if (!numbers) {
      header(content);
      return {};
    }
    if (const std::string wrong = row(words); !wrong.empty()) {
      if (out_.skipped++ == 0) out_.first_skipped = format("line %zu: ", number) + wrong;
    }
    return {};
  }

  Result<Trajectory> finish(const std::string& where) {
    if (out_.poses.empty() || out_.skipped > std::ssize(out_.poses)) {
      return corrupt(
          where + ": " + (out_.skipped == 0 ? std::string("no pose") : out_.first_skipped) +
          "; expected lines of time x y z qx qy qz qw, twelve numbers (KITTI) or EuRoC's csv");
    }
    if (!out_.by_row) std::ranges::stable_sort(out_.poses, {}, &TimedPose::stamp_s);
    return std::move(out_);
  }

 private:
  void header(std::string_view text) {
    if (out_.poses.empty()) {
      if (const auto named = columns_of(header_words(text))) named_ = named;
    }
  }

  /// What is wrong with the row, or "".
  std::string row(const Words& words) {
    const size_t width = words.size();
    if (!named_ && (width == kKittiWidth || width == 16)) return matrix(words);
    Columns columns = kTum;
    if (named_) {
      columns = *named_;
    } else if (width >= kEurocWidth) {
      columns = kEuroc;
    } else if (width != kTumWidth && width != kFourSeasonsWidth) {
      return format("%zu numbers", width);
    }
    std::array<double, kTumWidth> v{};
    for (size_t i = 0; i < v.size(); ++i) {
      if (columns[i] >= width) return format("%zu fields", width);
      const auto value = parse_double(words[columns[i]]);
      if (!value || !std::isfinite(*value))
        return "'" + printable(words[columns[i]]) + "' is no number";
      v[i] = *value;
    }
    TimedPose pose{seconds_of(v[0]), {v[1], v[2], v[3], 0, 0, 0, 1}};
    const double norm = std::hypot(std::hypot(v[4], v[5], v[6]), v[7]);
    if (norm == 0) {
      pose.turned = false;
    } else if (!(norm > 0.5 && norm < 2)) {
      return format("a quaternion of length %g; expected 1", norm);
    } else {
      pose.pose = {v[1], v[2], v[3], v[4] / norm, v[5] / norm, v[6] / norm, v[7] / norm};
    }
    if (out_.by_row) return format("%zu numbers in a file of matrices", width);
    out_.poses.push_back(pose);
    return "";
  }

  std::string matrix(const Words& words) {
    std::array<double, kKittiWidth> m{};
    bool finite = true;
    for (size_t i = 0; i < m.size(); ++i) {
      const auto value = parse_double(words[i]);
      finite = finite && value && std::isfinite(*value);
      m[i] = value.value_or(0);
    }
    if (!out_.by_row && !out_.poses.empty()) return format("%zu numbers", words.size());
    out_.by_row = true;
    TimedPose pose{static_cast<double>(out_.poses.size()), {}};
    // A row that says nothing keeps its place, so that the others keep theirs.
    const double nan = std::numeric_limits<double>::quiet_NaN();
    pose.pose = finite ? pose_of_matrix({m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]},
                                        {m[3], m[7], m[11]})
                       : Pose{nan, nan, nan, 0, 0, 0, 1};
    out_.poses.push_back(pose);
    return "";
  }

  std::optional<Columns> named_;
  Trajectory out_;
};

}  // namespace

Result<Trajectory> read_trajectory(const std::string& path) {
  if (internal::is_oxts_folder(path)) return internal::read_oxts(path);
  LOCI_TRY(text, read_text_file(path));
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  if (rest.starts_with("\xFF\xFE") || rest.starts_with("\xFE\xFF"))
    return corrupt(printable(path) + ": is UTF-16 text; save it as UTF-8");
  if (internal::is_inertial_header(trim(rest.substr(0, rest.find_first_of("\r\n")))))
    return internal::read_inertial(rest, printable(path));
  Reader reader;
  for (size_t number = 1; !rest.empty(); ++number) {
    const size_t end = rest.find_first_of("\r\n");
    LOCI_RETURN_IF_ERROR(reader.line(rest.substr(0, end), number));
    if (end == std::string_view::npos) break;
    const size_t skip = rest.substr(end).starts_with("\r\n") ? 2 : 1;
    rest.remove_prefix(end + skip);
  }
  return reader.finish(printable(path));
}

}  // namespace loci
