// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"

namespace loci::cli {

void note_search(const PhotoSearch& search, Console& console, const std::string& video_remedy) {
  for (const std::string& problem : search.problems) console.note(problem);
  if (const std::string passed = search.passed_text(video_remedy); !passed.empty())
    console.note(passed);
}

std::string nothing_found(const std::string& message,
                          const PhotoSearch& search,
                          const std::string& video_remedy) {
  const std::string passed = search.passed_text(video_remedy);
  return passed.empty() ? message : message + " (" + passed + ")";
}

}  // namespace loci::cli
