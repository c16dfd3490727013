// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bands.h"

#include "test_nets.h"

#include "loci/backbone/backbone.h"

#include <tuple>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

using Rows = std::vector<int64_t>;

/// A convolution of one column whose taps are 1, 2, 3, ...
int64_t window(const Rows& in, int start, int reach) {
  int64_t sum = 0;
  for (int k = 0; k < reach; ++k) {
    const int at = start + k;
    if (at >= 0 && at < static_cast<int>(in.size())) sum += (k + 1) * in[static_cast<size_t>(at)];
  }
  return sum;
}

Rows whole(const std::vector<BandConv>& chain, Rows map) {
  for (const BandConv& conv : chain) {
    Rows out;
    for (int y = 0; y < conv.out_rows; ++y)
      out.push_back(window(map, y * conv.stride - conv.pad_top, conv.reach));
    map = std::move(out);
  }
  return map;
}

void prepare(const BandWork& work, Rows& strip) {
  const auto at = [&](int row) -> int64_t& { return strip.at(static_cast<size_t>(row)); };
  for (int r = 0; r < work.keep_rows; ++r) at(r) = at(work.keep_from + r);
  for (int r = 0; r < work.zero_rows; ++r) at(work.zero_from + r) = 0;
  for (int r = 0; r < work.zero_after; ++r) at(work.strip_row + work.rows + r) = 0;
}

/// The same by the schedule, on strips that are no longer than it says. Rows that are never
/// computed stay -1.
Rows by_bands(const std::vector<BandConv>& chain, const Rows& image, const BandSchedule& schedule) {
  Rows out(static_cast<size_t>(chain.back().out_rows), -1);
  for (const auto& segment : schedule.segments) {
    std::vector<Rows> strips;
    for (const int rows : schedule.strip_rows)
      strips.emplace_back(static_cast<size_t>(rows), int64_t{1} << 40);
    for (const auto& band : segment) {
      for (size_t j = 0; j < chain.size(); ++j) {
        const BandWork& work = band[j];
        const BandConv& conv = chain[j];
        const bool last = j + 1 == chain.size();
        if (!last) prepare(work, strips[j]);
        for (int r = 0; r < work.rows; ++r) {
          int64_t value = 0;
          if (j == 0) {
            const int start = work.source_row - work.pad_top + r * conv.stride;
            value = window(image, start, conv.reach);
          } else {  // a strip has all of its window's rows
            for (int k = 0; k < conv.reach; ++k)
              value += (k + 1) * strips[j - 1].at(static_cast<size_t>(r * conv.stride + k));
          }
          Rows& to = last ? out : strips[j];
          to.at(static_cast<size_t>((last ? work.first : work.strip_row) + r)) = value;
        }
      }
    }
  }
  return out;
}

TEST(Bands, RowsOfAnyScheduleAreThoseOfWholeMaps) {
  Rng rng(1, "bands");
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(rng.next() % static_cast<uint64_t>(high - low + 1));
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<BandConv> chain;
    const int image_rows = pick(3, 60);
    int rows = image_rows;
    for (int j = pick(1, 4); j > 0; --j) {
      BandConv conv{.in_rows = rows, .out_rows = 0, .reach = pick(1, 6), .stride = pick(1, 3)};
      conv.pad_top = pick(0, conv.reach - 1);
      const int room = rows + conv.pad_top + pick(0, conv.reach - 1) - conv.reach;
      if (room < 0) continue;
      rows = conv.out_rows = room / conv.stride + 1;
      chain.push_back(conv);
    }
    if (chain.empty()) continue;
    Rows image;
    for (int y = 0; y < image_rows; ++y) image.push_back(pick(1, 9));
    const BandSchedule schedule = schedule_bands(chain, pick(1, 12), pick(1, 5));
    ASSERT_EQ(by_bands(chain, image, schedule), whole(chain, image)) << "round " << round;
  }
}

TEST(Bands, ASegmentComputesNoRowTwice) {
  // 3x3 of stride 2 between 1x1, as in an inverted residual.
  const std::vector<BandConv> chain = {{64, 64, 1, 1, 0}, {64, 32, 3, 2, 0}, {32, 32, 1, 1, 0}};
  const BandSchedule schedule = schedule_bands(chain, 4, 1);
  ASSERT_EQ(schedule.segments.size(), 1u);
  int rows = 0;
  for (const auto& band : schedule.segments[0]) rows += band[0].rows;
  EXPECT_EQ(rows, 64);
  EXPECT_EQ(schedule.strip_rows, (std::vector<int>{9, 4}));
}

/// Stem and two inverted residuals, with maps large enough between them that they run band by band.
Network inverted_residuals(int stride) {
  const auto relu6 = [](Op op) {
    op.activation = Activation::kClip;
    op.clip_high = 6;
    return op;
  };
  Op stem = relu6(conv_op("stem", 16, 3, 2)), dw1 = relu6(conv_op("dw1", 96, 5, 1, 0, 96)),
     dw2 = relu6(conv_op("dw2", 96, 3, stride, 0, 96));
  for (Op* op : {&stem, &dw1, &dw2}) op->pad_same = true;
  Network network;
  network.ops = {stem,
                 relu6(conv_op("expand1", 96, 1)),
                 dw1,
                 conv_op("project1", 16, 1, 1, 0, 1, Activation::kNone),
                 plain_op(OpType::kAdd, "sum1", {"project1", "stem"}),
                 relu6(conv_op("expand2", 96, 1)),
                 dw2,
                 conv_op("project2", 24, 1, 1, 0, 1, Activation::kNone)};
  return network;
}

struct Outcome {
  std::vector<Features> maps;
  int banded = 0;  ///< steps that ran band by band
};
Outcome run_with(const std::shared_ptr<const Model>& model,
                 const BackboneOptions& options,
                 int batch,
                 int height,
                 int width) {
  auto backbone = Backbone::create(model, options).value();
  const std::vector<float> images = test_images(batch, height, width);
  Outcome out;
  out.maps = backbone->run(images.data(), batch, height, width).value();
  for (const LayerTime& layer : backbone->layer_times()) out.banded += layer.kernel == "bands";
  return out;
}

/// The largest difference of two runs by the largest magnitude of the first.
double difference(const Outcome& a, const Outcome& b) {
  double worst = 0, peak = 0;
  for (size_t n = 0; n < a.maps.size(); ++n) {
    for (int64_t i = 0; i < a.maps[n].values.rows(); ++i) {
      for (int64_t c = 0; c < a.maps[n].values.cols(); ++c) {
        const auto x = static_cast<double>(a.maps[n].values(i, c));
        peak = std::max(peak, std::abs(x));
        worst = std::max(worst, std::abs(x - static_cast<double>(b.maps[n].values(i, c))));
      }
    }
  }
  return worst / peak;
}

void expect_bands_as_whole_maps(int stride, int batch, int height, int width) {
  auto model = test_model(inverted_residuals(stride));
  auto calibrator = Calibrator::create(model, 2).value();
  const std::vector<float> images = test_images(batch, height, width);
  ASSERT_TRUE(calibrator->add(images.data(), batch, height, width).ok());
  model = calibrator->finish().value();
  for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
    BackboneOptions options{.precision = precision, .emulate_precision = true};
    options.kernel_choice = KernelChoice::kDirect;
    const Outcome direct = run_with(model, options, batch, height, width);
    EXPECT_EQ(direct.banded, 0);
    options.kernel_choice = KernelChoice::kWinograd;
    for (const int threads : {1, 3}) {
      options.num_threads = threads;
      const Outcome banded = run_with(model, options, batch, height, width);
      if (precision == Precision::kFp32) {
        EXPECT_GT(banded.banded, 0);
      }
      EXPECT_LT(difference(direct, banded), 1e-5)
          << precision_name(precision) << " threads " << threads << " stride " << stride;
    }
  }
}

TEST(Bands, ChainsOfConvolutionsGiveWhatWholeMapsGive) {
  expect_bands_as_whole_maps(1, 1, 400, 416);
  expect_bands_as_whole_maps(2, 2, 311, 290);
}

TEST(Bands, AnyNumberOfThreadsGivesTheSameBits) {
  const auto model = test_model(inverted_residuals(2));
  BackboneOptions options{.num_threads = 1, .kernel_choice = KernelChoice::kWinograd};
  const Outcome one = run_with(model, options, 1, 400, 416);
  for (const int threads : {2, 3}) {
    options.num_threads = threads;
    EXPECT_EQ(difference(one, run_with(model, options, 1, 400, 416)), 0) << threads;
  }
}

}  // namespace
}  // namespace loci::internal
