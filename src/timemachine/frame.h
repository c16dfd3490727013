// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decals.h"
#include "models.h"
#include "sky.h"

#include <map>
#include <memory>
#include <mutex>

#include <embree3/rtcore.h>

namespace loci::town {

/// An Embree scene that frees itself.
class EmbreeScene {
 public:
  EmbreeScene() = default;
  explicit EmbreeScene(RTCScene scene) : scene_(scene) {}
  EmbreeScene(EmbreeScene&& other) noexcept : scene_(std::exchange(other.scene_, nullptr)) {}
  EmbreeScene& operator=(EmbreeScene&& other) noexcept {
    std::swap(scene_, other.scene_);
    return *this;
  }
  ~EmbreeScene() {
    if (scene_ != nullptr) rtcReleaseScene(scene_);
  }
  RTCScene get() const { return scene_; }

 private:
  RTCScene scene_ = nullptr;
};

/// A mesh and its bounding hierarchy.
struct Model {
  Mesh mesh;
  EmbreeScene scene;
};

/// A model set into the town.
struct Placed {
  const Model* model = nullptr;
  Vec3 position;
  float angle = 0, scale = 1;
  uint32_t seed = 0;
  bool lights = false;           ///< of a car
  std::array<Vec3, 4> colour{};  ///< for Slot::kPaint, kCloth1, kCloth2, kSkin
};

struct Light {
  Vec3 position;
  Vec3 colour;
};

/// All that one photograph sees.
struct Frame {
  Visit visit;
  Sky sky;
  const Decals* decals = nullptr;
  std::vector<Placed> placed;  ///< number = Embree instance number
  std::vector<Light> lights;
  std::vector<Look> looks;  ///< by building, filled where needed
  std::vector<std::shared_ptr<const Model>> cells;
  EmbreeScene scene;
};

/// The town with its blocks built on demand.
/// Threads: frame() may be called from any number
class Town {
 public:
  /// Fails with Unsupported when Embree cannot start.
  static Result<std::unique_ptr<Town>> create(TownPlan plan, int first_year, int last_year);
  ~Town();
  Frame frame(const Visit& visit, const CameraPose& camera);
  const TownPlan& plan() const { return plan_; }

 private:
  Town() = default;
  struct Cell {
    std::once_flag once;
    std::shared_ptr<const Model> model;
    uint64_t used = 0;
  };
  std::shared_ptr<const Model> cell(int block);
  void build_models();
  void add_trees(Frame& frame, const Block& block);
  void add_lamps(Frame& frame, const Block& block, Vec2 eye);
  void add_traffic(Frame& frame, const Street& street, Vec2 eye);
  void add_people(Frame& frame, const Street& street, Vec2 eye);
  Model make_model(Mesh mesh) const;
  void place(Frame& frame, const Placed& placed) const;

  TownPlan plan_;
  std::unique_ptr<Decals> decals_;
  RTCDevice device_ = nullptr;
  Model ground_;
  std::vector<Model> trees_, cars_, people_;
  std::mutex mutex_;
  std::map<int, std::shared_ptr<Cell>> cells_;
  uint64_t clock_ = 0;
};

}  // namespace loci::town
