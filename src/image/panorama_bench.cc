// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/panorama_bench.h"

#include "loci/base/json_writer.h"
#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/image/panorama.h"
#include "loci/image/sketch.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#if LOCI_HAVE_OPENCV
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#endif

namespace loci {
#if LOCI_HAVE_OPENCV
namespace {

constexpr int kYaws = 12;
constexpr double kPitches[] = {4, 26.5};

template <class Work>
double median_ms(int runs, const Work& work) {
  std::vector<double> times;
  work();
  for (int i = 0; i < runs; ++i) {
    const Stopwatch watch;
    work();
    times.push_back(watch.milliseconds());
  }
  std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
  return times[static_cast<size_t>(runs / 2)];
}

/// The maps of one direction in the fixed-point form that OpenCV is fastest with.
struct PeerMap {
  cv::Mat at, share;
};
PeerMap peer_map(const Panorama& panorama, const ViewMap& map, double yaw) {
  cv::Mat x(map.height, map.width, CV_32F), y(map.height, map.width, CV_32F);
  const double shift = yaw / 360 * panorama.width;
  for (int row = 0; row < map.height; ++row) {
    for (int column = 0; column < map.width; ++column) {
      const size_t i =
          static_cast<size_t>(row) * static_cast<size_t>(map.width) + static_cast<size_t>(column);
      x.at<float>(row, column) =
          static_cast<float>(std::fmod(map.x[i] / 128.0 + shift, panorama.width));
      y.at<float>(row, column) = static_cast<float>(map.y[i] / 128.0);
    }
  }
  PeerMap out;
  cv::convertMaps(x, y, out.at, out.share, CV_16SC2);
  return out;
}

}  // namespace
#endif

std::string CutoutBench::to_json() const {
  JsonWriter json;
  json.object()
      .member("panorama_width", panorama_width)
      .member("cut_ms", cut_ms)
      .member("remap_ms", remap_ms)
      .member("copy_ms", copy_ms)
      .member("share_of_remap_speed", remap_ms / cut_ms)
      .member("share_of_copy_speed", copy_ms / cut_ms)
      .member("max_difference", max_difference)
      .member("mean_difference", mean_difference)
      .end();
  return json.str();
}

std::string CutoutBench::brief_report() const {
  return format(
      "24 views of 640x480 out of a panorama %d pixels wide, one thread, medians\n"
      "  cut %.2f ms  OpenCV remap with ready maps %.2f ms (%.2f x)  copy of the same bytes %.2f "
      "ms "
      "(%.2f of its speed)\n"
      "  pixels differ from OpenCV's by %.2f levels in the mean, %.0f at most",
      panorama_width,
      cut_ms,
      remap_ms,
      remap_ms / cut_ms,
      copy_ms,
      copy_ms / cut_ms,
      mean_difference,
      max_difference);
}

Result<CutoutBench> bench_cutouts(const CutoutBenchOptions& options) {
  const int width = options.panorama_width;
  if (width < 64 || width > 16384 || width % 2 != 0) {
    return invalid_argument(
        format("panorama_width is %d; even numbers from 64 to 16384 are possible", width));
  }
  if (options.runs < 1) return invalid_argument("at least one run");
#if LOCI_HAVE_OPENCV
  const Image image = sketch_place(5, 0, width, width / 2);
  LOCI_TRY(panorama, Panorama::create(image, 0));
  std::vector<ViewMap> maps;
  std::vector<PeerMap> peers;
  for (double pitch : kPitches) {
    LOCI_TRY(map, make_view_map(panorama, {.pitch_deg = pitch}));
    for (int k = 0; k < kYaws; ++k) peers.push_back(peer_map(panorama, map, 360.0 * k / kYaws));
    maps.push_back(std::move(map));
  }
  // Both read the same pixels: rows averaged near the poles, and the column beyond the seam.
  cv::Mat source(panorama.height + 1, panorama.width + 1, CV_8UC3);
  for (int y = 0; y < source.rows; ++y) {
    const uint8_t* from =
        panorama.pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(source.cols) * 4;
    for (int x = 0; x < source.cols; ++x)
      std::memcpy(source.ptr<uint8_t>(y) + x * 3, from + x * 4, 3);
  }
  CutoutBench out;
  out.panorama_width = width;
  const int views = static_cast<int>(peers.size());
  std::vector<Image> cut(peers.size());
  std::vector<cv::Mat> remapped(peers.size());
  out.cut_ms = median_ms(options.runs, [&] {
    for (int i = 0; i < views; ++i)
      cut[static_cast<size_t>(i)] =
          cut_view(panorama, maps[static_cast<size_t>(i / kYaws)], 360.0 * (i % kYaws) / kYaws);
  });
  cv::setNumThreads(1);
  out.remap_ms = median_ms(options.runs, [&] {
    for (size_t i = 0; i < peers.size(); ++i) {
      remapped[i] = cv::Mat();
      cv::remap(source, remapped[i], peers[i].at, peers[i].share, cv::INTER_LINEAR);
    }
  });
  // A view reads 8 bytes of map and writes 3 of picture for each pixel, and sees a part of the
  // panorama about as large as itself.
  std::vector<uint8_t> in(size_t{640} * 480 * (8 + 4)), to(in.size());
  out.copy_ms = median_ms(options.runs, [&] {
    for (int i = 0; i < views; ++i) {
      std::memcpy(to.data(), in.data(), in.size());
      asm volatile("" ::"r"(to.data()) : "memory");
    }
  });
  cv::setNumThreads(-1);
  double sum = 0, count = 0;
  for (size_t i = 0; i < peers.size(); ++i) {
    for (size_t k = 0; k < cut[i].pixels.size(); ++k) {
      const double d = std::abs(int{cut[i].pixels[k]} - int{remapped[i].data[k]});
      sum += d;
      count += 1;
      out.max_difference = std::max(out.max_difference, d);
    }
  }
  out.mean_difference = sum / count;
  return out;
#else
  return unsupported(
      "this benchmark compares with OpenCV, which this build was made without "
      "(LOCI_WITH_OPENCV=OFF)");
#endif
}

}  // namespace loci
