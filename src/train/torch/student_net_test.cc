// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "student_net.h"

#include "distill_loss.h"
#include "net.h"
#include "torch_test_support.h"

#include "loci/model/architectures.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(StudentNet, FoldedItComputesWhatTheGraphDoes) {
  for (const char* name : {"placenet", "placenet_small", "mobilenet_v2", "resnet18_conv4"}) {
    const Network network = architecture(name).value();
    const TensorMap start = random_weights(network, 3, 2).value();
    const auto student = StudentNet::create(network, start, {}).value();
    const at::Tensor images = normal({2, 3, 64, 80}, 1, at::kFloat);
    {
      // Gammas, betas and running means away from 1 and 0, as learning makes them.
      const c10::NoGradGuard no_gradients;
      uint64_t seed = 10;
      for (const Parameter& parameter : student->others()) {
        at::Tensor value = parameter.value;
        value.add_(normal(value.sizes(), seed++, at::kFloat), 0.2);
      }
      for (int i = 0; i < 3; ++i) student->run(images, /*learn=*/true);
    }
    const c10::NoGradGuard no_gradients;
    const at::Tensor graph = student->run(images, /*learn=*/false);
    ModelSpec spec;
    spec.network = network;
    spec.pooling.type = "mean";
    const auto net = Net::create(spec, student->folded().value(), {.train_from = "all"}).value();
    const at::Tensor folded = net->run_tail(net->run_fixed(images));
    EXPECT_LT(relative_error(folded, graph.to(at::kDouble)), 1e-5) << name;
    // And not what the batch's own statistics would give.
    EXPECT_GT(relative_error(student->run(images, true), graph.to(at::kDouble)), 1e-3) << name;
  }
}

TEST(StudentNet, ItsStateComesBack) {
  const Network network = architecture("placenet_small").value();
  const auto a = StudentNet::create(network, random_weights(network, 3, 2).value(), {}).value();
  const auto b = StudentNet::create(network, random_weights(network, 3, 3).value(), {}).value();
  const at::Tensor images = normal({2, 3, 64, 64}, 1, at::kFloat);
  const c10::NoGradGuard no_gradients;
  a->run(images, true);
  EXPECT_FALSE(a->run(images, false).equal(b->run(images, false)));
  ASSERT_TRUE(b->load_state(a->state()).ok());
  EXPECT_TRUE(a->run(images, false).equal(b->run(images, false)));
}

Features random_features(uint64_t seed, int64_t rows, int64_t dim, int64_t rank) {
  const at::Tensor values =
      at::matmul(normal({rows, rank}, seed, at::kFloat), normal({rank, dim}, 99, at::kFloat)) +
      0.01 * normal({rows, dim}, seed + 1, at::kFloat);
  Features features;
  features.values = Matrix(rows, dim);
  std::copy_n(values.contiguous().data_ptr<float>(), rows * dim, features.values.data());
  features.height = 1;
  features.width = static_cast<int>(rows);
  return features;
}

TEST(Projection, HasOrthonormalRowsAndKeepsCosinesOfLowRankFeatures) {
  std::vector<Features> samples;
  for (uint64_t i = 0; i < 4; ++i) samples.push_back(random_features(2 * i, 60, 24, 5));
  double kept = 0;
  const at::Tensor p = to_torch(fit_projection(samples, 6, 1, &kept).value());
  EXPECT_GT(kept, 0.99);
  EXPECT_LE(kept, 1 + 1e-5);
  EXPECT_LT((at::matmul(p, p.t()) - at::eye(6)).abs().max().item<double>(), 1e-5);
  const Features fresh = random_features(50, 30, 24, 5);
  const at::Tensor x = at::from_blob(const_cast<float*>(fresh.values.data()), {30, 24}, at::kFloat);
  const auto cosines = [](const at::Tensor& rows) {
    const at::Tensor unit = rows / rows.norm(2, {1}, true);
    return at::matmul(unit, unit.t());
  };
  EXPECT_LT((cosines(x) - cosines(at::matmul(x, p.t()))).abs().max().item<double>(), 0.02);
  // A student as wide or wider sees the features as they are.
  EXPECT_TRUE(
      to_torch(fit_projection(samples, 30, 1, &kept).value()).slice(0, 0, 24).equal(at::eye(24)));
}

/// A teacher of K = 3 clusters on 8 dimensions.
Model netvlad_teacher() {
  Model model;
  model.spec.pooling.num_clusters = 3;
  model.tensors["pooling.weight"] = from_torch(normal({3, 8}, 1, at::kFloat));
  model.tensors["pooling.centers"] = from_torch(0.1 * normal({3, 8}, 2, at::kFloat));
  return model;
}

TEST(DistillLoss, IsZeroForAStudentThatMakesTheTeachersFeatures) {
  const loci::Tensor identity = from_torch(at::eye(8));
  const TeacherTargets targets =
      make_targets(netvlad_teacher(), identity, at::TensorOptions().dtype(at::kFloat)).value();
  EXPECT_EQ(targets.pooling, "netvlad");
  const at::Tensor maps = normal({4, 8, 5, 6}, 3, at::kFloat);
  const DistillTarget target = distill_target(targets, maps);
  const DistillTerms same = distill_loss(targets, target, 7 * maps, 1, false);
  EXPECT_NEAR(same.loss.item<double>(), 0, 1e-5);
  const DistillTerms other =
      distill_loss(targets, target, normal({4, 8, 5, 6}, 4, at::kFloat), 1, false);
  EXPECT_GT(other.loss.item<double>(), 0.5);
  EXPECT_GT(other.descriptor.item<double>(), 1e-4);
}

TEST(DistillLoss, WeighsLocationsByTheTeachersNorm) {
  Model teacher;
  teacher.spec.pooling.type = "gem";
  const TeacherTargets targets =
      make_targets(teacher, from_torch(at::eye(2)), at::TensorOptions().dtype(at::kFloat)).value();
  EXPECT_EQ(targets.pooling, "mean");
  // Two locations: (3, 0) and (0, 1); the student is right at the first only.
  const at::Tensor maps = at::tensor({3.0f, 0.0f, 0.0f, 1.0f}).reshape({1, 2, 1, 2});
  const at::Tensor student = at::tensor({1.0f, 1.0f, 0.0f, 0.0f}).reshape({1, 2, 1, 2});
  const DistillTarget target = distill_target(targets, maps);
  EXPECT_NEAR(distill_loss(targets, target, student, 0, false).cosine.item<double>(), 0.5, 1e-6);
  EXPECT_NEAR(distill_loss(targets, target, student, 0, true).cosine.item<double>(), 0.75, 1e-6);
}

TEST(DistillLoss, MapsOfOtherSizesAreCutOrResampled) {
  const TeacherTargets targets =
      make_targets(netvlad_teacher(), from_torch(at::eye(8)), at::TensorOptions().dtype(at::kFloat))
          .value();
  const at::Tensor maps = normal({2, 8, 6, 6}, 3, at::kFloat);
  const DistillTarget target = distill_target(targets, maps);
  const at::Tensor cut = maps.slice(2, 0, 5).slice(3, 0, 6);
  EXPECT_NEAR(distill_loss(targets, target, cut, 0, false).loss.item<double>(), 0, 1e-5);
  // Every cell twice in each direction: bilinear resampling agrees about the middle of flat maps.
  const at::Tensor flat = normal({2, 8, 1, 1}, 5, at::kFloat).expand({2, 8, 6, 6}).contiguous();
  const at::Tensor twice = flat.slice(2, 0, 1).slice(3, 0, 1).expand({2, 8, 12, 12}).contiguous();
  EXPECT_NEAR(
      distill_loss(targets, distill_target(targets, flat), twice, 0, true).loss.item<double>(),
      0,
      1e-5);
}

}  // namespace
}  // namespace loci::train
