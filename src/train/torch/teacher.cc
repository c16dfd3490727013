// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "teacher.h"

#include "loci/describe/preprocess.h"
#include "loci/math/pca.h"

#include <algorithm>
#include <cmath>

namespace loci::train {
namespace {

constexpr float kSmall = 1e-12f;

/// The rows of all samples as unit vectors, and their negatives behind them: about the mean of
/// both, which is 0, the principal directions of fit_pca() are those about 0.
Matrix mirrored_rows(const std::vector<Features>& samples) {
  int64_t rows = 0;
  for (const Features& one : samples) rows += one.values.rows();
  const int64_t dim = samples.empty() ? 0 : samples[0].values.cols();
  Matrix all(2 * rows, dim);
  int64_t row = 0;
  for (const Features& one : samples) {
    for (int64_t i = 0; i < one.values.rows(); ++i, ++row) {
      const auto from = one.values.row(i);
      double norm = 0;
      for (const float v : from) norm += static_cast<double>(v) * static_cast<double>(v);
      const float scale = 1 / std::max(kSmall, static_cast<float>(std::sqrt(norm)));
      for (int64_t d = 0; d < dim; ++d) {
        all(row, d) = from[static_cast<size_t>(d)] * scale;
        all(rows + row, d) = -all(row, d);
      }
    }
  }
  return all;
}

loci::Tensor identity(int64_t rows, int64_t cols) {
  std::vector<float> values(static_cast<size_t>(rows * cols), 0.0f);
  for (int64_t i = 0; i < std::min(rows, cols); ++i) values[static_cast<size_t>(i * cols + i)] = 1;
  return make_tensor({rows, cols}, std::span<const float>(values));
}

}  // namespace

Result<std::unique_ptr<Teacher>> Teacher::create(std::shared_ptr<const Model> model,
                                                 const std::string& precision,
                                                 int num_threads) {
  if (!model->spec.branches.empty()) {
    return invalid_argument("the teacher '" + model->spec.name +
                            "' has several branches; distil from a model of one network");
  }
  if (model->spec.features != "network" || model->spec.network.empty()) {
    return invalid_argument("the teacher has no network to learn from (its features are '" +
                            model->spec.features + "'); give a model with one");
  }
  auto teacher = std::make_unique<Teacher>();
  LOCI_TRY(parsed, parse_precision(precision));
  LOCI_TRY(backbone,
           Backbone::create(model,
                            {.precision = parsed,
                             .num_threads = num_threads,
                             .kernel_choice = KernelChoice::kWinograd}));
  teacher->backbone_ = std::move(backbone);
  teacher->preprocessing_ = model->spec.preprocessing;
  teacher->preprocessing_.resize = Preprocessing::Resize::kNone;
  teacher->model_ = std::move(model);
  return teacher;
}

Result<Features> Teacher::features(const Image& crop) const {
  LOCI_TRY(input, preprocess(preprocessing_, crop));
  LOCI_TRY(found, backbone_->run(input.values.data(), 1, input.height, input.width, 1));
  return std::move(found[0]);
}

Result<loci::Tensor> fit_projection(const std::vector<Features>& samples,
                                    int64_t student_dim,
                                    int num_threads,
                                    double* kept) {
  *kept = 1;
  const int64_t teacher_dim = samples.empty() ? 0 : samples[0].values.cols();
  if (student_dim >= teacher_dim) return identity(student_dim, teacher_dim);
  const Matrix rows = mirrored_rows(samples);
  PcaOptions options{.output_dim = static_cast<int>(student_dim), .power = 0};
  options.num_threads = num_threads;
  LOCI_TRY(pca, fit_pca(rows, options));
  if (pca.projection.rows() < student_dim) {
    return invalid_argument("the photos have too few features to fit " +
                            std::to_string(student_dim) +
                            " directions on; give more photos or raise projection_photos");
  }
  double sum = 0;
  for (const double value : pca.eigenvalues) sum += value;
  // Unit rows: their squared norms add to n, so the eigenvalues of the second moments to 1.
  *kept = sum * static_cast<double>(rows.rows() - 1) / static_cast<double>(rows.rows());
  return make_tensor(pca.projection);
}

Result<TeacherTargets> make_targets(const Model& teacher,
                                    const loci::Tensor& projection,
                                    at::TensorOptions options) {
  TeacherTargets targets;
  targets.projection = to_torch(projection).to(options);
  const int64_t student_dim = projection.shape[0], teacher_dim = projection.shape[1];
  PoolingSpec spec = teacher.spec.pooling;
  const bool netvlad = spec.type == "netvlad" && spec.normalize_features &&
                       teacher.tensors.contains("pooling.weight") &&
                       teacher.tensors.contains("pooling.centers");
  TensorMap projected;
  if (netvlad) {
    for (const char* name : {"pooling.weight", "pooling.centers"}) {
      LOCI_TRY(rows, find_tensor(teacher.tensors, name, {-1, teacher_dim}));
      projected[name] = from_torch(at::matmul(to_torch(rows), to_torch(projection).t()));
    }
    const auto bias = teacher.tensors.find("pooling.bias");
    if (bias != teacher.tensors.end()) projected["pooling.bias"] = bias->second;
  } else {
    spec = PoolingSpec{.type = "mean"};
  }
  targets.pooling = spec.type;
  LOCI_TRY(of_teacher, TorchPooling::create(spec, teacher.tensors, teacher_dim, options));
  LOCI_TRY(of_student, TorchPooling::create(spec, projected, student_dim, options));
  targets.teacher_pooling = std::move(of_teacher);
  targets.student_pooling = std::move(of_student);
  for (const auto* pooling : {&targets.teacher_pooling, &targets.student_pooling}) {
    for (const Parameter& parameter : (*pooling)->parameters()) {
      at::Tensor fixed = parameter.value;
      fixed.requires_grad_(false);
    }
  }
  return targets;
}

}  // namespace loci::train
