// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/activation_cache.h"

#include "content_hash.h"
#include "map_file.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <mutex>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace loci::train {
namespace {

constexpr const char* kExtension = ".map";

/// Pieces of two digests: enough to tell files apart, the whole digest is inside.
std::string file_name(const std::string& frozen, const std::string& key_digest) {
  return frozen.substr(0, 16) + "/" + key_digest.substr(0, 2) + "/" + key_digest.substr(2, 30) +
         kExtension;
}

/// A process that died while it wrote leaves its scratch file.
void remove_if_abandoned(const std::string& path, const Result<FileInfo>& info) {
  constexpr int64_t kHour_ns = int64_t{3600} * 1'000'000'000;
  const int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  if (info.ok() && path.find(std::string(kExtension) + ".tmp-") != std::string::npos &&
      info->mtime_ns < now_ns - kHour_ns) {
    ::unlink(path.c_str());
  }
}

/// The process that looks after a file that was there before the run.
bool is_of_share(const std::string& name, const CacheShare& share) {
  const auto ranks = static_cast<uint64_t>(share.num_ranks);
  return content_hash(name.data(), name.size()) % ranks == static_cast<uint64_t>(share.rank);
}

/// One process's part of the bound: what it looks after and its part of the room that is left.
/// Others may be dropping maps meanwhile, which only makes the room larger: the parts never add up
/// to more.
uint64_t bound_of_share(uint64_t max_bytes, uint64_t all, uint64_t own, const CacheShare& share) {
  if (share.num_ranks == 1) return max_bytes;
  const auto ranks = static_cast<uint64_t>(share.num_ranks);
  if (all > max_bytes) return std::min(own, max_bytes / ranks);
  return own + (max_bytes - all) / ranks;
}

}  // namespace

std::string frozen_fingerprint(const Model& model, int64_t num_frozen_ops) {
  const auto& ops = model.spec.network.ops;
  LOCI_REQUIRE(num_frozen_ops >= 1 && num_frozen_ops <= static_cast<int64_t>(ops.size()),
               "some operators are frozen, and no more than there are");
  ModelSpec spec;
  spec.features = model.spec.features;
  spec.preprocessing = model.spec.preprocessing;
  spec.network.ops.assign(ops.begin(), ops.begin() + num_frozen_ops);
  TensorMap tensors;
  for (const Op& op : spec.network.ops) {
    for (auto it = model.tensors.lower_bound(op.name + ".");
         it != model.tensors.end() && it->first.starts_with(op.name + ".");
         ++it) {
      tensors.insert(*it);
    }
  }
  return make_model(std::move(spec), std::move(tensors))->fingerprint;
}

/// The files by age: the front of `order` goes first when room is needed.
struct ActivationCache::State {
  struct Entry {
    uint64_t bytes = 0;
    std::list<std::string>::iterator place;
    bool stale = false;  ///< of other frozen layers
  };
  std::string folder, frozen;
  bool evicts_own = false;
  bool shared = false;  ///< other processes store in the folder, on books of their own
  bool disk_failed = false;
  std::list<std::string> order;  ///< relative paths; stale ones before all others
  std::unordered_map<std::string, Entry> entries;
  std::unordered_set<std::string> pending;  ///< being written; their room is taken in stats.bytes
  ActivationCacheStats stats;
  mutable std::mutex mutex;

  std::string path_of(const std::string& name) const { return folder + "/" + name; }
  void add(const std::string& name, uint64_t bytes, bool stale) {
    order.push_back(name);
    entries[name] = {bytes, std::prev(order.end()), stale};
    stats.bytes += bytes;
    stats.maps += stale ? 0 : 1;
  }
  /// Takes it off the books.
  void forget(const std::string& name) {
    const auto found = entries.find(name);
    if (found == entries.end()) return;
    stats.bytes -= found->second.bytes;
    stats.maps -= found->second.stale ? 0 : 1;
    order.erase(found->second.place);
    entries.erase(found);
  }
  void drop_first() {
    const std::string name = order.front();
    ::unlink(path_of(name).c_str());
    forget(name);
    ++stats.evicted;
  }
  /// Room for `bytes` more, if need be by dropping what may go.
  bool make_room(uint64_t bytes) {
    if (bytes > stats.max_bytes) return false;
    while (stats.bytes > stats.max_bytes - bytes) {
      if (order.empty() || (!evicts_own && !entries[order.front()].stale)) return false;
      drop_first();
    }
    return true;
  }
};

Result<std::unique_ptr<ActivationCache>> ActivationCache::open(const std::string& folder,
                                                               const std::string& frozen,
                                                               uint64_t max_bytes,
                                                               const std::string& eviction,
                                                               const CacheShare& share) {
  LOCI_REQUIRE(frozen.size() == 64, "frozen is a sha256");
  LOCI_REQUIRE(share.rank >= 0 && share.rank < share.num_ranks, "the rank is one of num_ranks");
  if (eviction != "none" && eviction != "lru")
    return invalid_argument("eviction is '" + printable(eviction) + "': it must be none or lru");
  LOCI_RETURN_IF_ERROR(make_folders(folder + "/" + frozen.substr(0, 16)));
  auto state = std::make_unique<State>();
  state->folder = folder;
  state->frozen = frozen;
  state->evicts_own = eviction == "lru";
  state->shared = share.num_ranks > 1;

  struct Found {
    std::string name;
    FileInfo info;
    bool stale;
  };
  std::vector<Found> found;
  LOCI_TRY(names, list_files(folder, {}));
  for (const std::string& name : names) {
    const Result<FileInfo> info = file_info(folder + "/" + name);
    remove_if_abandoned(folder + "/" + name, info);
    if (info.ok() && name.ends_with(kExtension))
      found.push_back({name, *info, !name.starts_with(frozen.substr(0, 16) + "/")});
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.stale != b.stale ? a.stale : a.info.mtime_ns < b.info.mtime_ns;
  });
  uint64_t all = 0;
  for (const Found& one : found) {
    all += disk_blocks(one.info.size);
    if (is_of_share(one.name, share)) state->add(one.name, disk_blocks(one.info.size), one.stale);
  }
  state->stats.max_bytes = bound_of_share(max_bytes, all, state->stats.bytes, share);
  while (state->stats.bytes > state->stats.max_bytes) state->drop_first();
  if (state->shared && all > max_bytes)
    state->stats.max_bytes = state->stats.bytes;  // no room left
  return std::unique_ptr<ActivationCache>(new ActivationCache(std::move(state)));
}

ActivationCache::ActivationCache(std::unique_ptr<State> state) : state_(std::move(state)) {}
ActivationCache::~ActivationCache() = default;

std::optional<ActivationMap> ActivationCache::find(const ActivationKey& key) {
  const std::string digest = map_key_digest(state_->frozen, key);
  const std::string name = file_name(state_->frozen, digest);
  // Outside of the lock, and without asking the books: another process may have stored it.
  Result<ActivationMap> map = open_map_file(state_->path_of(name), digest);
  const std::lock_guard lock(state_->mutex);
  // What was seen before the lock may have changed since: another thread stored it or dropped it.
  const auto is_there = [&] { return file_info(state_->path_of(name)).ok(); };
  if (!map.ok()) {
    ++state_->stats.misses;
    if (map.status().code() == Code::kCorrupt) {
      ::unlink(state_->path_of(name).c_str());
      ++state_->stats.damaged;
    }
    if (!is_there()) state_->forget(name);
    return std::nullopt;
  }
  ++state_->stats.hits;
  const auto entry = state_->entries.find(name);
  if (entry == state_->entries.end()) {
    // In a shared folder it is on the books of the process that stored it.
    if (!state_->shared && is_there())
      state_->add(name, disk_blocks(map->file.bytes().size()), false);
  } else {
    state_->order.splice(state_->order.end(), state_->order, entry->second.place);
  }
  return std::move(map).value();
}

Status ActivationCache::store(const ActivationKey& key,
                              int64_t channels,
                              int64_t height,
                              int64_t width,
                              std::span<const float> values) {
  const uint64_t bytes = activation_file_bytes(channels, height, width);
  LOCI_REQUIRE(static_cast<int64_t>(values.size()) == channels * height * width,
               "a map has channels * height * width values");
  const std::string digest = map_key_digest(state_->frozen, key);
  const std::string name = file_name(state_->frozen, digest);
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->entries.contains(name) || state_->pending.contains(name)) return {};
    if (state_->disk_failed || !state_->make_room(bytes)) {
      ++state_->stats.refused;
      return {};
    }
    state_->pending.insert(name);
    state_->stats.bytes += bytes;
  }
  const std::string path = state_->path_of(name);
  Status status = make_folders(path.substr(0, path.rfind('/')));
  if (status.ok()) status = write_map_file(path, digest, channels, height, width, values);
  const std::lock_guard lock(state_->mutex);
  state_->pending.erase(name);
  state_->stats.bytes -= bytes;
  if (status.ok()) {
    ++state_->stats.stored;
    // find() may have seen it first, and room for another may have been made by dropping it.
    if (!state_->entries.contains(name) && file_info(path).ok()) state_->add(name, bytes, false);
    return {};
  }
  state_->disk_failed = true;
  ++state_->stats.refused;
  return status.with_context("the activation cache stores no more maps");
}

ActivationCacheStats ActivationCache::stats() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stats;
}

}  // namespace loci::train
