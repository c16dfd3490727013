// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "segment.h"
#include "stage.h"

#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <functional>
#include <string>
#include <vector>

namespace loci {

/// Gathers described photographs and saves them in batches: first the rows go to a segment and are
/// synced, then one transaction of the catalogue declares them. Between the two a kill leaves rows
/// that nobody names.
class BatchWriter {
 public:
  BatchWriter(const Stage& stage, const Catalogue& catalogue, SegmentAppender appender)
      : stage_(stage), catalogue_(catalogue), appender_(std::move(appender)) {}

  /// `sound` is asked before rows are declared: whether the source they were copied from still holds what it did.
  void set_check(std::function<Status()> sound) { sound_ = std::move(sound); }
  /// Takes a photograph; saves the batch when it is large or old enough.
  Status add(StoredImage image, std::vector<float> descriptor);
  Status flush();
  int64_t saved() const { return saved_; }

 private:
  const Stage& stage_;
  const Catalogue& catalogue_;
  SegmentAppender appender_;
  std::function<Status()> sound_;
  std::vector<StoredImage> images_;
  std::vector<std::string> paths_;
  std::vector<float> values_;
  Stopwatch since_flush_;
  int64_t saved_ = 0;
};

}  // namespace loci
