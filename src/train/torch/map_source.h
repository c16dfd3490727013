// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_set.h"
#include "net.h"

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/train/activation_cache.h"
#include "loci/train/augment.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace loci::train {

/// A photograph that is asked for; with a key it is changed as that key says.
struct WantedMap {
  int32_t image = 0;
  std::optional<AugmentKey> change;
};

/// Where the maps at the net's cut come from: the activation cache, or the photo through the fixed
/// layers. With a cache every map is rounded to float16, whether it was found there or not, so that
/// results do not depend on what happens to be cached.
///
/// Threads: one at a time; photos are decoded on `num_threads`
class MapSource {
 public:
  struct Options {
    Preprocessing preprocessing;
    AugmentOptions augment;
    int num_threads = 0;
    int chunk_images = 64;
    /// The fixed layers on the inference engine, which is faster on the CPU; null: in the graph.
    std::unique_ptr<Describer> fixed;
  };
  /// `net` and `images` must outlive this; `cache` may be null.
  MapSource(const Net& net,
            ImageSet& images,
            std::unique_ptr<ActivationCache> cache,
            Options options,
            JobControl job);

  /// The map [C, h, w] of each; undefined for a photo that cannot be read, which is reported to
  /// `job` and remembered by `images` once.
  /// Errors: those of libtorch
  Result<std::vector<at::Tensor>> maps(std::span<const WantedMap> wanted);

  const ActivationCache* cache() const { return cache_.get(); }

 private:
  struct Loaded;
  Loaded load(const WantedMap& wanted);
  Status run_engine(Loaded* loaded);
  Status run_graph(std::vector<Loaded>& loaded, const std::vector<size_t>& of_one_size);
  void keep(Loaded* loaded, at::Tensor map);
  const Net& net_;
  ImageSet& images_;
  std::unique_ptr<ActivationCache> cache_;
  Options options_;
  JobControl job_;
  ContentIds contents_;
  std::vector<std::pair<int, int>> sizes_;  ///< width and height at the network; 0: not known yet
  bool store_failed_ = false;
};

/// The model's layers before `depth.cut` as a describer that only makes features, the same bits in
/// every run.
Result<std::unique_ptr<Describer>> fixed_layers(const Model& model,
                                                const TrainingDepth& depth,
                                                int num_threads);

/// Descriptors [n, M] of maps [C, h, w] in their order. Maps of one size go through the net
/// together, at most `chunk` at once; all must be defined.
at::Tensor describe_maps(const Net& net, std::span<const at::Tensor> maps, int64_t chunk);

}  // namespace loci::train
