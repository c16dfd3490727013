// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/data/dataset.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// Perspective views of panoramas, by default the 24 of Pitts250k: 12 directions at two pitches, 60
/// degrees wide, 640 x 480 (Torii et al., Visual place recognition with repetitive structures, CVPR
/// 2013). Tokyo Time Machine has 12, so one pitch.
struct CutoutOptions {
  /// Number of directions, spread evenly around the horizon.
  int yaws = 12;
  /// Pitches of the views, degrees up from the horizon, separated by commas.
  std::string pitches_deg = "4,26.5";
  /// Horizontal field of view of a view, degrees.
  double fov_deg = 60;
  /// Width of the views, pixels.
  int width = 640;
  /// Height of the views, pixels.
  int height = 480;
  /// Compass direction of the middle of the panoramas, degrees clockwise from north (-1: as the
  /// file name or EXIF says, else north).
  double heading_deg = -1;
  /// Height of the panoramas around the horizon, degrees; 180 for full ones, which are 2:1.
  double vertical_deg = 180;
  /// JPEG quality, 1 to 100.
  int quality = 90;
  /// Processors to use (0: all).
  int threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"yaws", "number of directions, spread evenly around the horizon"}, yaws);
    v({"pitches_deg", "pitches of the views, degrees up from the horizon, separated by commas"},
      pitches_deg);
    v({"fov_deg", "horizontal field of view of a view, degrees"}, fov_deg);
    v({"width", "width of the views, pixels"}, width);
    v({"height", "height of the views, pixels"}, height);
    v({"heading_deg",
       "compass direction of the middle of the panoramas, degrees clockwise from north (-1: as the "
       "file name or EXIF says, else north)"},
      heading_deg);
    v({"vertical_deg",
       "height of the panoramas around the horizon, degrees; 180 for full ones, which are 2:1"},
      vertical_deg);
    v({"quality", "JPEG quality, 1 to 100"}, quality);
    v({"threads", "processors to use (0: all)"}, threads);
  }
  /// The pitches as numbers.
  /// Errors:  InvalidArgument for any option out of range
  Result<std::vector<double>> validate() const;
};

struct CutoutFailure {
  std::string image;
  std::string error;
};
struct CutoutReport {
  int64_t panoramas = 0;                              ///< cut
  int64_t views = 0;                                  ///< written
  int64_t without_position = 0, without_heading = 0;  ///< panoramas that did not say
  std::vector<CutoutFailure> failed;  ///< in the order of the arguments; the others were cut
  double seconds = 0;
  std::string to_json() const;
};

/// Writes the views of panoramas into one folder (made if needed). Direction k of n looks to
/// heading + k * 360 / n. A panorama with a position (a name in the convention of gmberton's tools,
/// else EXIF) gives
///
///   @UTM_east@UTM_north@zone@letter@lat@lon@panorama@tile@heading@pitch@@@time@@.jpg
///
/// with tile = 00, 01, ... through the directions of the first pitch, then the next, heading in
/// whole degrees; EXIF holds position, exact heading and time. One without gives
/// NAME_pitchP_yawY.jpg, P and Y counted from 1. `panorama` is what its own name says, else the
/// file's name; a second one of the same name gets "-2".
///
/// Errors:  InvalidArgument for options; Io when the folder cannot be made; Cancelled (what was
///          written stays). A panorama that cannot be read, cut or written is in `failed`
/// Threads: the same files for any number
/// Cost:    a decode, then about 1 ns a pixel and the JPEG encoder for each view; memory 7 bytes a
///          pixel of each panorama in work
Result<CutoutReport> cut_panoramas(const std::vector<std::string>& panoramas,
                                   const std::string& folder,
                                   const CutoutOptions& options,
                                   const JobControl& job = {});

/// A file name in the convention of parse_at_name, which reads it back. Bytes of `record.group` and
/// `note` that the convention or a path cannot hold ('@', '/', control characters) become '-'.
/// Fields that are not known are empty. Contract: record.utm is set.
std::string make_at_name(const ImageRecord& record,
                         int tile,
                         double pitch_deg,
                         std::string_view note = {});

}  // namespace loci
