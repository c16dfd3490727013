// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "step.h"

#include "losses.h"

#include "loci/base/text.h"
#include "loci/train/augment.h"
#include "loci/train/multi_similarity.h"

#include <cmath>

namespace loci::train {
namespace {

std::vector<WantedMap> wanted_maps(const std::vector<int32_t>& images,
                                   const TrainOptions& options,
                                   int64_t epoch) {
  std::vector<WantedMap> wanted;
  const bool flip = flip_tuple(options.augment, options.seed, epoch, images[0]);
  for (const int32_t image : images) {
    WantedMap one{.image = image, .change = std::nullopt};
    if (options.augment.any()) {
      one.change = AugmentKey{.seed = options.seed, .image = image, .epoch = epoch, .flip = flip};
    }
    wanted.push_back(one);
  }
  return wanted;
}

Status no_number(double loss, const std::vector<int32_t>& used, const ImageSet& images) {
  std::string text = format("the loss is %g, which is no number, for the tuple", loss);
  for (size_t i = 0; i < used.size(); ++i) {
    text += (i == 0   ? " query "
             : i == 1 ? ", positive "
             : i == 2 ? ", negatives "
                      : " ") +
            printable(images.path(used[i]));
  }
  return corrupt(text +
                 "; the last good checkpoint is kept. Lower learning_rate or add warmup_steps, and "
                 "look at these photos");
}

}  // namespace

Result<StepResult> tuple_gradients(const StepParts& parts,
                                   const TupleImages& tuple,
                                   int64_t epoch,
                                   const ImageSet& images) {
  std::vector<int32_t> asked = {tuple.query, tuple.positive};
  asked.insert(asked.end(), tuple.negatives.begin(), tuple.negatives.end());
  LOCI_TRY(maps, parts.source.maps(wanted_maps(asked, parts.options, epoch)));
  StepResult result;
  std::vector<at::Tensor> there;
  std::vector<int32_t> used;
  for (size_t i = 0; i < maps.size(); ++i) {
    if (maps[i].defined()) {
      there.push_back(maps[i]);
      used.push_back(asked[i]);
    }
  }
  if (!maps[0].defined() || !maps[1].defined() || there.size() < 3) {
    result.sums.skipped = 1;
    return result;
  }
  LOCI_RETURN_IF_ERROR(guarded("training step", [&]() -> Status {
    const at::Tensor rows = describe_maps(parts.net, there, parts.options.chunk_images);
    const at::Tensor negatives = rows.slice(0, 2);
    const double margin = parts.options.miner.margin;
    const bool squared = parts.options.loss == "triplet-sq";
    const LossTerms loss = squared ? triplet_squared(rows[0], rows[1], negatives, margin)
                                   : triplet_distance(rows[0], rows[1], negatives, margin);
    const double value = loss.sum.item<double>();
    if (!std::isfinite(value)) return no_number(value, used, images);
    if (loss.violations > 0) loss.sum.backward();
    result.sums = {.loss = value,
                   .counted = 1,
                   .with_violation = loss.violations > 0 ? 1 : 0,
                   .violating = loss.violations};
    result.divisor = static_cast<double>(squared ? loss.violations : loss.count);
    return {};
  }));
  return result;
}

Result<StepResult> place_gradients(const StepParts& parts,
                                   std::span<const int32_t> images_of_batch,
                                   std::span<const int32_t> places,
                                   int64_t epoch,
                                   const ImageSet& images) {
  const std::vector<int32_t> asked(images_of_batch.begin(), images_of_batch.end());
  LOCI_TRY(maps, parts.source.maps(wanted_maps(asked, parts.options, epoch)));
  std::vector<at::Tensor> there;
  std::vector<int32_t> used, labels;
  StepResult result;
  for (size_t i = 0; i < maps.size(); ++i) {
    if (!maps[i].defined()) {
      ++result.sums.skipped;
      continue;
    }
    there.push_back(maps[i]);
    used.push_back(asked[i]);
    labels.push_back(places[i]);
  }
  if (there.size() < 2) return result;
  const int64_t chunk = parts.options.chunk_images;
  LOCI_RETURN_IF_ERROR(guarded("training step", [&]() -> Status {
    // A batch of one chunk keeps its graph; a larger one runs chunk by chunk a second time.
    const bool one_chunk = std::ssize(there) <= chunk;
    at::Tensor whole;
    {
      const c10::AutoGradMode gradients(one_chunk);
      whole = describe_maps(parts.net, there, chunk);
    }
    const at::Tensor rows = whole.detach().to(at::kCPU, at::kFloat).contiguous();
    const int64_t n = rows.size(0);
    const at::Tensor similarity = at::matmul(rows, rows.t()).contiguous();
    const ConstMatrixView view(similarity.data_ptr<float>(), n, n);
    const MinedPairs pairs = mine_pairs(view, labels, parts.options.similarity.epsilon);
    Matrix gradient(n, n);
    const double value = multi_similarity_loss(view, pairs, parts.options.similarity, &gradient);
    if (!std::isfinite(value)) return no_number(value, used, images);
    const at::Tensor g = at::from_blob(gradient.data(), {n, n}, at::kFloat);
    // S = X X^T, so dL/dX = (G + G^T) X.
    const at::Tensor to_rows = at::matmul(g + g.t(), rows).to(parts.net.options());
    for (int64_t begin = 0; begin < n; begin += chunk) {
      const auto count = static_cast<size_t>(std::min(chunk, n - begin));
      const auto chunk_maps = std::span(there).subspan(static_cast<size_t>(begin), count);
      const at::Tensor part = one_chunk ? whole : describe_maps(parts.net, chunk_maps, chunk);
      part.backward(to_rows.slice(0, begin, begin + static_cast<int64_t>(count)));
    }
    const auto violating = std::ssize(pairs.positives) + std::ssize(pairs.negatives);
    result.sums.loss = value * static_cast<double>(n);
    result.sums.counted = n;
    result.sums.violating = violating;
    std::vector<uint8_t> has_pair(static_cast<size_t>(n));
    for (const auto* list : {&pairs.positives, &pairs.negatives}) {
      for (const auto& pair : *list) has_pair[static_cast<size_t>(pair.anchor)] = 1;
    }
    for (const uint8_t has : has_pair) result.sums.with_violation += has;
    result.divisor = violating > 0 ? 1 : 0;  // the loss is a mean already
    return {};
  }));
  return result;
}

}  // namespace loci::train
