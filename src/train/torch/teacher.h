// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pooling.h"

#include "loci/backbone/backbone.h"
#include "loci/base/status.h"
#include "loci/image/image.h"
#include "loci/model/model.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// The network that is learnt from, on the inference engine: the same bits in every run.
/// Threads: features() from any number at once, as many as create() was given run side by side
class Teacher {
 public:
  /// Errors: InvalidArgument for a model without a network; those of Backbone::create()
  static Result<std::unique_ptr<Teacher>> create(std::shared_ptr<const Model> model,
                                                 const std::string& precision,
                                                 int num_threads);
  /// Features of one crop, on one thread.
  Result<Features> features(const Image& crop) const;
  int64_t feature_dim() const { return backbone_->feature_dim(); }
  const Model& model() const { return *model_; }
  const std::string& note() const { return backbone_->note(); }

 private:
  std::shared_ptr<const Model> model_;
  Preprocessing preprocessing_;  ///< the model's without its resizing
  std::unique_ptr<Backbone> backbone_;
};

/// What a student of another width is shown instead of the teacher's features, and the poolings
/// that make whole-image descriptors of both.
struct TeacherTargets {
  at::Tensor projection;  ///< [D_s, D_t], orthonormal rows (columns where D_s > D_t)
  double kept = 1;        ///< part of the squared norm of features that the projection keeps
  std::string pooling;    ///< "netvlad" of the teacher, or "mean"
  std::unique_ptr<TorchPooling> teacher_pooling, student_pooling;  ///< both of unit features
};

/// Principal directions about 0 of features (rows, each made a unit vector first): the rows of P
/// that keep the most of their squared norm, so that cosines change least. Identity where widths
/// are equal; zeros appended where the student is wider.
Result<loci::Tensor> fit_projection(const std::vector<Features>& samples,
                                    int64_t student_dim,
                                    int num_threads,
                                    double* kept);

/// A teacher with NetVLAD on unit features pools by it, and the student by the same layer with its
/// weights and centers projected; any other by the mean.
Result<TeacherTargets> make_targets(const Model& teacher,
                                    const loci::Tensor& projection,
                                    at::TensorOptions options);

}  // namespace loci::train
