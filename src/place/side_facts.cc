// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "side_facts.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <chrono>
#include <unordered_map>
#include <unordered_set>

namespace loci {
namespace {

constexpr const char* kFact = "side_files_ns";

int64_t now_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<int64_t> refresh_side_facts(const Catalogue& catalogue,
                                   const KnownFiles& known,
                                   const Scan& scan) {
  if (scan.passed.side_files.empty()) return 0;
  LOCI_TRY(text, catalogue.fact(kFact));
  const int64_t since_ns = parse_int(text).value_or(0), begin_ns = now_ns();
  std::unordered_map<std::string, bool> is_newer;
  for (const std::string& file : scan.passed.side_files) {
    const auto info = file_info(file);
    is_newer[file] = info.ok() && info->mtime_ns > since_ns;
  }
  std::unordered_set<std::string> fresh;  // to be described, with all that is beside them
  for (const FoundFile& file : scan.to_describe) fresh.insert(file.path);

  std::vector<StoredImage> wanted;
  LOCI_RETURN_IF_ERROR(catalogue.each_image([&](StoredImage&& stored) {
    const std::string& path = stored.image.path;
    if (!known.contains(path) || fresh.contains(path)) return;
    for (const std::string& name : side_files_of(path)) {
      const auto found = is_newer.find(name);
      if (found == is_newer.end() || !(found->second || !stored.image.position)) continue;
      wanted.push_back(std::move(stored));
      return;
    }
  }));
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  int64_t changed = 0;
  for (StoredImage& stored : wanted) {
    PlaceImage& image = stored.image;
    const PhotoInfo info = photo_info(image.path);
    const auto same_position = [&] {
      if (info.position.has_value() != image.position.has_value()) return false;
      return !info.position || (info.position->lat == image.position->lat &&
                                info.position->lon == image.position->lon);
    };
    if (same_position() && info.taken == image.taken && info.heading_deg == image.heading_deg)
      continue;
    image.position = info.position;
    image.taken = info.taken;
    image.heading_deg = info.heading_deg;
    LOCI_RETURN_IF_ERROR(catalogue.put_image(stored));
    ++changed;
  }
  LOCI_RETURN_IF_ERROR(catalogue.set_fact(kFact, std::to_string(begin_ns)));
  LOCI_RETURN_IF_ERROR(transaction.commit());
  return changed;
}

}  // namespace loci
