// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace loci::train {

/// Readies libtorch and the heap of this process for steps on `num_threads` threads. The batches of
/// a network come and go in blocks of tens of megabytes. Given back to the system each time, their
/// pages would be asked for and cleared again in every step, for a third to four fifths of the
/// time; so the heap keeps them until the process ends.
void prepare_torch(int num_threads);

}  // namespace loci::train
