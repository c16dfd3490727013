// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Descriptors of many photos by the present weights: refreshes of the cache, and validation sets.
#include "trainer.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace loci::train {
namespace {

/// Batches of the largest share: of rank 0.
int64_t most_batches(int64_t images, int num_ranks, int64_t chunk) {
  return (shard_of(images, 0, num_ranks).count + chunk - 1) / chunk;
}

}  // namespace

std::string Trainer::descriptor_file(int64_t refresh, int rank) const {
  const auto number = static_cast<long long>(refresh);
  return path(alone() ? format("descriptors_%lld.f16", number)
                      : format("descriptors_%lld.rank_%d.f16", number, rank));
}

/// Those of an earlier run, which may have been of more processes.
void Trainer::remove_descriptors() const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("descriptors_") && name.ends_with(".f16"))
      std::filesystem::remove(entry.path(), ignored);
  }
}

Status Trainer::refresh(int64_t number) {
  const int rank = distributor_->rank();
  const std::string key = format("refresh %lld", static_cast<long long>(number));
  LOCI_TRY(missing, write_descriptors(descriptor_file(number, rank), key));
  if (missing == std::ssize(train_images_)) {
    return invalid_argument("none of the " + std::to_string(missing) +
                            " photos of the training set can be read");
  }
  LOCI_RETURN_IF_ERROR(share_failures());
  const Status read = [&]() -> Status {
    std::vector<std::string> files;
    for (int r = 0; r < distributor_->num_ranks(); ++r) {
      files.push_back(descriptor_file(number, r));
    }
    LOCI_TRY(opened, DescriptorCache::open(files, key));
    descriptors_ = std::move(opened);
    return {};
  }();
  LOCI_RETURN_IF_ERROR(agree(*distributor_, read));
  // No process reads the one before any more.
  if (number > 1) std::remove(descriptor_file(number - 1, rank).c_str());
  return {};
}

/// This process's rows of a refresh; returns how many are missing in all of them. After each batch
/// the processes tell each other how they fare, so that none runs ahead or waits for one that
/// failed.
Result<int64_t> Trainer::write_descriptors(const std::string& file, const std::string& key) {
  const int64_t images = std::ssize(train_images_);
  const int64_t chunk = options_.chunk_images;
  const Shard own = shard_of(images, distributor_->rank(), distributor_->num_ranks());
  int64_t left = most_batches(images, distributor_->num_ranks(), chunk);
  Status together;
  const auto describe = [&](int64_t first, MatrixView<float> out, std::span<uint8_t> missing) {
    const auto part = std::span(train_images_)
                          .subspan(static_cast<size_t>(first), static_cast<size_t>(out.rows()));
    --left;
    together = agree(
        *distributor_,
        unless_cancelled(
            describe_images(part, out, missing), job_, "describing the training set was stopped"));
    return together;
  };
  JobControl job = job_;
  job.cancel = nullptr;  // looked at in all processes at once
  const auto missing = [&]() -> Result<int64_t> {
    LOCI_TRY(
        writer,
        DescriptorCacheWriter::create(file, key, images, net_->output_dim(), own.first, own.count));
    return train::refresh(std::move(writer), chunk, 1, describe, job);
  }();
  LOCI_RETURN_IF_ERROR(together);
  for (; missing.ok() && left > 0; --left) LOCI_RETURN_IF_ERROR(agree(*distributor_, {}));
  const int64_t own_missing = missing.ok() ? *missing : 0;
  const std::span bytes(reinterpret_cast<const uint8_t*>(&own_missing), sizeof own_missing);
  LOCI_TRY(all, exchange(*distributor_, missing.status(), bytes));
  int64_t sum = 0;
  for (const auto& one : all) {
    int64_t theirs = 0;
    std::memcpy(&theirs, one.data(), std::min(one.size(), sizeof theirs));
    sum += theirs;
  }
  return sum;
}

Status Trainer::describe_images(std::span<const int32_t> images,
                                MatrixView<float> out,
                                std::span<uint8_t> missing) {
  std::vector<WantedMap> wanted;
  for (const int32_t image : images) wanted.push_back({.image = image, .change = std::nullopt});
  LOCI_TRY(maps, source_->maps(wanted));
  std::vector<at::Tensor> there;
  std::vector<size_t> rows;
  for (size_t i = 0; i < maps.size(); ++i) {
    missing[i] = maps[i].defined() ? 0 : 1;
    if (!maps[i].defined()) continue;
    there.push_back(maps[i]);
    rows.push_back(i);
  }
  if (there.empty()) return {};
  return guarded("describing", [&]() -> Status {
    const c10::NoGradGuard no_gradients;
    const at::Tensor found =
        describe_maps(*net_, there, options_.chunk_images).to(at::kCPU, at::kFloat).contiguous();
    for (size_t i = 0; i < rows.size(); ++i) {
      const float* values = found.data_ptr<float>() + static_cast<int64_t>(i) * found.size(1);
      if (!std::all_of(values, values + found.size(1), [](float v) { return std::isfinite(v); })) {
        return corrupt(
            "the descriptor of " + printable(images_.path(images[rows[i]])) +
            " holds a number that is not finite; the last good checkpoint is kept. Lower "
            "learning_rate, or look at the start model's weights");
      }
      std::copy_n(values, found.size(1), out.row_data(static_cast<int64_t>(rows[i])));
    }
    return {};
  });
}

/// Descriptors of all of them in rank 0, whose matrix alone is filled; an unreadable photo's row is
/// 0.
Result<Matrix> Trainer::describe_together(const std::vector<int32_t>& images) {
  const int ranks = distributor_->num_ranks();
  const int64_t count = std::ssize(images), chunk = options_.chunk_images;
  const int64_t dim = net_->output_dim();
  Matrix whole(is_first() ? count : 0, dim);
  const auto batch_of = [&](int rank, int64_t batch) -> Shard {
    const Shard share = shard_of(count, rank, ranks);
    const int64_t begin = std::min(share.count, batch * chunk);
    return {share.first + begin, std::min(chunk, share.count - begin)};
  };
  const int64_t batches = most_batches(count, ranks, chunk);
  for (int64_t batch = 0; batch < batches; ++batch) {
    const Shard own = batch_of(distributor_->rank(), batch);
    Matrix part(own.count, dim);
    std::vector<uint8_t> missing(static_cast<size_t>(own.count));
    Status status;
    if (own.count > 0) {
      status = describe_images(
          std::span(images).subspan(static_cast<size_t>(own.first), static_cast<size_t>(own.count)),
          part.view(),
          missing);
    }
    status = unless_cancelled(status, job_, "stopped during validation; --resume goes on");
    const std::span bytes(reinterpret_cast<const uint8_t*>(part.data()),
                          static_cast<size_t>(own.count * dim) * sizeof(float));
    LOCI_TRY(all, exchange(*distributor_, status, bytes));
    for (int rank = 0; is_first() && rank < ranks; ++rank) {
      const Shard theirs = batch_of(rank, batch);
      const auto& found = all[static_cast<size_t>(rank)];
      if (found.size() != static_cast<size_t>(theirs.count * dim) * sizeof(float))
        return corrupt(format("rank %d sent the descriptors of another part", rank));
      if (!found.empty()) std::memcpy(whole.row(theirs.first).data(), found.data(), found.size());
    }
    job_.progress("validation", std::min(count, (batch + 1) * chunk * ranks), count);
  }
  return whole;
}

}  // namespace loci::train
