// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 64
#include "keypoint_kernels.inc.h"
#include "match_kernels.inc.h"
#include "two_view_kernels.inc.h"

namespace loci::internal {

LocalKernels avx512_vnni_local_kernels() {
  return {.cell_softmax = softmax_of_cells,
          .mix_rows = mixture_of_rows,
          .steps = steps_of,
          .pack_first = pack_first,
          .pack_second = pack_second,
          .panel = kLanes,
          .similarities = similarities_of_int8,
          .nearest = best_of_block,
          .homography_support = support_of_homography,
          .epipolar_support = support_of_epipolar,
          .homography_squares = squares_of_homography,
          .epipolar_squares = squares_of_epipolar};
}

}  // namespace loci::internal
