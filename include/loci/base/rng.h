// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace loci {

/// Seeded random numbers, the same on every machine and compiler: xoshiro256++ (Blackman and Vigna, 2019), its state
/// filled by splitmix64 from `seed` and `stream`. The standard library's distributions differ between
/// implementations, so the few that are needed are here.
class Rng {
 public:
  explicit Rng(uint64_t seed, uint64_t stream = 0);
  /// A stream named by words, such as a test's name.
  Rng(uint64_t seed, std::string_view stream);

  uint64_t next();
  /// Uniform in [0, n) without bias; n >= 1.
  uint64_t below(uint64_t n);
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box and Muller).
  double normal();
  bool chance(double probability) { return uniform() < probability; }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }
  /// `count` different numbers of [0, n), in increasing order (all of them if count >= n).
  std::vector<int64_t> sample(int64_t n, int64_t count);

  /// The whole state, for checkpoints.
  std::array<uint64_t, 6> state() const;
  void set_state(const std::array<uint64_t, 6>& state);

 private:
  std::array<uint64_t, 4> s_{};
  bool has_spare_ = false;
  double spare_ = 0;
};

/// FNV-1a of a text, for seeds and table keys (not for security).
uint64_t hash_text(std::string_view text);

}  // namespace loci
