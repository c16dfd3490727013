// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "teacher.h"

#include "loci/base/status.h"

namespace loci::train {

/// What the student should make of a batch.
struct DistillTarget {
  at::Tensor features;     ///< [B, D_s, h, w], unit vectors along D_s
  at::Tensor norms;        ///< [B, h, w], of the teacher's features, their mean in each image 1
  at::Tensor descriptors;  ///< [B, M]
};

/// Of the teacher's feature maps [B, D_t, h, w].
DistillTarget distill_target(const TeacherTargets& targets, const at::Tensor& maps);

struct DistillTerms {
  at::Tensor loss;        ///< with gradients
  at::Tensor cosine;      ///< mean over locations (weighted with `weight_by_norm`)
  at::Tensor descriptor;  ///< mean squared difference of cosines of descriptors over pairs
};

/// Loss of the student's feature maps [B, D_s, h', w']. Where its map has another size, both are
/// cut to the rows and columns they share when they differ by one at most, and the target is
/// resampled bilinearly to the student's size otherwise.
DistillTerms distill_loss(const TeacherTargets& targets,
                          const DistillTarget& target,
                          const at::Tensor& student_maps,
                          double descriptor_weight,
                          bool weight_by_norm);

}  // namespace loci::train
