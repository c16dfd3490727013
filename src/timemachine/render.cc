// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "render.h"

#include "camera_frame.h"
#include "trace.h"

namespace loci::town {
namespace {

constexpr int kTile = 16;
constexpr int kExtra = 2;        ///< further samples of pixels at edges
constexpr float kUnknown = -1;   ///< share of open sky of a pixel that did not look
constexpr float kOpenReach = 9;  ///< metres within which walls darken each other

Vec3 narrow(const std::array<double, 3>& v) {
  return {static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2])};
}

class Painter {
 public:
  Painter(const Frame& frame, const CameraPose& camera, const JobControl& job)
      : frame_(frame),
        job_(job),
        width_(camera.width),
        height_(camera.height),
        focal_(static_cast<float>(camera.focal_px)) {
    const CameraFrame axes = frame_of(camera);
    right_ = narrow(axes.right);
    up_ = narrow(axes.up);
    forward_ = narrow(axes.forward);
    eye_ = {static_cast<float>(camera.east_m),
            static_cast<float>(camera.north_m),
            static_cast<float>(camera.height_m)};
    rtcInitIntersectContext(&coherent_);
    coherent_.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT;
    rtcInitIntersectContext(&incoherent_);
    const size_t n = static_cast<size_t>(width_) * height_;
    light_.resize(n);
    ambient_.resize(n);
    normal_.resize(n);
    distance_.resize(n);
    surface_.resize(n);
    open_.assign(n, 1.0f);
    shadow_.assign(n, 0);
  }

  Result<Rendering> paint() {
    for (int y = 0; y < height_; y += kTile) {
      if (job_.cancelled()) return stopped();
      for (int x = 0; x < width_; x += kTile) first_look(x, y);
    }
    smooth_open();
    Rendering out{width_, height_, {}, {}};
    out.radiance.resize(light_.size());
    for (size_t i = 0; i < light_.size(); ++i)
      out.radiance[i] = light_[i] + ambient_[i] * sky_share(i);
    for (int y = 0; y < height_; ++y) {
      if (job_.cancelled()) return stopped();
      second_look(y, out);
    }
    out.depth.resize(light_.size());
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        const size_t i = at(x, y);
        out.depth[i] = distance_[i] * dot(direction(x + 0.5f, y + 0.5f), forward_);
      }
    }
    return out;
  }

 private:
  static Status stopped() { return cancelled("stopped before the picture was finished"); }
  size_t at(int x, int y) const { return static_cast<size_t>(y) * width_ + x; }
  Vec3 direction(float x, float y) const {
    return normalise(forward_ + right_ * ((x - width_ * 0.5f) / focal_) +
                     up_ * ((height_ * 0.5f - y) / focal_));
  }
  RTCRayHit primary(float x, float y) const {
    RTCRayHit r;
    r.ray = make_ray(eye_, direction(x, y), 0.05f, 1500);
    r.hit.geomID = RTC_INVALID_GEOMETRY_ID;
    r.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
    return r;
  }
  /// Corners shut out the sky, but walls lit by it give some of it back.
  float sky_share(size_t i) const {
    return 0.22f + 0.78f * (open_[i] == kUnknown ? 0.8f : open_[i]);
  }

  void first_look(int x0, int y0) {
    const int w = std::min(kTile, width_ - x0), h = std::min(kTile, height_ - y0);
    std::array<RTCRayHit, kTile * kTile> rays;
    std::array<Sample, kTile * kTile> samples;
    std::array<RTCRay, kTile * kTile> shadows, opens;
    const int n = w * h;
    for (int i = 0; i < n; ++i) rays[i] = primary(x0 + i % w + 0.5f, y0 + i / w + 0.5f);
    rtcIntersect1M(
        frame_.scene.get(), &coherent_, rays.data(), static_cast<unsigned>(n), sizeof(RTCRayHit));
    int casts = 0, looks = 0;
    std::array<int, kTile * kTile> cast_of, look_of_;
    for (int i = 0; i < n; ++i) {
      const uint32_t noise = hash3(
          static_cast<uint32_t>(x0 + i % w), static_cast<uint32_t>(y0 + i / w), frame_.visit.seed);
      samples[i] = shade_hit(frame_, rays[i], 1 / focal_, noise);
      const Sample& s = samples[i];
      if (s.light_distance > 0) {
        shadows[casts] = make_ray(s.position, s.to_light, 0.002f, s.light_distance);
        cast_of[casts++] = i;
      }
      // Every second pixel looks around; smooth_open() shares what it found with its neighbours.
      const bool odd = ((x0 + i % w + y0 + i / w) & 1) != 0;
      if (s.distance > 0 && s.distance < 120 && !odd) {
        opens[looks] = open_ray(s, noise);
        look_of_[looks++] = i;
      }
    }
    rtcOccluded1M(frame_.scene.get(),
                  &coherent_,
                  shadows.data(),
                  static_cast<unsigned>(casts),
                  sizeof(RTCRay));
    rtcOccluded1M(frame_.scene.get(),
                  &incoherent_,
                  opens.data(),
                  static_cast<unsigned>(looks),
                  sizeof(RTCRay));
    std::array<uint8_t, kTile * kTile> dark{};
    for (int i = 0; i < casts; ++i) dark[cast_of[i]] = shadows[i].tfar < 0;
    std::array<float, kTile * kTile> open;
    open.fill(kUnknown);
    for (int i = 0; i < looks; ++i) open[look_of_[i]] = opens[i].tfar < 0 ? 0.0f : 1.0f;
    for (int i = 0; i < n; ++i) {
      const size_t k = at(x0 + i % w, y0 + i / w);
      const Sample& s = samples[i];
      light_[k] = s.base + (dark[i] != 0 ? Vec3{} : s.gated);
      ambient_[k] = s.ambient;
      normal_[k] = s.normal;
      distance_[k] = s.distance;
      surface_[k] = s.surface;
      open_[k] = open[i];
      shadow_[k] = dark[i];
    }
  }

  /// A direction into the half space, more often upright than flat; neighbours take different ones.
  RTCRay open_ray(const Sample& s, uint32_t noise) const {
    const float r = hash01(noise, 11), t = 6.2831853f * hash01(noise, 12);
    const Vec3 side = normalise(std::fabs(s.normal.z) < 0.9f ? cross(s.normal, {0, 0, 1})
                                                             : cross(s.normal, {1, 0, 0}));
    const Vec3 other = cross(s.normal, side);
    const float q = std::sqrt(r);
    const Vec3 way = side * (q * std::cos(t)) + other * (q * std::sin(t)) +
                     s.normal * std::sqrt(std::max(0.01f, 1 - r));
    return make_ray(s.position + s.normal * 0.003f, way, 0.004f, kOpenReach);
  }

  /// The mean of the neighbours on the same surface: rows first, then columns.
  void smooth_open() {
    std::vector<float> next(open_.size());
    for (int pass = 0; pass < 2; ++pass) {
      const int dx = pass == 0 ? 1 : 0, dy = 1 - dx;
      for (int y = 0; y < height_; ++y) {
        for (int x = 0; x < width_; ++x) {
          const size_t i = at(x, y);
          float sum = 0, weight = 0;
          if (open_[i] != kUnknown) sum = open_[i], weight = 1;
          for (int k : {-5, -4, -3, -2, -1, 1, 2, 3, 4, 5}) {
            const int px = x + k * dx, py = y + k * dy;
            if (px < 0 || py < 0 || px >= width_ || py >= height_) continue;
            const size_t j = at(px, py);
            if (open_[j] == kUnknown) continue;
            if (dot(normal_[i], normal_[j]) < 0.9f ||
                std::fabs(distance_[j] - distance_[i]) > 0.06f * distance_[i])
              continue;
            sum += open_[j];
            weight += 1;
          }
          next[i] = weight > 0 ? sum / weight : kUnknown;
        }
      }
      open_.swap(next);
    }
  }

  bool is_edge(int x, int y) const {
    const size_t i = at(x, y);
    const auto differs = [&](int px, int py) {
      if (px < 0 || py < 0 || px >= width_ || py >= height_) return false;
      const size_t j = at(px, py);
      return surface_[i] != surface_[j] || shadow_[i] != shadow_[j] ||
             dot(normal_[i], normal_[j]) < 0.8f;
    };
    return differs(x + 1, y) || differs(x, y + 1) || differs(x - 1, y) || differs(x, y - 1);
  }

  void second_look(int y, Rendering& out) {
    static constexpr float kOffsets[kExtra][2] = {{0.2f, 0.75f}, {0.8f, 0.25f}};
    std::vector<int> columns;
    for (int x = 0; x < width_; ++x) {
      if (is_edge(x, y)) columns.push_back(x);
    }
    if (columns.empty()) return;
    const size_t n = columns.size() * kExtra;
    std::vector<RTCRayHit> rays(n);
    for (size_t i = 0; i < n; ++i)
      rays[i] = primary(columns[i / kExtra] + kOffsets[i % kExtra][0], y + kOffsets[i % kExtra][1]);
    rtcIntersect1M(
        frame_.scene.get(), &coherent_, rays.data(), static_cast<unsigned>(n), sizeof(RTCRayHit));
    std::vector<Sample> samples(n);
    std::vector<RTCRay> shadows;
    std::vector<size_t> owner;
    for (size_t i = 0; i < n; ++i) {
      samples[i] =
          shade_hit(frame_,
                    rays[i],
                    1 / focal_,
                    hash3(static_cast<uint32_t>(i), static_cast<uint32_t>(y), frame_.visit.seed));
      if (samples[i].light_distance > 0) {
        shadows.push_back(
            make_ray(samples[i].position, samples[i].to_light, 0.002f, samples[i].light_distance));
        owner.push_back(i);
      }
    }
    rtcOccluded1M(frame_.scene.get(),
                  &coherent_,
                  shadows.data(),
                  static_cast<unsigned>(shadows.size()),
                  sizeof(RTCRay));
    for (size_t k = 0; k < shadows.size(); ++k) {
      if (shadows[k].tfar < 0) samples[owner[k]].gated = {};
    }
    for (size_t c = 0; c < columns.size(); ++c) {
      const size_t i = at(columns[c], y);
      Vec3 sum = out.radiance[i];
      for (int k = 0; k < kExtra; ++k) {
        const Sample& s = samples[c * kExtra + static_cast<size_t>(k)];
        sum += s.base + s.gated + s.ambient * sky_share(i);
      }
      out.radiance[i] = sum * (1.0f / (kExtra + 1));
    }
  }

  const Frame& frame_;
  const JobControl& job_;
  int width_, height_;
  float focal_;
  Vec3 right_, up_, forward_, eye_;
  RTCIntersectContext coherent_, incoherent_;
  std::vector<Vec3> light_, ambient_, normal_;
  std::vector<float> distance_, open_;
  std::vector<uint32_t> surface_;
  std::vector<uint8_t> shadow_;
};

}  // namespace

Result<Rendering> render(const Frame& frame, const CameraPose& camera, const JobControl& job) {
  return Painter(frame, camera, job).paint();
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
