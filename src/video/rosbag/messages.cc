// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "messages.h"

namespace loci::internal {
namespace {

/// std_msgs/Header: its stamp.
int64_t read_header(Cursor& in) {
  in.number<uint32_t>();  // seq
  const int64_t stamp_ns = in.time_ns();
  in.text();  // frame_id
  return stamp_ns;
}

template <class T>
std::optional<T> if_whole(const Cursor& in, const T& message) {
  return in.ok() ? std::optional(message) : std::nullopt;
}

}  // namespace

std::optional<RawImage> parse_raw_image(Bytes message) {
  Cursor in(message);
  RawImage out;
  out.stamp_ns = read_header(in);
  out.height = in.number<uint32_t>();
  out.width = in.number<uint32_t>();
  out.encoding = in.text();
  out.big_endian = in.number<uint8_t>() != 0;
  out.step = in.number<uint32_t>();
  out.data = in.array();
  return if_whole(in, out);
}

std::optional<CompressedImage> parse_compressed_image(Bytes message) {
  Cursor in(message);
  CompressedImage out;
  out.stamp_ns = read_header(in);
  out.format = in.text();
  out.data = in.array();
  return if_whole(in, out);
}

std::optional<NavSatFix> parse_nav_sat_fix(Bytes message) {
  Cursor in(message);
  NavSatFix out;
  out.stamp_ns = read_header(in);
  out.status = in.number<int8_t>();
  in.number<uint16_t>();  // service
  out.lat = in.number<double>();
  out.lon = in.number<double>();
  out.altitude_m = in.number<double>();
  return if_whole(in, out);
}

}  // namespace loci::internal
