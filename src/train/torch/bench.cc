// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "losses.h"
#include "map_source.h"
#include "optimizer.h"
#include "torch_runtime.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/math/half.h"
#include "loci/model/architectures.h"
#include "loci/train/activation_cache.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <malloc.h>

namespace loci::train {
namespace {

constexpr double kKibToMib = 1.0 / 1024;
constexpr double kLearningRate = 1e-3;

Status stopped() { return cancelled("the measurement was stopped; it has no result"); }

at::Tensor random_tensor(at::IntArrayRef shape, uint64_t seed, double size) {
  Rng rng(seed, "bench");
  at::Tensor tensor = at::empty(shape, at::kFloat);
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i)
    values[i] = static_cast<float>(size * rng.uniform(-1, 1));
  return tensor;
}

Result<std::shared_ptr<const Model>> random_model(const TrainBenchOptions& options) {
  LOCI_TRY(network, architecture(options.architecture));
  LOCI_TRY(tensors, random_weights(network, 3, 1));
  LOCI_TRY(channels, operator_channels(network, 3));
  ModelSpec spec;
  spec.pooling.num_clusters = options.clusters;
  const int64_t clusters = options.clusters, dim = channels[features_op(network)];
  tensors["pooling.weight"] = from_torch(random_tensor({clusters, dim}, 2, 10));
  tensors["pooling.centers"] = from_torch(random_tensor({clusters, dim}, 3, 0.05));
  spec.network = std::move(network);
  return make_model(std::move(spec), std::move(tensors));
}

/// One number of /proc/self/status, kB; such files have no size, so they are read line by line.
double process_kib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::atof(line.c_str() + field.size() + 1);
  }
  return 0;
}

/// Runs a step `runs` times behind one that warms up. A step of the full size takes half a minute,
/// so a wish to stop is looked for before each.
Result<StepCost> measure(int runs, const JobControl& job, const std::function<void()>& step) {
  malloc_trim(0);
  const double before = process_kib("VmRSS");
  // Resets the peak (proc(5)); where that is not allowed the peak is that of the whole process.
  std::ofstream("/proc/self/clear_refs") << "5";
  std::vector<double> seconds;
  for (int run = 0; run <= runs; ++run) {
    if (job.cancelled()) return stopped();
    const Stopwatch watch;
    step();
    if (run > 0) seconds.push_back(watch.seconds());
    job.progress("measuring", run + 1, runs + 1);
  }
  const auto middle = seconds.begin() + static_cast<int64_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return StepCost{.seconds = *middle, .peak_mib = (process_kib("VmHWM") - before) * kKibToMib};
}

/// NetVLAD as the ports write it: cluster by cluster, each residual a tensor of its own that
/// automatic differentiation keeps for the way back: N x K x D in all.
at::Tensor ported_netvlad(const at::Tensor& maps,
                          const Parameter& weight,
                          const Parameter& centers) {
  const at::Tensor x = unit_parts(maps.flatten(2), 1, NormEps::kClamp);  // B D N
  const at::Tensor assignment = at::matmul(weight.value, x).softmax(1);  // B K N
  std::vector<at::Tensor> clusters;
  for (int64_t k = 0; k < centers.value.size(0); ++k) {
    const at::Tensor residual = x - centers.value[k].reshape({1, -1, 1});
    clusters.push_back((residual * assignment.slice(1, k, k + 1)).sum(2));
  }
  const at::Tensor v = unit_parts(at::stack(clusters, 1), 2, NormEps::kClamp);
  return unit_whole(v.flatten(1), NormEps::kClamp);
}

/// The tuple's maps on their way through a cache on disk.
class CachedMaps {
 public:
  static Result<CachedMaps> fill(const Net& net,
                                 const Model& model,
                                 const at::Tensor& images,
                                 const JobControl& job) {
    CachedMaps cached;
    cached.folder_ = std::make_unique<TempFolder>("loci_bench");
    LOCI_TRY(cache,
             ActivationCache::open(cached.folder_->path(),
                                   frozen_fingerprint(model, static_cast<int64_t>(net.depth().cut)),
                                   uint64_t{1} << 36));
    cached.cache_ = std::move(cache);
    for (int64_t i = 0; i < images.size(0); ++i) {
      if (job.cancelled()) return stopped();
      const at::Tensor map = net.run_fixed(images.slice(0, i, i + 1))[0].contiguous();
      const auto values =
          std::span<const float>(map.data_ptr<float>(), static_cast<size_t>(map.numel()));
      cached.keys_.push_back({.content = format("%064lld", static_cast<long long>(i)),
                              .width = static_cast<int>(images.size(3)),
                              .height = static_cast<int>(images.size(2))});
      LOCI_RETURN_IF_ERROR(
          cached.cache_->store(cached.keys_.back(), map.size(0), map.size(1), map.size(2), values));
    }
    return cached;
  }
  at::Tensor read() const {
    std::vector<at::Tensor> maps;
    for (const ActivationKey& key : keys_) {
      const auto found = cache_->find(key);
      if (!found) continue;
      maps.push_back(at::empty({found->channels, found->height, found->width}, at::kFloat));
      halfs_to_floats(found->values.data(), maps.back().data_ptr<float>(), found->values.size());
    }
    return at::stack(maps);
  }

 private:
  std::unique_ptr<TempFolder> folder_;
  std::unique_ptr<ActivationCache> cache_;
  std::vector<ActivationKey> keys_;
};

}  // namespace

Result<TrainBench> bench_training(const TrainBenchOptions& asked, const JobControl& job) {
  TrainBench bench{.options = asked};
  TrainBenchOptions& o = bench.options;
  if (o.width < 32 || o.height < 32 || o.negatives < 1 || o.runs < 1) {
    return invalid_argument("bench train: sides from 32 pixels, one negative and one run at least");
  }
  o.num_threads = resolve_threads(o.num_threads);
  prepare_torch(o.num_threads);
  LOCI_TRY(model, random_model(o));
  LOCI_TRY(net, Net::create(model->spec, model->tensors, {.train_from = o.train_from}));
  o.train_from = net->depth().train_from;
  if (net->depth().cut == 0)
    return invalid_argument("bench train: no layer is fixed, so nothing is cached");
  LOCI_TRY(optimizer, Optimizer::create({}, net->parameters()));
  const at::Tensor images = random_tensor({o.negatives + 2, 3, o.height, o.width}, 4, 1);
  LOCI_TRY(maps, CachedMaps::fill(*net, *model, images, job));

  // A margin above any distance: all negatives violate and go back through the network.
  constexpr double kMargin = 5;
  const auto learn = [&](const at::Tensor& rows) {
    const LossTerms loss = triplet_squared(rows[0], rows[1], rows.slice(0, 2), kMargin);
    loss.sum.backward();
    optimizer.step(kLearningRate * 1e-6, 1.0 / static_cast<double>(loss.violations));
  };
  const auto& parameters = net->parameters();
  const Parameter &weight = parameters[parameters.size() - 2], &centers = parameters.back();
  const auto by_port = [&] {
    return ported_netvlad(net->run_tail(net->run_fixed(images)), weight, centers);
  };
  if (job.cancelled()) return stopped();
  {
    const c10::NoGradGuard no_gradients;
    const at::Tensor ours = net->describe(net->run_fixed(images));
    bench.descriptor_difference = (ours - by_port()).abs().max().item<double>();
  }
  job.message("measuring from cached maps");
  LOCI_TRY(cached, measure(o.runs, job, [&] { learn(net->describe(maps.read())); }));
  job.message("measuring from pixels");
  LOCI_TRY(uncached, measure(o.runs, job, [&] { learn(net->describe(net->run_fixed(images))); }));
  job.message("measuring pytorch-NetVlad's form");
  LOCI_TRY(ported, measure(o.runs, job, [&] { learn(by_port()); }));
  bench.cached = cached;
  bench.uncached = uncached;
  bench.ported = ported;
  bench.ratio = bench.cached.seconds / bench.ported.seconds;
  return bench;
}

}  // namespace loci::train
