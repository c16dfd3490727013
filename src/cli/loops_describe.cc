// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loops_describe.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/named_model.h"
#include "loci/image/decode.h"

#include <algorithm>

namespace loci::cli {
namespace {

constexpr size_t kMostPhotos = 1000;  // that a bag of words is learnt from

Result<BagOfWords> learn_bag(const BagOfWordsOptions& options,
                             std::vector<std::string> photos,
                             const JobControl& job) {
  Rng(options.seed, "photos of a bag of words").shuffle(photos);
  if (photos.size() > kMostPhotos) photos.resize(kMostPhotos);
  std::vector<Matrix> features(photos.size());
  std::vector<Status> problems(photos.size());
  parallel_for(std::ssize(photos), 1, options.num_threads, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      if (job.cancelled()) return;
      const Result<Image> image = load_image(photos[i]);
      if (!image.ok()) continue;  // counted where the frame is described
      Result<Matrix> found = BagOfWords::features(*image, options);
      problems[i] = found.status();
      if (found.ok()) features[i] = std::move(found).value();
    }
  });
  if (job.cancelled()) return cancelled("stopped on request");
  for (const Status& problem : problems) LOCI_RETURN_IF_ERROR(problem);
  return BagOfWords::learn(features, options, job);
}

}  // namespace

Result<FrameDescriber> make_frame_describer(const std::string& model,
                                            const std::string& precision,
                                            const std::vector<std::string>& photos,
                                            int num_words,
                                            int num_threads,
                                            Console& console) {
  FrameDescriber out;
  out.name = model.empty() ? default_model_name() : model;
  if (out.name.starts_with("bow-")) {
    LOCI_TRY(
        bag,
        learn_bag(
            {.features = out.name.substr(4), .num_words = num_words, .num_threads = num_threads},
            photos,
            console.job()));
    out.dim = bag.dim();
    out.bag = std::move(bag);
    return out;
  }
  LOCI_TRY(parsed, parse_precision(precision));
  LearnOptions learn = classic_learn_options();
  learn.num_threads = num_threads;
  LOCI_TRY(found,
           named_model(
               out.name, [&] { return photos; }, learn, console.job()));
  LOCI_TRY(describer, Describer::create(found, {.precision = parsed, .num_threads = num_threads}));
  if (!describer->note().empty()) console.note(describer->note());
  out.dim = describer->dim();
  out.describer = std::move(describer);
  return out;
}

}  // namespace loci::cli
