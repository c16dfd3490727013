// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "distill_loss.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace loci::train {
namespace {

/// The first rows and columns of a map.
at::Tensor corner(const at::Tensor& map, int64_t height, int64_t width) {
  return map.slice(-2, 0, height).slice(-1, 0, width);
}

/// Cosines of all pairs of rows.
at::Tensor cosines(const at::Tensor& rows) {
  const at::Tensor unit = unit_whole(rows, NormEps::kClamp);
  return at::matmul(unit, unit.t());
}

}  // namespace

DistillTarget distill_target(const TeacherTargets& targets, const at::Tensor& maps) {
  const c10::NoGradGuard no_gradients;
  DistillTarget target;
  const at::Tensor norms = maps.norm(2, {1});
  target.norms = norms / norms.mean({1, 2}, true).clamp_min(1e-12);
  const at::Tensor unit = unit_parts(maps, 1, NormEps::kClamp);
  target.descriptors = targets.teacher_pooling->pool(unit);
  const int64_t batch = maps.size(0), dim = targets.projection.size(0);
  const at::Tensor projected = at::matmul(targets.projection, unit.flatten(2));  // B D_s N
  target.features =
      unit_parts(projected, 1, NormEps::kClamp).reshape({batch, dim, maps.size(2), maps.size(3)});
  return target;
}

DistillTerms distill_loss(const TeacherTargets& targets,
                          const DistillTarget& target,
                          const at::Tensor& student_maps,
                          double descriptor_weight,
                          bool weight_by_norm) {
  at::Tensor wanted = target.features, weights = target.norms, maps = student_maps;
  const int64_t height = maps.size(2), width = maps.size(3);
  const int64_t dh = std::abs(height - wanted.size(2)), dw = std::abs(width - wanted.size(3));
  if (dh <= 1 && dw <= 1) {
    const int64_t h = std::min(height, wanted.size(2)), w = std::min(width, wanted.size(3));
    wanted = corner(wanted, h, w);
    weights = corner(weights, h, w);
    maps = corner(maps, h, w);
  } else {
    const auto resampled = [&](const at::Tensor& map) {
      return at::upsample_bilinear2d(map, {height, width}, /*align_corners=*/false);
    };
    wanted = unit_parts(resampled(wanted), 1, NormEps::kClamp);
    weights = resampled(weights.unsqueeze(1)).squeeze(1);
  }
  const at::Tensor unit = unit_parts(maps, 1, NormEps::kClamp);
  const at::Tensor each = (unit * wanted).sum(1);
  DistillTerms terms;
  terms.cosine = weight_by_norm ? (each * weights).sum() / weights.sum() : each.mean();
  terms.loss = 1 - terms.cosine;
  if (descriptor_weight > 0) {
    const at::Tensor found = cosines(targets.student_pooling->pool(unit));
    terms.descriptor = (found - cosines(target.descriptors)).square().mean();
    terms.loss = terms.loss + descriptor_weight * terms.descriptor;
  } else {
    terms.descriptor = at::zeros({}, maps.options());
  }
  return terms;
}

}  // namespace loci::train
