// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A step of Multi-Similarity: the loss of a whole batch, its images shared by the processes.
#include "agreement.h"
#include "byte_stream.h"
#include "step.h"
#include "step_maps.h"

#include "loci/train/descriptor_cache.h"
#include "loci/train/multi_similarity.h"

#include <cmath>

namespace loci::train {
namespace {

/// This process's part of a batch: the photos that could be read.
struct OwnPart {
  std::vector<at::Tensor> maps;
  std::vector<int32_t> images, places;
  at::Tensor described;  ///< [n, M]; with its graph when all maps are one chunk
  bool one_chunk = false;
  int64_t skipped = 0;
};

/// All processes' parts, one behind the other.
struct WholeBatch {
  std::vector<int32_t> images, places;
  at::Tensor rows;    ///< [n, M] on the CPU, without graph
  int64_t first = 0;  ///< where the own part begins
};

Status describe_part(const StepParts& parts,
                     std::span<const WantedMap> wanted,
                     std::span<const int32_t> places,
                     OwnPart* own) {
  LOCI_TRY(maps, parts.source.maps(wanted));
  for (size_t i = 0; i < maps.size(); ++i) {
    if (!maps[i].defined()) {
      ++own->skipped;
      continue;
    }
    own->maps.push_back(maps[i]);
    own->images.push_back(wanted[i].image);
    own->places.push_back(places[i]);
  }
  if (own->maps.empty()) return {};
  return guarded("training step", [&]() -> Status {
    // A part of one chunk keeps its graph; a larger one runs chunk by chunk a second time.
    const int64_t chunk = parts.options.chunk_images;
    own->one_chunk = std::ssize(own->maps) <= chunk;
    const c10::AutoGradMode gradients(own->one_chunk);
    own->described = describe_maps(parts.net, own->maps, chunk);
    return {};
  });
}

std::vector<uint8_t> pack(const OwnPart& own) {
  ByteWriter out;
  out.put(static_cast<int64_t>(std::ssize(own.images)));
  for (const int32_t image : own.images) out.put(image);
  for (const int32_t place : own.places) out.put(place);
  std::vector<uint8_t> bytes = out.take();
  if (!own.described.defined()) return bytes;
  const at::Tensor rows = own.described.detach().to(at::kCPU, at::kFloat).contiguous();
  const auto* first = reinterpret_cast<const uint8_t*>(rows.data_ptr<float>());
  bytes.insert(bytes.end(), first, first + rows.nbytes());
  return bytes;
}

Result<WholeBatch> unpack(const RankBytes& all, int rank, int64_t dim) {
  WholeBatch whole;
  std::vector<at::Tensor> rows;
  for (size_t r = 0; r < all.size(); ++r) {
    if (static_cast<int>(r) == rank) whole.first = std::ssize(whole.images);
    ByteReader in(all[r]);
    int64_t count = 0;
    if (!in.get(&count) || count < 0 || count > std::ssize(all[r])) count = -1;
    for (auto* list : {&whole.images, &whole.places}) {
      for (int64_t i = 0; i < count; ++i) {
        list->emplace_back();
        if (!in.get(&list->back())) count = -1;
      }
    }
    const uint64_t bytes = static_cast<uint64_t>(count) * static_cast<uint64_t>(dim) * 4;
    if (count < 0 || in.left() != bytes)
      return corrupt("the descriptors of rank " + std::to_string(r) + " are cut short");
    at::Tensor part = at::empty({count, dim}, at::kFloat);
    std::copy_n(
        all[r].end() - static_cast<int64_t>(bytes), bytes, static_cast<uint8_t*>(part.data_ptr()));
    rows.push_back(part);
  }
  whole.rows = at::cat(rows);
  return whole;
}

void tell_sums(const MinedPairs& pairs, int64_t images, double loss, StepResult* result) {
  const auto violating = std::ssize(pairs.positives) + std::ssize(pairs.negatives);
  result->sums.loss = loss * static_cast<double>(images);
  result->sums.counted = images;
  result->sums.violating = violating;
  std::vector<uint8_t> has_pair(static_cast<size_t>(images));
  for (const auto* list : {&pairs.positives, &pairs.negatives}) {
    for (const auto& pair : *list) has_pair[static_cast<size_t>(pair.anchor)] = 1;
  }
  for (const uint8_t has : has_pair) result->sums.with_violation += has;
  result->divisor = violating > 0 ? 1 : 0;  // the loss is a mean already
}

}  // namespace

Result<StepResult> place_gradients(const StepParts& parts,
                                   std::span<const int32_t> images_of_batch,
                                   std::span<const int32_t> places,
                                   int64_t epoch,
                                   const ImageSet& images) {
  const int rank = parts.ranks.rank();
  const Shard shard = shard_of(std::ssize(images_of_batch), rank, parts.ranks.num_ranks());
  const auto first = static_cast<size_t>(shard.first), size = static_cast<size_t>(shard.count);
  const std::vector<WantedMap> wanted = wanted_maps(images_of_batch, parts.options, epoch);
  OwnPart own;
  const Status described = describe_part(
      parts, std::span(wanted).subspan(first, size), places.subspan(first, size), &own);
  LOCI_TRY(all, exchange(parts.ranks, described, pack(own)));
  LOCI_TRY(whole, unpack(all, rank, parts.net.output_dim()));
  StepResult result;
  result.sums.skipped = own.skipped;
  const int64_t n = std::ssize(whole.images);
  if (n < 2) return result;
  LOCI_RETURN_IF_ERROR(guarded("training step", [&]() -> Status {
    const at::Tensor similarity = at::matmul(whole.rows, whole.rows.t()).contiguous();
    const ConstMatrixView view(similarity.data_ptr<float>(), n, n);
    const MinedPairs pairs = mine_pairs(view, whole.places, parts.options.similarity.epsilon);
    Matrix gradient(n, n);
    const double value = multi_similarity_loss(view, pairs, parts.options.similarity, &gradient);
    if (!std::isfinite(value)) return no_number(value, whole.images, images);
    const at::Tensor g = at::from_blob(gradient.data(), {n, n}, at::kFloat);
    // S = X X^T, so dL/dX = (G + G^T) X.
    const at::Tensor to_rows = at::matmul(g + g.t(), whole.rows).to(parts.net.options());
    const int64_t chunk = parts.options.chunk_images, own_count = std::ssize(own.maps);
    for (int64_t begin = 0; begin < own_count; begin += chunk) {
      const int64_t count = std::min(chunk, own_count - begin);
      const auto chunk_maps =
          std::span(own.maps).subspan(static_cast<size_t>(begin), static_cast<size_t>(count));
      const at::Tensor part =
          own.one_chunk ? own.described : describe_maps(parts.net, chunk_maps, chunk);
      const int64_t row = whole.first + begin;
      part.backward(to_rows.slice(0, row, row + count));
    }
    if (rank == 0) tell_sums(pairs, n, value, &result);
    return {};
  }));
  return result;
}

}  // namespace loci::train
