// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bands.h"
#include "library.h"
#include "plan.h"

#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace loci::internal {

/// A chain of convolutions by oneDNN, run band by band, each thread with strips of its own.
class BandRunner {
 public:
  /// One convolution for a number of rows.
  struct Variant {
    dnnl::convolution_forward primitive;
    memory::desc src, dst, scratch;
    dnnl::memory weights;
  };
  /// Rows computed, rows of padding above and below.
  using Size = std::tuple<int, int, int>;
  static Size size_of(const BandWork& work) { return {work.rows, work.pad_top, work.pad_bottom}; }

  struct Conv {
    std::map<Size, Variant> variants;
    dnnl::memory bias;
    int64_t src_row_bytes = 0, dst_row_bytes = 0;
    int64_t src_rows = 0, dst_rows = 0;  ///< of the whole maps
  };

  BandRunner(BandSchedule schedule, std::vector<Conv> chain, int batch, int num_threads);

  /// Bytes of strips and of the library's scratch memory, of all threads.
  size_t scratch_bytes() const { return thread_bytes_ * threads_.size(); }
  /// `sum`: a map like dst that is added before the activation of the last convolution, or null where there is none or
  /// dst holds it already.
  void run(std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratch);

 private:
  using Arguments = std::unordered_map<int, dnnl::memory>;
  struct Thread {
    dnnl::stream stream{cpu_engine()};
    std::vector<std::map<Size, Arguments>> arguments;  // by convolution
    std::byte* bound = nullptr;                        // the memory they point to
  };
  void bind(Thread& thread, std::byte* mine);
  struct Maps {
    std::byte* src;
    const std::byte* sum;
    std::byte* dst;
  };
  void run_segment(Thread& thread, size_t segment, const Maps& maps, std::byte* mine);

  const BandSchedule schedule_;
  const std::vector<Conv> chain_;
  const int batch_;
  std::vector<size_t> strip_offsets_;
  size_t library_offset_ = 0, thread_bytes_ = 0;
  std::vector<Thread> threads_;
};

}  // namespace loci::internal
