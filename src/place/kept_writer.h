// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kept_store.h"
#include "stage.h"

#include <optional>
#include <string>
#include <vector>

namespace loci {

/// Puts local features of photos that are being described into the collection's store, where it has
/// or is to have one. What a kill loses is made again when a match is verified.
class KeptWriter {
 public:
  /// Errors: InvalidArgument when features are `wanted` of a model that has none
  static Result<KeptWriter> open(const std::string& folder, const Stage& stage, bool wanted);

  /// How files are to be described: with features only where they are kept.
  const DescribeFiles& describe_files() const;
  Status add(DescribedImage& described);
  Status flush();

 private:
  explicit KeptWriter(const Stage& stage) : stage_(&stage) {}
  const Stage* stage_;
  std::optional<KeptStore> store_;
  std::vector<KeptStore::Entry> waiting_;
};

}  // namespace loci
