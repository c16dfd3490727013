// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/describe/describer.h"

#include <cstdint>
#include <memory>
#include <span>

namespace loci {

/// Centers of their own for images that come one by one: keeps what the first of them are pooled
/// from, learns the centers of the model's NetVLAD and VLAD branches from it as adapt_model() does,
/// and describes those images anew without looking at them again.
///
/// Threads: const members from any number at once, but not beside describe()
/// Memory:  8 bits a number of each feature: 250 KB an image for the built-in model at 640 x 480
class OwnCenters {
 public:
  /// Nothing for a model whose centers are not to be learnt (ModelSpec::own_centers), have been
  /// already (adapted_to_photos()), or that whitens what its centers give.
  static std::unique_ptr<OwnCenters> create(std::shared_ptr<const Describer> describer);
  virtual ~OwnCenters() = default;

  /// Describer::describe(), and keeps the image's features as number images(). `with`: the describer
  /// given or one that learn() gave.
  virtual Status describe(const Describer& with,
                          ImageView image,
                          std::span<float> out,
                          int num_threads,
                          DescribedFeatures* features) = 0;
  virtual int64_t images() const = 0;
  virtual size_t memory_bytes() const = 0;

  /// The describer with centers of the images so far.
  /// Errors: what adapt_model() gives
  /// Cost:   k-means on 160 features an image and branch: a second for 100 images
  virtual Result<std::shared_ptr<const Describer>> learn(int num_threads) const = 0;
  /// The descriptor of image `i` by what learn() gave.
  /// Cost: the pooling alone, some 3 ms for the built-in model
  virtual void describe_again(const Describer& learnt,
                              int64_t i,
                              std::span<float> out,
                              int num_threads) const = 0;
};

}  // namespace loci
