// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <algorithm>
#include <new>
#include <numeric>

#include <sys/mman.h>

namespace loci::internal {
namespace {

constexpr size_t kAlign = 64;
constexpr size_t kLargePage = size_t{2} << 20;

size_t round_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

bool overlap_in_time(const Buffer& a, const Buffer& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

size_t place_buffers(std::vector<Buffer>& buffers) {
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return buffers[a].bytes > buffers[b].bytes;
  });
  std::vector<const Buffer*> placed;  // by offset
  size_t total = 0;
  for (const size_t i : order) {
    Buffer& buffer = buffers[i];
    const size_t bytes = round_up(buffer.bytes, kAlign);
    size_t offset = 0;
    for (const Buffer* other : placed) {
      if (!overlap_in_time(buffer, *other)) continue;
      if (offset + bytes <= other->offset) break;
      offset = std::max(offset, other->offset + round_up(other->bytes, kAlign));
    }
    buffer.offset = offset;
    total = std::max(total, offset + bytes);
    const auto at = std::find_if(
        placed.begin(), placed.end(), [&](const Buffer* b) { return b->offset > offset; });
    placed.insert(at, &buffer);
  }
  return total;
}

void Arena::reserve(size_t bytes) {
  if (bytes <= size_) return;
  const size_t size = round_up(bytes, bytes >= kLargePage ? kLargePage : size_t{4096});
  if (size < bytes) throw std::bad_alloc();
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  if (size >= kLargePage) (void)madvise(memory, size, MADV_HUGEPAGE);
  release();
  data_ = static_cast<std::byte*>(memory);
  size_ = size;
}

void Arena::release() {
  if (data_ != nullptr) munmap(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

}  // namespace loci::internal
