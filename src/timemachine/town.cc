// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "frame.h"

#include "loci/base/cpu.h"

namespace loci::town {
namespace {

constexpr size_t kMaxCells = 96;
constexpr float kSight = 230;  ///< metres in front of the camera
constexpr float kBehind = 75;  ///< and around it, for shadows and reflections

float distance_to(const Block& b, Vec2 p) {
  Vec2 low = b.node[0], high = b.node[0];
  for (Vec2 n : b.node) {
    low = {std::min(low.x, n.x), std::min(low.y, n.y)};
    high = {std::max(high.x, n.x), std::max(high.y, n.y)};
  }
  const Vec2 nearest{std::clamp(p.x, low.x, high.x), std::clamp(p.y, low.y, high.y)};
  return length(p - nearest);
}

/// Embree builds with one thread: the same hierarchy every time, and our own threads are busy with
/// other pictures. The AVX-512 traversal of Embree 3.13 never returns for some coherent ray streams
/// (seen on Zen 5), so AVX2 is the most it may use.
const char* device_config() {
  return simd_level() == SimdLevel::kPlain ? "threads=1,user_threads=0,isa=sse2"
                                           : "threads=1,user_threads=0,isa=avx2";
}

Mesh block_mesh(const TownPlan& plan, const Block& block) {
  Mesh m;
  add_ground(m, plan, block);
  for (uint32_t id : block.buildings) add_building(m, plan.buildings[id]);
  for (const Object& o : block.objects) {
    if (o.kind != Thing::kTree) add_object(m, o, plan.streets[block.street[0]].district);
  }
  return m;
}

}  // namespace

Result<std::unique_ptr<Town>> Town::create(TownPlan plan, int first_year, int last_year) {
  std::unique_ptr<Town> town(new Town);
  town->device_ = rtcNewDevice(device_config());
  if (town->device_ == nullptr)
    return unsupported("Embree does not start on this processor; it needs at least SSE2");
  town->plan_ = std::move(plan);
  town->decals_ = std::make_unique<Decals>(town->plan_, first_year, last_year);
  town->build_models();
  return town;
}

Town::~Town() {
  cells_.clear();
  trees_.clear();
  cars_.clear();
  people_.clear();
  ground_ = {};
  if (device_ != nullptr) rtcReleaseDevice(device_);
}

Model Town::make_model(Mesh mesh) const {
  Model model;
  model.mesh = std::move(mesh);
  // Embree reads 16 bytes at the last vertex.
  model.mesh.vertices.push_back({});
  RTCScene scene = rtcNewScene(device_);
  model.scene = EmbreeScene(scene);
  RTCGeometry geometry = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_QUAD);
  const size_t quads = model.mesh.quads();
  rtcSetSharedGeometryBuffer(geometry,
                             RTC_BUFFER_TYPE_VERTEX,
                             0,
                             RTC_FORMAT_FLOAT3,
                             model.mesh.vertices.data(),
                             0,
                             sizeof(Vec3),
                             quads * 4);
  auto* indices = static_cast<uint32_t*>(rtcSetNewGeometryBuffer(
      geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT4, 4 * sizeof(uint32_t), quads));
  for (uint32_t i = 0; i < quads * 4; ++i) indices[i] = i;
  rtcCommitGeometry(geometry);
  rtcAttachGeometry(scene, geometry);
  rtcReleaseGeometry(geometry);
  rtcSetSceneBuildQuality(scene, RTC_BUILD_QUALITY_HIGH);
  rtcCommitScene(scene);
  return model;
}

void Town::build_models() {
  for (int k = 0; k < kTreeKinds; ++k) {
    for (int f = 0; f < static_cast<int>(Foliage::kCount); ++f)
      trees_.push_back(make_model(tree_model(k, static_cast<Foliage>(f))));
  }
  for (int k = 0; k < kCarKinds; ++k) cars_.push_back(make_model(car_model(k)));
  for (int k = 0; k < kPersonKinds; ++k) people_.push_back(make_model(person_model(k)));
  Mesh meadow;
  const uint32_t grass = meadow.add_part(
      {.material = Material::kGround, .grain = Grain::kGrass, .colour = {0.12f, 0.16f, 0.07f}});
  const Vec2 low = plan_.low - Vec2{900, 900}, high = plan_.high + Vec2{900, 900};
  meadow.quad({Vec3{low.x, low.y, -0.06f},
               {high.x, low.y, -0.06f},
               {high.x, high.y, -0.06f},
               {low.x, high.y, -0.06f}},
              {low, {high.x, low.y}, high, {low.x, high.y}},
              grass);
  ground_ = make_model(std::move(meadow));
}

std::shared_ptr<const Model> Town::cell(int block) {
  std::shared_ptr<Cell> cell;
  {
    std::lock_guard lock(mutex_);
    auto& entry = cells_[block];
    if (!entry) entry = std::make_shared<Cell>();
    entry->used = ++clock_;
    cell = entry;
    if (cells_.size() > kMaxCells) {
      auto oldest = cells_.begin();
      for (auto i = cells_.begin(); i != cells_.end(); ++i) {
        if (i->second->used < oldest->second->used) oldest = i;
      }
      cells_.erase(oldest);
    }
  }
  std::call_once(cell->once, [&] {
    cell->model = std::make_shared<const Model>(
        make_model(block_mesh(plan_, plan_.blocks[static_cast<size_t>(block)])));
  });
  return cell->model;
}

void Town::place(Frame& frame, const Placed& p) const {
  RTCGeometry instance = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_INSTANCE);
  rtcSetGeometryInstancedScene(instance, p.model->scene.get());
  const float c = std::cos(p.angle) * p.scale, s = std::sin(p.angle) * p.scale;
  const float columns[12] = {
      c, s, 0, -s, c, 0, 0, 0, p.scale, p.position.x, p.position.y, p.position.z};
  rtcSetGeometryTransform(instance, 0, RTC_FORMAT_FLOAT3X4_COLUMN_MAJOR, columns);
  rtcCommitGeometry(instance);
  rtcAttachGeometryByID(frame.scene.get(), instance, static_cast<unsigned>(frame.placed.size()));
  rtcReleaseGeometry(instance);
  frame.placed.push_back(p);
}

Frame Town::frame(const Visit& visit, const CameraPose& camera) {
  Frame frame;
  frame.visit = visit;
  frame.sky = make_sky(visit, plan_.seed);
  frame.decals = decals_.get();
  frame.looks.resize(plan_.buildings.size());
  frame.scene = EmbreeScene(rtcNewScene(device_));
  place(frame, {.model = &ground_});
  const Vec2 eye{static_cast<float>(camera.east_m), static_cast<float>(camera.north_m)};
  const auto heading = static_cast<float>(camera.heading_deg * 3.14159265 / 180);
  const Vec2 ahead{std::sin(heading), std::cos(heading)};
  for (size_t i = 0; i < plan_.blocks.size(); ++i) {
    const Block& block = plan_.blocks[i];
    const float d = distance_to(block, eye);
    const Vec2 middle = (block.node[0] + block.node[2]) * 0.5f;
    if (d > kSight || (d > kBehind && dot(normalise(middle - eye), ahead) < 0.25f)) continue;
    frame.cells.push_back(cell(static_cast<int>(i)));
    place(frame, {.model = frame.cells.back().get()});
    for (uint32_t id : block.buildings)
      frame.looks[id] = look_of(plan_.buildings[id], visit.decimal_year());
    if (d < 150) add_trees(frame, block);
    if (d < 70 && frame.sky.night > 0.3f) add_lamps(frame, block, eye);
  }
  for (const Street& street : plan_.streets) {
    const Vec2 way = normalise(street.b - street.a);
    const float at = std::clamp(dot(eye - street.a, way), 0.0f, length(street.b - street.a));
    if (length(street.a + way * at - eye) > 110) continue;
    add_traffic(frame, street, eye);
    add_people(frame, street, eye);
  }
  rtcCommitScene(frame.scene.get());
  return frame;
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
