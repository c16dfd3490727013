// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "map_source.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/describe/preprocess.h"
#include "loci/image/decode.h"
#include "loci/math/half.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace loci::train {
namespace {

constexpr float kHalfMax = 65504;

}  // namespace

/// One photograph on its way to its map.
struct MapSource::Loaded {
  Status status;
  at::Tensor map;     ///< found in the cache
  Image image;        ///< else the photo, for the engine
  InputTensor input;  ///< or what the network sees, for the graph
  ActivationKey key;
};

MapSource::MapSource(const Net& net,
                     ImageSet& images,
                     std::unique_ptr<ActivationCache> cache,
                     Options options,
                     JobControl job)
    : net_(net),
      images_(images),
      cache_(std::move(cache)),
      options_(std::move(options)),
      job_(std::move(job)),
      sizes_(static_cast<size_t>(images.size())) {}

MapSource::Loaded MapSource::load(const WantedMap& wanted) {
  Loaded loaded;
  const std::string& path = images_.path(wanted.image);
  loaded.status = [&]() -> Status {
    auto& size = sizes_[static_cast<size_t>(wanted.image)];
    const bool cached = cache_ != nullptr && !wanted.change;
    if (cached) {
      LOCI_TRY(content, contents_.of(path));
      loaded.key.content = std::move(content);
    }
    std::vector<uint8_t> bytes;
    if (size.first == 0 || !cached) {
      LOCI_TRY(read, read_file(path));
      bytes = std::move(read);
      LOCI_TRY(info, probe_image(bytes, printable(path)));
      size = network_size(options_.preprocessing, info.width, info.height);
    }
    if (cached) {
      loaded.key.width = size.first;
      loaded.key.height = size.second;
      if (const auto found = cache_->find(loaded.key)) {
        loaded.map = at::empty({found->channels, found->height, found->width}, at::kFloat);
        halfs_to_floats(found->values.data(), loaded.map.data_ptr<float>(), found->values.size());
        return {};
      }
      if (bytes.empty()) {
        LOCI_TRY(read, read_file(path));
        bytes = std::move(read);
      }
    }
    LOCI_TRY(image, decode_for(options_.preprocessing, bytes, printable(path)));
    if (wanted.change) image = augment(image, options_.augment, *wanted.change);
    if (options_.fixed != nullptr) {
      loaded.image = std::move(image);
      return {};
    }
    LOCI_TRY(input, preprocess(options_.preprocessing, image));
    loaded.input = std::move(input);
    return {};
  }();
  return loaded;
}

void MapSource::keep(Loaded* loaded, at::Tensor map) {
  if (cache_ != nullptr) {
    const auto values = std::span<float>(map.data_ptr<float>(), static_cast<size_t>(map.numel()));
    if (!loaded->key.content.empty() && !store_failed_) {
      const Status stored =
          cache_->store(loaded->key, map.size(0), map.size(1), map.size(2), values);
      if (!stored.ok()) job_.message("the activation cache stops growing: " + stored.message());
      store_failed_ = !stored.ok();
    }
    // The same float16 rounding as on the way through the cache.
    std::vector<uint16_t> halfs(values.size());
    for (float& v : values) v = std::clamp(v, -kHalfMax, kHalfMax);
    floats_to_halfs(values.data(), halfs.data(), halfs.size());
    halfs_to_floats(halfs.data(), values.data(), halfs.size());
  }
  loaded->map = std::move(map);
}

Status MapSource::run_engine(Loaded* loaded) {
  LOCI_TRY(features, options_.fixed->features(loaded->image, options_.num_threads));
  loaded->image = {};
  const ConstMatrixView rows = features.values;
  const at::Tensor map = at::from_blob(
      features.values.data(), {features.height, features.width, rows.cols()}, at::kFloat);
  keep(loaded, map.permute({2, 0, 1}).contiguous());
  return {};
}

Status MapSource::run_graph(std::vector<Loaded>& loaded, const std::vector<size_t>& of_one_size) {
  std::vector<at::Tensor> inputs;
  for (const size_t i : of_one_size) {
    InputTensor& input = loaded[i].input;
    const at::Tensor rows =
        at::from_blob(input.values.data(), {input.height, input.width, 3}, at::kFloat);
    inputs.push_back(rows.permute({2, 0, 1}));
  }
  at::Tensor maps;
  LOCI_RETURN_IF_ERROR(guarded("fixed layers", [&]() -> Status {
    maps = net_.run_fixed(at::stack(inputs).contiguous().to(net_.options())).to(at::kCPU);
    return {};
  }));
  for (size_t k = 0; k < of_one_size.size(); ++k) {
    loaded[of_one_size[k]].input = {};
    keep(&loaded[of_one_size[k]], maps[static_cast<int64_t>(k)].clone());
  }
  return {};
}

Result<std::vector<at::Tensor>> MapSource::maps(std::span<const WantedMap> wanted) {
  std::vector<Loaded> loaded(wanted.size());
  parallel_for(
      static_cast<int64_t>(wanted.size()), 1, options_.num_threads, [&](int64_t i, int64_t) {
        if (!images_.failed(wanted[static_cast<size_t>(i)].image)) {
          loaded[static_cast<size_t>(i)] = load(wanted[static_cast<size_t>(i)]);
        }
      });
  std::map<std::pair<int, int>, std::vector<size_t>> groups;
  for (size_t i = 0; i < loaded.size(); ++i) {
    Status& status = loaded[i].status;
    if (!loaded[i].image.empty()) status = run_engine(&loaded[i]);
    if (!status.ok() && images_.fail(wanted[i].image, status)) {
      job_.message("left out: " + status.message());
    }
    const InputTensor& input = loaded[i].input;
    if (!input.values.empty()) groups[{input.width, input.height}].push_back(i);
  }
  for (const auto& [size, members] : groups) {
    const auto chunk = static_cast<size_t>(options_.chunk_images);
    for (size_t begin = 0; begin < members.size(); begin += chunk) {
      const size_t end = std::min(members.size(), begin + chunk);
      LOCI_RETURN_IF_ERROR(run_graph(loaded,
                                     {members.begin() + static_cast<int64_t>(begin),
                                      members.begin() + static_cast<int64_t>(end)}));
    }
  }
  std::vector<at::Tensor> maps;
  for (Loaded& one : loaded) {
    maps.push_back(one.map.defined() ? one.map.to(net_.options()) : at::Tensor());
  }
  return maps;
}

Result<std::unique_ptr<Describer>> fixed_layers(const Model& model,
                                                const TrainingDepth& depth,
                                                int num_threads) {
  ModelSpec spec = model.spec;
  LOCI_TRY(network, crop_network(spec.network, depth.cut_name));
  spec.network = std::move(network);
  spec.pooling = PoolingSpec{.type = "mean"};
  spec.whitening = {};
  return Describer::create(make_model(std::move(spec), model.tensors),
                           {.precision = Precision::kFp32,
                            .num_threads = num_threads,
                            .kernel_choice = KernelChoice::kWinograd});
}

at::Tensor describe_maps(const Net& net, std::span<const at::Tensor> maps, int64_t chunk) {
  std::map<std::vector<int64_t>, std::vector<size_t>> groups;
  for (size_t i = 0; i < maps.size(); ++i) groups[maps[i].sizes().vec()].push_back(i);
  std::vector<at::Tensor> rows(maps.size());
  for (const auto& [size, members] : groups) {
    for (size_t begin = 0; begin < members.size(); begin += static_cast<size_t>(chunk)) {
      std::vector<at::Tensor> batch;
      for (size_t k = begin; k < members.size() && k < begin + static_cast<size_t>(chunk); ++k) {
        batch.push_back(maps[members[k]]);
      }
      const at::Tensor out = net.describe(at::stack(batch));
      for (size_t k = 0; k < batch.size(); ++k) {
        rows[members[begin + k]] = out[static_cast<int64_t>(k)];
      }
    }
  }
  return at::stack(rows);
}

}  // namespace loci::train
