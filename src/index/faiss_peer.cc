// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "faiss_peer.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"

#if LOCI_HAS_FAISS
#include <omp.h>

#include <faiss/utils/Heap.h>
#include <faiss/utils/distances.h>
#endif

namespace loci::internal {

#if LOCI_HAS_FAISS

bool has_faiss() { return true; }

std::vector<int64_t> faiss_flat_search(ConstMatrixView rows,
                                       ConstMatrixView queries,
                                       int k,
                                       int num_threads) {
  LOCI_REQUIRE(rows.stride() == rows.cols() && queries.stride() == queries.cols(),
               "FAISS wants rows without gaps");
  const auto count = static_cast<size_t>(queries.rows()), wanted = static_cast<size_t>(k);
  std::vector<int64_t> ids(count * wanted);
  std::vector<float> scores(count * wanted);
  omp_set_num_threads(resolve_threads(num_threads));
  faiss::float_minheap_array_t heaps = {count, wanted, ids.data(), scores.data()};
  faiss::knn_inner_product(queries.data(),
                           rows.data(),
                           static_cast<size_t>(rows.cols()),
                           count,
                           static_cast<size_t>(rows.rows()),
                           &heaps);
  return ids;
}

#else

bool has_faiss() { return false; }
std::vector<int64_t> faiss_flat_search(ConstMatrixView, ConstMatrixView, int, int) { return {}; }

#endif

}  // namespace loci::internal
