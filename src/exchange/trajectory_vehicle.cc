// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "trajectory_vehicle.h"

#include "loci/base/file.h"
#include "loci/base/geo.h"
#include "loci/base/text.h"
#include "loci/base/zoned_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

// Where a vehicle was and how it stood, as its inertial unit wrote it: Oxford RobotCar (Maddern et al., IJRR 2017) and KITTI's
// raw data (Geiger et al., IJRR 2013).
namespace loci::internal {
namespace {

using Vector = std::array<double, 3>;

/// Columns of Rz(yaw) Ry(pitch) Rx(roll).
std::array<Vector, 3> axes_of(double roll, double pitch, double yaw) {
  const double sr = std::sin(roll), cr = std::cos(roll), sp = std::sin(pitch), cp = std::cos(pitch),
               sy = std::sin(yaw), cy = std::cos(yaw);
  return {Vector{cy * cp, sy * cp, -sp},
          Vector{cy * sp * sr - sy * cr, sy * sp * sr + cy * cr, cp * sr},
          Vector{cy * sp * cr + sy * sr, sy * sp * cr - cy * sr, cp * cr}};
}

Pose camera_pose(const Vector& at, const Vector& right, const Vector& down, const Vector& ahead) {
  std::array<double, 9> m{};
  for (size_t row = 0; row < 3; ++row) {
    m[row * 3] = right[row];
    m[row * 3 + 1] = down[row];
    m[row * 3 + 2] = ahead[row];
  }
  return pose_of_matrix(m, at);
}

Vector negative(const Vector& v) { return {-v[0], -v[1], -v[2]}; }
/// North, east, down as east, north, up.
Vector from_ned(const Vector& v) { return {v[1], v[0], -v[2]}; }

class Rows {
 public:
  void skip(const std::string& why) {
    if (out_.skipped++ == 0) out_.first_skipped = why;
  }
  void add(const TimedPose& pose) { out_.poses.push_back(pose); }
  Result<Trajectory> finish(const std::string& where) {
    if (out_.poses.empty()) {
      return corrupt(where + ": no row holds a pose" +
                     (out_.skipped == 0 ? std::string() : "; the first is " + out_.first_skipped));
    }
    std::ranges::stable_sort(out_.poses, {}, &TimedPose::stamp_s);
    return std::move(out_);
  }

 private:
  Trajectory out_;
};

}  // namespace

bool is_inertial_header(std::string_view line) {
  const std::vector<std::string> words = split(line, ',');
  const auto has = [&](const char* name) {
    return std::ranges::any_of(words, [&](const auto& w) { return trim(w) == name; });
  };
  return has("timestamp") && has("northing") && has("easting");
}

Result<Trajectory> read_inertial(std::string_view text, const std::string& where) {
  const auto rows = parse_csv(text);
  const auto column = [&](const char* name) {
    return static_cast<size_t>(
        std::ranges::find_if(rows.front(), [&](const auto& w) { return trim(w) == name; }) -
        rows.front().begin());
  };
  const size_t time = column("timestamp"), status = column("ins_status"),
               north = column("northing"), east = column("easting"), down = column("down"),
               roll = column("roll"), pitch = column("pitch"), yaw = column("yaw");
  Rows out;
  for (size_t r = 1; r < rows.size(); ++r) {
    const auto& row = rows[r];
    if (row.size() < 3) continue;
    const auto number = [&](size_t at) -> std::optional<double> {
      const auto value = at < row.size() ? parse_double(trim(row[at])) : std::nullopt;
      return value && std::isfinite(*value) ? value : std::nullopt;
    };
    if (status < row.size() && trim(row[status]) != "INS_SOLUTION_GOOD") {
      out.skip(format("line %zu: %s", r + 1, printable(row[status]).c_str()));
      continue;
    }
    const auto t = number(time), n = number(north), e = number(east);
    if (!t || !n || !e) {
      out.skip(format("line %zu: no timestamp, northing and easting", r + 1));
      continue;
    }
    const Vector at = from_ned({*n, *e, number(down).value_or(0)});
    TimedPose pose{seconds_of(*t), {at[0], at[1], at[2], 0, 0, 0, 1}};
    const auto turn = number(yaw);
    pose.turned = turn.has_value();
    if (turn) {
      const auto axes = axes_of(number(roll).value_or(0), number(pitch).value_or(0), *turn);
      pose.pose = camera_pose(at, from_ned(axes[1]), from_ned(axes[2]), from_ned(axes[0]));
    }
    out.add(pose);
  }
  return out.finish(where);
}

bool is_oxts_folder(const std::string& folder) {
  std::error_code error;
  return std::filesystem::is_regular_file(folder + "/timestamps.txt", error) &&
         std::filesystem::is_directory(folder + "/data", error);
}

Result<Trajectory> read_oxts(const std::string& folder) {
  LOCI_TRY(text, read_text_file(folder + "/timestamps.txt"));
  Rows out;
  int zone = 0;
  size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    if (trim(line).empty()) continue;
    const std::string name = format("data/%010zu.txt", number++);
    const auto content = read_text_file(folder + "/" + name);
    const auto stamp =
        line.find(':') == std::string::npos ? std::nullopt : parse_precise_time(line);
    std::vector<double> values;
    if (content.ok()) {
      for (const std::string& word : split(*content, ' ')) {
        const auto value = parse_double(trim(word));
        if (!value || !std::isfinite(*value)) break;
        values.push_back(*value);
      }
    }
    const auto grid = values.size() >= 6 ? to_utm({values[0], values[1]}, zone)
                                         : Result<Utm>(corrupt("fewer than six numbers"));
    if (!stamp || !grid.ok()) {
      out.skip(name + (stamp ? ": " + (content.ok() ? grid.status() : content.status()).message()
                             : ": line '" + printable(line) + "' is no time"));
      continue;
    }
    zone = grid->zone;
    const Vector at{grid->east_m, grid->north_m, values[2]};
    // The body's x looks ahead, y to the left, z up.
    const auto axes = axes_of(values[3], values[4], values[5]);
    out.add({*stamp, camera_pose(at, negative(axes[1]), negative(axes[2]), axes[0])});
  }
  return out.finish(printable(folder));
}

}  // namespace loci::internal
