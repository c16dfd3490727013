// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Compiles and runs the C++ block of docs/slam.md, which CMake writes into slam_block.inc, with a camera of a few pictures.
#include "loci/describe/builtin.h"
#include "loci/place/loop_detector.h"

#include <cstdio>
#include <optional>

namespace {

struct Frame {
  loci::Image image;
  double stamp_s = 0;
};

struct Camera {
  int taken = 0;
  std::optional<Frame> next() {
    if (taken == 5) return std::nullopt;
    Frame frame{loci::Image(64, 48), static_cast<double>(taken)};
    for (size_t i = 0; i < frame.image.pixels.size(); ++i)
      frame.image.pixels[i] = static_cast<uint8_t>(i * static_cast<size_t>(taken + 3));
    ++taken;
    return frame;
  }
};

struct Graph {
  void add_loop(int64_t, int64_t) { ++loops; }
  int loops = 0;
};

}  // namespace

int main() {
  Camera camera;
  Graph graph;
  // Its own #include lines find their headers read.
#include "slam_block.inc"
  if (loops->size() != 5 || graph.loops != 0) {
    std::fprintf(stderr, "%lld frames kept of 5\n", static_cast<long long>(loops->size()));
    return 1;
  }
  return 0;
}
