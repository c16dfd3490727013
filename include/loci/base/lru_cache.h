// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace loci {

/// The values used last, up to a number of bytes; those not used for longest go first.
/// Threads: safe from many threads; a value lives on for whoever holds it
template <class Value>
class LruCache {
 public:
  using Entry = std::shared_ptr<const Value>;
  explicit LruCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Null when there is none.
  Entry find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto it = where_.find(key);
    if (it == where_.end()) return nullptr;
    used_.splice(used_.begin(), used_, it->second);
    return it->second->entry;
  }
  /// Keeps `entry`, which takes about `bytes`. One larger than the whole cache is not kept, nor one
  /// whose key is there already.
  void keep(const std::string& key, Entry entry, size_t bytes) {
    bytes += key.size() + kOverhead;
    const std::lock_guard lock(mutex_);
    if (bytes > max_bytes_ || where_.contains(key)) return;
    used_.push_front({key, std::move(entry), bytes});
    where_.emplace(key, used_.begin());
    bytes_ += bytes;
    while (bytes_ > max_bytes_) {
      bytes_ -= used_.back().bytes;
      where_.erase(used_.back().key);
      used_.pop_back();
    }
  }
  size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  static constexpr size_t kOverhead = 256;  // of list, map and shared pointer
  struct Kept {
    std::string key;
    Entry entry;
    size_t bytes = 0;
  };
  const size_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<Kept> used_;  // the last used first
  std::unordered_map<std::string, typename std::list<Kept>::iterator> where_;
  size_t bytes_ = 0;
};

}  // namespace loci
