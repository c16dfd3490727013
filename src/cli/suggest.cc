// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "suggest.h"

#include <algorithm>
#include <string_view>

namespace loci::cli {
namespace {

/// Insertions, deletions, substitutions and exchanges of neighbours (Damerau 1964, optimal string alignment).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  size_t least = std::min<size_t>(3, word.size() / 3 + 1) + 1;
  for (const std::string& each : known) {
    // A word that was not typed to its end is near as well.
    const bool begun = word.size() >= 3 && each.starts_with(word);
    const size_t wrong = begun ? 1 : distance(word, each);
    if (wrong < least) {
      least = wrong;
      best = each;
    }
  }
  return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string best = nearest_word(word, known);
  return best.empty() ? "" : "; did you mean '" + best + "'?";
}

}  // namespace loci::cli
