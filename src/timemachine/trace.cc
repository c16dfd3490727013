// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "trace.h"

namespace loci::town {
namespace {

/// Mean albedo of a street, for light that comes from other walls.
constexpr float kBounce = 0.24f;

Vec3 rotate(Vec3 v, const Placed& p) {
  const float c = std::cos(p.angle), s = std::sin(p.angle);
  return {c * v.x - s * v.y, s * v.x + c * v.y, v.z};
}

struct Lamps {
  Vec3 rest;  ///< of all lamps but the strongest
  Vec3 strongest;
  Vec3 way;
  float distance = 0;
};

Lamps lamps_at(const Frame& frame, Vec3 p, Vec3 n, float through) {
  Lamps out;
  float best = 0;
  for (const Light& light : frame.lights) {
    const Vec3 d = light.position - p;
    const float r2 = dot(d, d);
    if (r2 > 900) continue;
    const float r = std::sqrt(r2);
    const Vec3 way = d * (1 / r);
    const float facing = dot(n, way);
    const float cosine = facing > 0 ? facing : -facing * through;
    const float fade = 1 - smoothstep(20, 30, r);
    const Vec3 e = light.colour * (cosine * fade / (r2 + 1.0f) * 0.3183f);
    const float power = luminance(e);
    if (power > best) {
      out.rest += out.strongest;
      out.strongest = e;
      out.way = way;
      out.distance = r;
      best = power;
    } else {
      out.rest += e;
    }
  }
  return out;
}

Vec3 ambient_light(const Frame& frame, Vec3 n) {
  const Sky& sky = frame.sky;
  const float sun = std::max(0.0f, sky.sun_direction.z);
  return sky.ambient(n) + sky.sun * (0.10f * sun * (1 - 0.5f * n.z));
}

Vec3 hazed(const Frame& frame, Vec3 light, float distance, Vec3* gain) {
  const float t = std::exp(-frame.sky.haze_per_m * distance);
  *gain = {t, t, t};
  return light * t + frame.sky.haze * (1 - t);
}

/// What a mirror or a clear pane shows: a hit without shadows, enough for windows and puddles.
Vec3 seen_along(const Frame& frame, Vec3 origin, Vec3 way) {
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  RTCRayHit ray;
  ray.ray = make_ray(origin, way, 0.03f, 200);
  ray.hit.geomID = RTC_INVALID_GEOMETRY_ID;
  ray.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
  rtcIntersect1(frame.scene.get(), &context, &ray);
  if (ray.hit.geomID == RTC_INVALID_GEOMETRY_ID) return frame.sky.radiance(way);
  const Hit hit = make_hit(frame, ray, 0.006f);
  const Surface s = surface_at(frame, hit);
  const float facing = std::max(0.0f, dot(s.normal, frame.sky.sun_direction));
  Vec3 light = ambient_light(frame, s.normal) * 0.6f + frame.sky.sun * (facing * 0.35f);
  if (!frame.lights.empty()) {
    const Lamps lamps = lamps_at(frame, hit.position, s.normal, 0);
    light += lamps.rest + lamps.strongest;
  }
  Vec3 gain;
  return hazed(
      frame,
      s.albedo * light + s.emission + (s.mirror > 0.05f ? frame.sky.horizon * s.mirror : Vec3{}),
      hit.distance,
      &gain);
}

}  // namespace

RTCRay make_ray(Vec3 o, Vec3 d, float near, float far) {
  RTCRay r;
  r.org_x = o.x;
  r.org_y = o.y;
  r.org_z = o.z;
  r.dir_x = d.x;
  r.dir_y = d.y;
  r.dir_z = d.z;
  r.tnear = near;
  r.tfar = far;
  r.time = 0;
  r.mask = 0xffffffffu;
  r.id = 0;
  r.flags = 0;
  return r;
}

Hit make_hit(const Frame& frame, const RTCRayHit& ray, float pixel_angle) {
  Hit h;
  const Placed& placed = frame.placed[ray.hit.instID[0]];
  const Mesh& mesh = placed.model->mesh;
  const uint32_t quad = ray.hit.primID;
  h.placed = &placed;
  h.part = &mesh.parts[mesh.part[quad]];
  h.way = {ray.ray.dir_x, ray.ray.dir_y, ray.ray.dir_z};
  h.distance = ray.ray.tfar;
  h.position = Vec3{ray.ray.org_x, ray.ray.org_y, ray.ray.org_z} + h.way * h.distance;
  h.normal = normalise(rotate({ray.hit.Ng_x, ray.hit.Ng_y, ray.hit.Ng_z}, placed));
  if (dot(h.normal, h.way) > 0) h.normal = h.normal * -1.0f;
  const float u = ray.hit.u, v = ray.hit.v;
  h.local = {u, v};
  const Vec2* t = mesh.uv.data() + static_cast<size_t>(quad) * 4;
  h.uv = u + v <= 1 ? t[0] + (t[1] - t[0]) * u + (t[3] - t[0]) * v
                    : t[2] + (t[3] - t[2]) * (1 - u) + (t[1] - t[2]) * (1 - v);
  // Between the two axes of the stretched pixel: sharp enough along, quiet enough across.
  const float slant = std::max(0.04f, -dot(h.normal, h.way));
  h.footprint = h.distance * pixel_angle / std::sqrt(slant);
  h.surface = hash3(ray.hit.instID[0], mesh.part[quad], 1);
  return h;
}

Sample shade_hit(const Frame& frame, const RTCRayHit& ray, float pixel_angle, uint32_t noise) {
  Sample out;
  const Vec3 way{ray.ray.dir_x, ray.ray.dir_y, ray.ray.dir_z};
  if (ray.hit.geomID == RTC_INVALID_GEOMETRY_ID) {
    out.base = frame.sky.radiance(way);
    if (frame.sky.haze_per_m > 0.002f) {
      const float t = std::exp(-frame.sky.haze_per_m * 350);
      out.base = mix(frame.sky.haze, out.base, clamp01(t + way.z * 0.3f));
    }
    return out;
  }
  const Hit hit = make_hit(frame, ray, pixel_angle);
  const Surface s = surface_at(frame, hit);
  out.position = hit.position + hit.normal * (0.002f + 0.0002f * hit.distance);
  out.normal = hit.normal;
  out.distance = hit.distance;
  out.surface = hit.surface;
  const float facing = dot(s.normal, frame.sky.sun_direction);
  const float cosine = facing > 0 ? facing : -facing * s.through;
  Vec3 base = s.emission, gated;
  if (luminance(frame.sky.sun) > 0 && cosine > 0) {
    gated = s.albedo * frame.sky.sun * (cosine * 0.3183f * 3.1415927f * 0.5f);
    out.to_light = frame.sky.sun_direction;
    out.light_distance = 400;
    if (facing < 0) out.position = hit.position - hit.normal * 0.004f;
  } else if (!frame.lights.empty()) {
    const Lamps lamps = lamps_at(frame, hit.position, s.normal, s.through);
    base += s.albedo * lamps.rest * 3.1415927f;
    gated = s.albedo * lamps.strongest * 3.1415927f;
    out.to_light = lamps.way;
    out.light_distance = lamps.distance > 0.6f ? lamps.distance - 0.55f : 0;
    if (out.light_distance == 0) base += gated;
  }
  if (hit.part->material == Material::kCarGlass && hit.part->seed == kClearGlass) {
    // A pane of a bus shelter: mostly what is behind it.
    base = base * 0.3f + seen_along(frame, hit.position + way * 0.02f, way) * 0.7f;
    gated = gated * 0.3f;
  }
  if (s.mirror > 0.02f) {
    Vec3 n = s.normal;
    if (s.rough > 0) {
      n = normalise(n + Vec3{hash01(noise, 1) - 0.5f, hash01(noise, 2) - 0.5f, 0} * (2 * s.rough));
    }
    const Vec3 mirrored = way - n * (2 * dot(way, n));
    Vec3 shown = seen_along(frame, hit.position + hit.normal * 0.01f, mirrored);
    // One ray into a rough mirror is a poor mean: a lamp that it happens to meet must not outshine
    // all.
    if (s.rough > 0.01f) shown = shown * (1 / (1 + std::max(0.0f, luminance(shown) - 0.5f)));
    base = base * (1 - 0.5f * s.mirror) + shown * s.mirror;
  }
  const float keep = 1 - s.mirror;
  Vec3 gain;
  out.base = hazed(frame, base, hit.distance, &gain);
  out.gated = gated * gain * keep;
  const bool clear = hit.part->material == Material::kCarGlass && hit.part->seed == kClearGlass;
  out.ambient = s.albedo * ambient_light(frame, s.normal) * gain * (clear ? 0.3f : keep);
  return out;
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
