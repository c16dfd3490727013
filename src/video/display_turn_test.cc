// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "display_turn.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

using Bytes = std::vector<uint8_t>;

void put(Bytes& out, int64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

Bytes box(const std::string& type, const Bytes& content) {
  Bytes out;
  put(out, static_cast<int64_t>(content.size()) + 8);
  out.insert(out.end(), type.begin(), type.end());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

/// A track's header with a, b, c, d of its matrix.
Bytes track(int a, int b, int c, int d, int width) {
  Bytes header(40, 0);
  for (const int value : {a, b, 0, c, d, 0, 0, 0}) put(header, int64_t{value} * 65536);
  put(header, 1 << 30);
  put(header, int64_t{width} * 65536);
  put(header, int64_t{width} * 65536);
  return box("trak", box("tkhd", header));
}

Bytes movie(const std::vector<Bytes>& tracks) {
  Bytes all;
  for (const Bytes& each : tracks) all.insert(all.end(), each.begin(), each.end());
  Bytes out = box("ftyp", {'q', 't', ' ', ' '});
  for (const Bytes& each : {box("mdat", Bytes(100, 7)), box("moov", all)})
    out.insert(out.end(), each.begin(), each.end());
  return out;
}

TEST(DisplayTurn, IsThatOfTheVideoTrack) {
  const Bytes sound = track(1, 0, 0, 1, 0);
  EXPECT_EQ(display_orientation(movie({sound, track(1, 0, 0, 1, 64)})), 1);
  EXPECT_EQ(display_orientation(movie({sound, track(0, 1, -1, 0, 64)})), 6);
  EXPECT_EQ(display_orientation(movie({track(-1, 0, 0, -1, 64), sound})), 3);
  EXPECT_EQ(display_orientation(movie({track(0, -1, 1, 0, 64)})), 8);
}

TEST(DisplayTurn, WhatIsNoTurnOrNoMovieSaysNothing) {
  EXPECT_FALSE(display_orientation(movie({track(-1, 0, 0, 1, 64)})));
  EXPECT_FALSE(display_orientation(movie({})));
  EXPECT_FALSE(display_orientation(Bytes(1000, 0xFF)));
  const Bytes whole = movie({track(0, 1, -1, 0, 64)});
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(display_orientation(std::span(whole).first(size))) << size;
}

}  // namespace
}  // namespace loci::internal
