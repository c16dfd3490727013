// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "distiller.h"

namespace loci::train {

/// One photograph's view on its way into a batch.
struct Distiller::Part {
  bool there = false;
  Status status;  ///< of the teacher
  Image clean, changed;
  Features features;
};

/// The teacher's maps of views of one size, [B, D, h, w].
template <class Parts>
at::Tensor stacked_maps(Parts& parts) {
  std::vector<at::Tensor> maps;
  for (auto& part : parts) {
    Features& f = part.features;
    maps.push_back(
        at::from_blob(f.values.data(), {f.height, f.width, f.values.cols()}, at::kFloat));
  }
  return at::stack(maps).permute({0, 3, 1, 2});
}

}  // namespace loci::train
