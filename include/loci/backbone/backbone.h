// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/features.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loci {

enum class Precision { kFp32, kBf16, kInt8, kAuto };
const char* precision_name(Precision precision);
Result<Precision> parse_precision(const std::string& text);

/// Who computes 3x3 convolutions of stride 1. All others: oneDNN, band by band in chains with large maps (kAuto, kWinograd).
enum class KernelChoice {
  kAuto,    ///< the fastest by a short timing when a size is planned, remembered (kernel_cache)
  kDirect,  ///< oneDNN's direct convolution: the reference for speed and accuracy
  kLibraryWinograd,  ///< oneDNN's Winograd where it has one, else direct
  kWinograd,  ///< our Winograd F(4x4, 3x3) wherever it applies, tile blocks by rule: the same bits
              ///< in every run
};
const char* kernel_choice_name(KernelChoice choice);
Result<KernelChoice> parse_kernel_choice(const std::string& text);

struct BackboneOptions {
  /// int8 needs the activation ranges that a Calibrator stores in a model; transformers need none.
  Precision precision = Precision::kFp32;
  int num_threads = 0;  ///< of all runs together, 0 for all processors
  /// Plans kept for different input sizes; the least recently used goes first.
  int max_cached_sizes = 4;
  KernelChoice kernel_choice = KernelChoice::kAuto;  ///< any but kAuto makes results the same bits
                                                     ///< on every machine of a kind
  /// Where kAuto keeps what it found, so that a process need not time again and computes what the
  /// one before it did: "auto" for the user's cache folder ($XDG_CACHE_HOME/loci/kernels or
  /// ~/.cache/loci/kernels; the environment variable LOCI_KERNEL_CACHE, a path or "off", replaces
  /// it), "off" for memory only, or a path. A damaged file is replaced.
  std::string kernel_cache = "auto";
  /// Run the precision asked for even where the processor has no instructions for it: slow, for
  /// tests.
  bool emulate_precision = false;
};

/// What one layer of the last run cost.
struct LayerTime {
  std::string layer;  ///< the operator's name, of several joined by "+"; "output": change of layout
  std::string kernel;  ///< "winograd", "bands", or oneDNN's name such as "jit:avx512_core"
  double ms = 0;
  double gflop = 0;  ///< 2 x multiply-adds of the direct convolution, 0 for other layers
};

/// Which rows of a map are its positions: `height` x `width` of them from row `first` on, row-major; the others are
/// tokens of no place. height 0: none are.
struct MapPlaces {
  int64_t first = 0, height = 0, width = 0;
};
/// Of each output of a network, for images of this size.
/// Errors: InvalidArgument where the image is too small; Corrupt for operators that do not fit
Result<std::vector<MapPlaces>> map_places(const Network& network, int height, int width);

/// Runs a model's network on the CPU: image tensor -> N x D features.
///
/// A size that is new is planned first: kernels chosen, layouts fixed, weights packed, every
/// activation given its place in one block of memory that all sizes share and that is kept. Later
/// runs of that size allocate only their result.
///
/// Threads: run() may be called from many threads. Runs go side by side as long as their threads
///          are no more than BackboneOptions::num_threads, each with a block of its own, else they
///          take turns. A single image is done soonest on all threads, many images on one thread
///          each.
class Backbone {
 public:
  /// `model` must have a network (spec.features == "network").
  /// Errors:  InvalidArgument for a model without network or, with int8, without the ranges it needs;
  ///          NotFound or Corrupt with the tensor's name for weights that do not fit the network
  static Result<std::unique_ptr<Backbone>> create(std::shared_ptr<const Model> model,
                                                  const BackboneOptions& options);
  virtual ~Backbone() = default;

  virtual int64_t feature_dim() const = 0;  ///< D
  /// The precision that really runs: falls back where the processor lacks one, and says so in
  /// `note()`.
  virtual Precision precision() const = 0;
  virtual const std::string& note() const = 0;
  /// `input`: batch x height x width x 3 float32, preprocessed, rows contiguous. One Features a
  /// batch image, its map's height and width set, features not normalised. `num_threads`: of this
  /// run, 0 for all of the backbone's. Only what the feature map needs is computed.
  /// Errors:  InvalidArgument for a side below 32 px or a size that does not fit into memory;
  ///          Unsupported for an operator that the processor has no kernel for
  virtual Result<std::vector<Features>> run(
      const float* input, int batch, int height, int width, int num_threads) = 0;
  Result<std::vector<Features>> run(const float* input, int batch, int height, int width) {
    return run(input, batch, height, width, 0);
  }
  /// Names of all maps that the network returns, "features" first (Network::outputs).
  virtual const std::vector<std::string>& output_names() const = 0;
  /// All of them from one pass: element [k][i] is output k of batch image i, its channels as columns. Arguments and
  /// errors as run().
  virtual Result<std::vector<std::vector<Features>>> run_outputs(
      const float* input, int batch, int height, int width, int num_threads = 0) = 0;

  /// Bytes of the blocks that hold all activations and scratch, for the largest size planned so
  /// far, in every lane that has run; of them, scratch. What is not scratch is at most the two
  /// largest neighbouring maps (with what branches and sums keep alive beside them).
  virtual size_t activation_bytes() const = 0;
  virtual size_t scratch_bytes() const = 0;
  /// Bytes of the packed weights that the plans use, beside those of the model.
  virtual size_t weight_bytes() const = 0;
  /// Layers of the last run, in order.
  virtual std::vector<LayerTime> layer_times() const = 0;
};

/// Finds the ranges of all activations over a set of inputs, for int8.
/// Threads: one at a time
class Calibrator {
 public:
  static Result<std::unique_ptr<Calibrator>> create(std::shared_ptr<const Model> model,
                                                    int num_threads = 0);
  virtual ~Calibrator() = default;
  /// Runs fp32 on a batch as Backbone::run() takes it, and widens the ranges.
  virtual Status add(const float* input, int batch, int height, int width) = 0;
  /// The model with a tensor `calibration.<operator>` [2] (lowest, highest value) for the image
  /// ("input") and each operator, to be saved or run with Precision::kInt8. InvalidArgument before
  /// the first add().
  virtual Result<std::shared_ptr<const Model>> finish() const = 0;
};

}  // namespace loci
