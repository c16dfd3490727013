// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/backbone/backbone.h"
#include "loci/base/features.h"
#include "loci/base/matrix.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/image/decode.h"
#include "loci/image/exif.h"
#include "loci/image/image.h"
#include "loci/local/geometry.h"
#include "loci/model/model.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci {

struct DescribeOptions {
  Precision precision = Precision::kAuto;
  int num_threads = 0;
  KernelChoice kernel_choice = KernelChoice::kAuto;
  std::string kernel_cache = "auto";  ///< as in BackboneOptions
};

/// Milliseconds that stages of one description took.
struct StageTimes {
  double decode_ms = 0, resize_ms = 0, features_ms = 0, pooling_ms = 0, whitening_ms = 0;
};

/// Features that a description can hand out besides the descriptor, from the same pass.
struct DescribedFeatures {
  LocatedFeatures map;     ///< what was pooled (the first branch's), as explain_pair() takes it
  LocatedFeatures points;  ///< learned local features to verify with, where has_points() says so
};

/// image -> descriptor: a producer of features (a network or RootSIFT) and a pooling, or several of
/// them side by side over one decoded image (Branch has the formula), and whitening where the model
/// has it. Descriptors have unit L2 norm, so their dot product is the cosine similarity.
/// Threads: const members are safe from many threads
class Describer {
 public:
  static Result<std::unique_ptr<Describer>> create(std::shared_ptr<const Model> model,
                                                   const DescribeOptions& options = {});
  virtual ~Describer() = default;

  const Model& model() const { return *model_; }
  const std::shared_ptr<const Model>& shared_model() const { return model_; }
  int64_t dim() const { return dim_; }  ///< M
  /// How images should be decoded for this model (the wanted size lets a JPEG be decoded small).
  virtual DecodeOptions decode_options(int width, int height) const = 0;
  virtual Precision precision() const = 0;
  /// A sentence for the user when the precision asked for is not the one that runs; else empty.
  const std::string& note() const { return note_; }

  /// The model's networks give local features that serve to verify (DescribedFeatures::points).
  virtual bool has_points() const = 0;

  /// The N x D features before pooling, of the first branch where there are several.
  virtual Result<Features> features(ImageView image,
                                    int num_threads,
                                    StageTimes* times = nullptr) const = 0;
  /// The same with the places they were taken from, without those that have none (class tokens).
  /// Features are as pooling takes them, so of any norm.
  virtual Result<LocatedFeatures> located_features(ImageView image,
                                                   int num_threads,
                                                   StageTimes* times = nullptr) const = 0;
  /// The N x D features of every branch, in order; of a model without branches just the one.
  virtual Result<std::vector<Features>> branch_features(ImageView image, int num_threads) const = 0;
  /// Writes dim() values, and the features they came from where `features` is given.
  virtual Status describe(ImageView image,
                          std::span<float> out,
                          int num_threads = 1,
                          StageTimes* times = nullptr,
                          DescribedFeatures* features = nullptr) const = 0;
  /// Pooling and whitening of features made before.
  /// Errors: Unsupported for a model of several branches
  virtual Status pool(const FeaturesView& features,
                      std::span<float> out,
                      int num_threads = 1) const = 0;

 protected:
  Describer() = default;

  std::shared_ptr<const Model> model_;
  int64_t dim_ = 0;
  std::string note_;
};

/// One image of a batch, described.
struct DescribedImage {
  Status status;                  ///< why there is no descriptor, if there is none
  std::vector<float> descriptor;  ///< dim() values
  int width = 0, height = 0;      ///< of the file, as seen
  PhotoInfo info;
  std::string sha256;  ///< of the file's bytes, when asked for
  /// Its local features, pack()ed, when asked for and the describer has_points().
  std::vector<uint8_t> kept_features;
};

/// Reads, decodes and describes files on all threads, decoding ahead of describing, and hands the
/// results over in argument order, one at a time, on the calling thread. `sink` returning false
/// stops. A file that cannot be read is a DescribedImage with its status, never a failure of the
/// batch.
/// Cost:    at most 2 * threads + 2 images in memory
Status describe_files(const Describer& describer,
                      std::span<const std::string> paths,
                      int num_threads,
                      bool want_sha256,
                      const std::function<bool(size_t, DescribedImage&&)>& sink,
                      const JobControl& job = {},
                      bool want_features = false);

}  // namespace loci
