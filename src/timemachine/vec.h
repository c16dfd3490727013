// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace loci::town {

struct Vec2 {
  float x = 0, y = 0;
};
struct Vec3 {
  float x = 0, y = 0, z = 0;
};

inline Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
inline Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
inline Vec2 operator*(Vec2 a, float s) { return {a.x * s, a.y * s}; }
inline float dot(Vec2 a, Vec2 b) { return a.x * b.x + a.y * b.y; }
inline float cross(Vec2 a, Vec2 b) { return a.x * b.y - a.y * b.x; }
inline float length(Vec2 a) { return std::sqrt(dot(a, a)); }
inline Vec2 normalise(Vec2 a) { return a * (1.0f / std::max(length(a), 1e-9f)); }

inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline Vec3& operator+=(Vec3& a, Vec3 b) { return a = a + b; }
inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
inline Vec3 normalise(Vec3 a) { return a * (1.0f / std::max(length(a), 1e-12f)); }
inline Vec3 lift(Vec2 a, float z) { return {a.x, a.y, z}; }

inline float mix(float a, float b, float t) { return a + (b - a) * t; }
inline Vec2 mix(Vec2 a, Vec2 b, float t) { return a + (b - a) * t; }
inline Vec3 mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
inline float clamp01(float t) { return std::min(1.0f, std::max(0.0f, t)); }
inline float smoothstep(float low, float high, float t) {
  const float s = clamp01((t - low) / (high - low));
  return s * s * (3 - 2 * s);
}
inline float luminance(Vec3 c) { return 0.2126f * c.x + 0.7152f * c.y + 0.0722f * c.z; }

/// A well mixed 32-bit number of up to three (splitmix finaliser).
inline uint32_t hash3(uint32_t a, uint32_t b = 0, uint32_t c = 0) {
  uint64_t x = (uint64_t{a} << 32 | b) + 0x9e3779b97f4a7c15ull * (uint64_t{c} + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return static_cast<uint32_t>((x ^ (x >> 31)) >> 16);
}
/// The same in [0, 1).
inline float hash01(uint32_t a, uint32_t b = 0, uint32_t c = 0) {
  return static_cast<float>(hash3(a, b, c) >> 8) * (1.0f / 16777216.0f);
}

}  // namespace loci::town
