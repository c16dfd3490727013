// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sky.h"

namespace loci::town {
namespace {

Vec3 transmittance(float sin_elevation) {
  const float path = 1.0f / std::max(sin_elevation + 0.03f, 0.03f);
  return {std::exp(-0.06f * path), std::exp(-0.11f * path), std::exp(-0.23f * path)};
}

float cover_of(const Visit& v) {
  switch (v.weather) {
    case Weather::kClear:
      return 0.08f;
    case Weather::kFair:
      return 0.45f;
    case Weather::kFog:
      return 0.9f;
    default:
      return 1.0f;
  }
}

}  // namespace

Sky make_sky(const Visit& v, uint64_t town_seed) {
  Sky s;
  s.town_seed = static_cast<uint32_t>(town_seed);
  s.sun_direction = sun_direction(v.day_of_year(), v.hour);
  const float e = s.sun_direction.z;
  s.cloud = cover_of(v);
  s.cloud_shift_x = hash01(v.seed, 1);
  s.cloud_shift_y = hash01(v.seed, 2);
  const float day = smoothstep(-0.12f, 0.25f, e);
  s.night = 1 - smoothstep(-0.13f, 0.06f, e);
  const float through = s.cloud > 0.85f ? 0.0f : 1 - 0.35f * s.cloud;
  if (e > 0.005f) s.sun = transmittance(e) * (2.9f * through * smoothstep(0.005f, 0.08f, e));
  const Vec3 blue_zenith{0.10f, 0.21f, 0.46f}, blue_horizon{0.42f, 0.52f, 0.62f};
  const float low = smoothstep(0.35f, 0.0f, e) * smoothstep(-0.2f, 0.0f, e);
  const Vec3 dusk_horizon{0.85f, 0.45f, 0.22f};
  Vec3 zenith = blue_zenith * day,
       horizon = mix(blue_horizon * day, dusk_horizon * (0.25f + 0.4f * day), low * 0.75f);
  const float grey_level = (0.05f + 0.55f * clamp01(e * 1.4f)) * day;
  const float thick = v.weather == Weather::kRain || v.weather == Weather::kSnowfall ? 0.75f : 1.0f;
  const Vec3 grey{grey_level * thick, grey_level * 1.03f * thick, grey_level * 1.08f * thick};
  const float c = smoothstep(0.3f, 1.0f, s.cloud);
  s.zenith = mix(zenith, grey, c);
  s.horizon = mix(horizon, grey * 1.1f, c);
  const Vec3 night_zenith =
      s.cloud > 0.6f ? Vec3{0.011f, 0.009f, 0.008f} : Vec3{0.0035f, 0.005f, 0.010f};
  const Vec3 night_horizon{0.022f, 0.017f, 0.013f};
  s.zenith = s.zenith + night_zenith * s.night;
  s.horizon = s.horizon + night_horizon * s.night;
  s.haze = s.horizon;
  if (v.weather == Weather::kFog)
    s.haze_per_m = mix(0.011f, 0.03f, hash01(v.seed, 3));
  else if (v.weather == Weather::kRain)
    s.haze_per_m = 0.004f;
  else if (v.weather == Weather::kSnowfall)
    s.haze_per_m = 0.009f;
  return s;
}

Vec3 Sky::radiance(Vec3 d) const {
  // Hills and far roofs around the horizon, the same for every visit.
  const float azimuth = std::atan2(d.y, d.x);
  const float turn = azimuth / 6.2831853f + 0.5f;
  const Texture& noise = grain_texture(Grain::kClouds);
  const auto shift = static_cast<float>(town_seed % 1000) * 0.001f;
  const float hill = 0.035f + 0.14f * (noise.sample(turn, shift, 0.004f).rgb.x - 0.38f);
  const float roofs = 0.012f + 0.03f * hash01(static_cast<uint32_t>(turn * 360), town_seed);
  if (d.z < std::max(hill, roofs)) {
    const bool far_hill = d.z > roofs;
    const Vec3 ground = far_hill ? Vec3{0.12f, 0.16f, 0.13f} : Vec3{0.16f, 0.14f, 0.13f};
    const Vec3 lit =
        ground * (ambient({0, 0, 1}) + sun * (0.25f * std::max(0.0f, sun_direction.z)));
    return mix(lit, haze, clamp01(0.45f + haze_per_m * 400));
  }
  const float up = clamp01(d.z);
  Vec3 colour = mix(horizon, zenith, std::pow(up, 0.45f));
  const float towards = dot(d, sun_direction);
  if (cloud > 0.03f && haze_per_m < 0.015f) {
    const float reach = 0.12f / (up + 0.12f);
    const float u = d.x * reach * 1.6f + cloud_shift_x, v = d.y * reach * 1.6f + cloud_shift_y;
    const Texel t = noise.sample(u, v, 0.004f);
    const float density = t.rgb.x * 0.75f + t.rgb.y * 0.25f;
    const float cover =
        cloud > 0.85f ? 1.0f : smoothstep(0.66f - 0.35f * cloud, 0.78f - 0.3f * cloud, density);
    const float shade = mix(1.15f, 0.6f, smoothstep(0.4f, 0.75f, density));
    const Vec3 base =
        cloud > 0.85f ? mix(horizon, zenith, up) : mix(horizon * 1.1f, sun * 0.33f + zenith, 0.65f);
    colour = mix(colour, base * shade, cover * smoothstep(0.0f, 0.12f, d.z));
  }
  if (towards > 0 && luminance(sun) > 0) {
    const float glow = std::pow(towards, 32.0f) * 0.25f + std::pow(towards, 400.0f) * 1.6f;
    colour += sun * (glow * (1 - 0.5f * cloud));
    if (towards > 0.99995f) colour += sun * 30.0f;
  }
  return colour;
}

Vec3 Sky::ambient(Vec3 n) const {
  const float up = 0.5f + 0.5f * n.z;
  return mix(horizon * 0.7f, mix(horizon, zenith, 0.55f), up);
}

}  // namespace loci::town
