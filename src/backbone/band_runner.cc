// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "band_runner.h"

#include "thread_team.h"

#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>

namespace loci::internal {
namespace {

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

BandRunner::BandRunner(BandSchedule schedule, std::vector<Conv> chain, int batch, int num_threads)
    : schedule_(std::move(schedule)),
      chain_(std::move(chain)),
      batch_(batch),
      threads_(static_cast<size_t>(num_threads)) {
  for (size_t j = 0; j + 1 < chain_.size(); ++j) {
    strip_offsets_.push_back(library_offset_);
    library_offset_ +=
        aligned(static_cast<size_t>(schedule_.strip_rows[j] * chain_[j].dst_row_bytes));
  }
  size_t library_bytes = 0;
  for (const Conv& conv : chain_) {
    for (const auto& [size, variant] : conv.variants)
      library_bytes = std::max(library_bytes, variant.scratch.get_size());
  }
  thread_bytes_ = library_offset_ + aligned(library_bytes);
}

void BandRunner::bind(Thread& thread, std::byte* mine) {
  if (thread.bound == mine) return;
  thread.arguments.assign(chain_.size(), {});
  for (size_t j = 0; j < chain_.size(); ++j) {
    const Conv& conv = chain_[j];
    for (const auto& [size, variant] : conv.variants) {
      Arguments& arguments = thread.arguments[j][size];
      arguments.emplace(DNNL_ARG_SRC, memory(variant.src, cpu_engine(), nullptr));
      arguments.emplace(DNNL_ARG_DST, memory(variant.dst, cpu_engine(), nullptr));
      arguments.emplace(DNNL_ARG_WEIGHTS, variant.weights);
      arguments.emplace(DNNL_ARG_BIAS, conv.bias);
      if (variant.scratch.get_size() > 0) {
        arguments.emplace(DNNL_ARG_SCRATCHPAD,
                          memory(variant.scratch, cpu_engine(), mine + library_offset_));
      }
    }
  }
  thread.bound = mine;
}

void BandRunner::run(std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratch) {
  const size_t segments = schedule_.segments.size(), all = segments * static_cast<size_t>(batch_);
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  run_team(static_cast<int>(threads_.size()), [&] {
    const auto me = static_cast<size_t>(team_thread());
    std::byte* mine = scratch + thread_bytes_ * me;
    try {
      bind(threads_[me], mine);
      for (size_t k = next++; k < all; k = next++) {
        const auto image = static_cast<int64_t>(k / segments);
        const Conv &first = chain_.front(), &last = chain_.back();
        const int64_t before = image * first.src_rows * first.src_row_bytes;
        const int64_t to = image * last.dst_rows * last.dst_row_bytes;
        const Maps maps{src + before, sum == nullptr ? nullptr : sum + to, dst + to};
        run_segment(threads_[me], k % segments, maps, mine);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

void BandRunner::run_segment(Thread& thread, size_t segment, const Maps& maps, std::byte* mine) {
  for (const std::vector<BandWork>& band : schedule_.segments[segment]) {
    std::byte* from = maps.src;
    for (size_t j = 0; j < chain_.size(); ++j) {
      const BandWork& work = band[j];
      const Conv& conv = chain_[j];
      const int64_t row = conv.dst_row_bytes;
      const auto rows = [&](int n) { return static_cast<size_t>(n * row); };
      std::byte *strip = nullptr, *to = nullptr;
      if (j + 1 < chain_.size()) {
        strip = mine + strip_offsets_[j];
        to = strip + rows(work.strip_row);
        if (work.keep_from > 0)
          std::memmove(strip, strip + rows(work.keep_from), rows(work.keep_rows));
        std::memset(strip + rows(work.zero_from), 0, rows(work.zero_rows));
        std::memset(to + rows(work.rows), 0, rows(work.zero_after));
      } else {
        to = maps.dst + rows(work.first);
        if (maps.sum != nullptr) std::memcpy(to, maps.sum + rows(work.first), rows(work.rows));
      }
      if (work.rows > 0) {
        Arguments& arguments = thread.arguments[j].at(size_of(work));
        arguments.at(DNNL_ARG_SRC)
            .set_data_handle(from + (j == 0 ? work.source_row * conv.src_row_bytes : 0));
        arguments.at(DNNL_ARG_DST).set_data_handle(to);
        conv.variants.at(size_of(work)).primitive.execute(thread.stream, arguments);
      }
      from = strip;
    }
  }
  thread.stream.wait();
}

}  // namespace loci::internal
