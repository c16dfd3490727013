// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "step.h"

#include "losses.h"
#include "step_maps.h"

#include "loci/base/text.h"
#include "loci/train/augment.h"

#include <cmath>

namespace loci::train {

std::vector<WantedMap> wanted_maps(std::span<const int32_t> images,
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

}  // namespace loci::train
