// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "moved.h"

#include "photo_facts.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/sha256.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace loci {
namespace {

constexpr uint64_t kMaxPhotoBytes = uint64_t{1} << 30;

/// Known photographs that are gone, by size, of those sizes that new files have.
std::multimap<uint64_t, int64_t> gone_by_size(const KnownFiles& known, const Scan& scan) {
  std::map<uint64_t, bool> wanted;
  for (const FoundFile& file : scan.to_describe) {
    if (file.id == 0) wanted.emplace(file.size_bytes, true);
  }
  std::multimap<uint64_t, int64_t> gone;
  if (wanted.empty()) return gone;
  std::vector<std::pair<int64_t, uint64_t>> found;
  for (const auto& [path, file] : known) {
    if (wanted.contains(file.size_bytes) && is_gone(path, file.device))
      found.emplace_back(file.id, file.size_bytes);
  }
  std::sort(found.begin(), found.end());  // the hash table's order must not show
  for (const auto& [id, size] : found) gone.emplace(size, id);
  return gone;
}

}  // namespace

Result<int64_t> settle_moved(const Catalogue& catalogue,
                             const KnownFiles& known,
                             int num_threads,
                             Scan& scan,
                             const JobControl& job) {
  const auto gone = gone_by_size(known, scan);
  if (gone.empty()) return 0;
  std::vector<FoundFile>& files = scan.to_describe;
  std::vector<size_t> candidates;
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].id == 0 && gone.contains(files[i].size_bytes)) candidates.push_back(i);
  }
  std::unordered_map<int64_t, StoredImage> images;
  for (const auto& [size, id] : gone) images[id];
  LOCI_RETURN_IF_ERROR(catalogue.each_image([&](StoredImage&& stored) {
    const auto wanted = images.find(stored.image.id);
    if (wanted != images.end()) wanted->second = std::move(stored);
  }));

  std::vector<DescribedImage> read(candidates.size());
  constexpr size_t kChunk = 256;
  for (size_t begin = 0; begin < candidates.size(); begin += kChunk) {
    if (job.cancelled()) return cancelled("stopped on request");
    job.progress("comparing", static_cast<int64_t>(begin), static_cast<int64_t>(candidates.size()));
    const auto count = static_cast<int64_t>(std::min(kChunk, candidates.size() - begin));
    parallel_for(count, 1, num_threads, [&](int64_t from, int64_t to) {
      for (auto c = begin + static_cast<size_t>(from); c < begin + static_cast<size_t>(to); ++c) {
        const auto bytes = read_file(files[candidates[c]].path, kMaxPhotoBytes);
        if (!bytes.ok()) continue;
        read[c].sha256 = sha256_hex(*bytes);
        read[c].info = read_photo_info(*bytes);
      }
    });
  }

  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  std::vector<char> settled(files.size(), 0);
  int64_t moved = 0;
  for (size_t c = 0; c < candidates.size(); ++c) {
    const FoundFile& file = files[candidates[c]];
    const auto [first, last] = gone.equal_range(file.size_bytes);
    for (auto at = first; at != last; ++at) {
      StoredImage& old = images.at(at->second);
      if (old.image.id == 0 || old.image.sha256 != read[c].sha256) continue;
      StoredImage stored = old;  // with the place of its descriptor
      const PlaceImage facts = photo_facts(file.path, read[c]);
      stored.image.path = file.path;
      stored.image.mtime_ns = file.mtime_ns;
      stored.image.position = facts.position;
      stored.image.taken = facts.taken;
      stored.image.heading_deg = facts.heading_deg;
      stored.device = file.device;
      LOCI_RETURN_IF_ERROR(catalogue.put_image(stored));
      std::erase(scan.gone, stored.image.id);
      old.image.id = 0;  // one file takes its place
      settled[candidates[c]] = 1;
      ++moved;
      break;
    }
  }
  LOCI_RETURN_IF_ERROR(transaction.commit());
  std::vector<FoundFile> rest;
  for (size_t i = 0; i < files.size(); ++i) {
    if (settled[i] == 0) rest.push_back(std::move(files[i]));
  }
  files = std::move(rest);
  return moved;
}

}  // namespace loci
