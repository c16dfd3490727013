// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "distill_view.h"

#include "augment_steps.h"

#include "loci/base/text.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

namespace loci::train {
namespace {

Image cut(const Image& image, int left, int top, int width, int height) {
  Image out(width, height);
  for (int row = 0; row < height; ++row) {
    std::copy_n(image.at(left, top + row), static_cast<size_t>(width) * 3, out.at(0, row));
  }
  return out;
}

}  // namespace

MapGeometry map_geometry(const Network& network, int side) {
  struct Side {
    MapGeometry at;
    int size = 0;
  };
  std::map<std::string, Side> maps = {{"input", {{}, side}}};
  Side last = maps["input"];
  for (const Op& op : network.ops) {
    Side map = op.inputs.empty() ? last : maps.at(op.inputs[0]);
    if (op.type == OpType::kConv || op.type == OpType::kMaxPool || op.type == OpType::kAvgPool) {
      const int reach = (op.kernel_h - 1) * op.dilation + 1;
      int before = op.pad_top, count = 0;
      if (op.pad_same) {
        count = (map.size + op.stride - 1) / op.stride;
        before = std::max(0, (count - 1) * op.stride + reach - map.size) / 2;
      } else {
        const int up = op.ceil_mode ? op.stride - 1 : 0;
        count = (map.size + op.pad_top + op.pad_bottom - reach + up) / op.stride + 1;
      }
      map.at.first += map.at.stride * ((reach - 1) / 2.0 - before);
      map.at.stride *= op.stride;
      map.size = count;
    }
    last = maps[op.name] = map;
  }
  return last.at;
}

ViewPair make_views(const Image& photo, const ViewOptions& options, const AugmentKey& key) {
  Rng rng(key.seed,
          format("distil view %lld %lld",
                 static_cast<long long>(key.image),
                 static_cast<long long>(key.epoch)));
  const int shorter = std::min(photo.width, photo.height);
  const double part = std::exp(rng.uniform(std::log(options.smallest_view), 0));
  const int size = std::clamp(static_cast<int>(std::lround(part * shorter)), 1, shorter);
  const auto left = static_cast<int>(rng.below(static_cast<uint64_t>(photo.width - size + 1)));
  const auto top = static_cast<int>(rng.below(static_cast<uint64_t>(photo.height - size + 1)));
  const int side = options.crop + std::abs(options.shift);
  Image view = resize(cut(photo, left, top, size, size), side, side, Resampling::kArea);
  if (options.augment.perspective > 0) {
    view = change_view(view, 0, options.augment.perspective, &rng);
  }
  if (rng.chance(options.augment.flip)) mirror(&view);

  const int ahead = std::max(0, options.shift), behind = std::max(0, -options.shift);
  ViewPair pair;
  pair.teacher = cut(view, behind, behind, options.crop, options.crop);
  pair.clean = cut(view, ahead, ahead, options.crop, options.crop);
  AugmentOptions photometric = options.augment;
  photometric.crop = photometric.perspective = photometric.flip = 0;
  pair.student = augment(pair.clean, photometric, key);
  return pair;
}

}  // namespace loci::train
