// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "thread_team.h"

// libgomp's stable C interface; declared here so that no compiler needs -fopenmp or an omp.h of its
// own.
extern "C" {
void GOMP_parallel(void (*body)(void*), void* data, unsigned num_threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int num_threads);
}

namespace loci::internal {

void run_team(int num_threads, void (*body)(void*), void* data) {
  if (num_threads <= 1) return body(data);
  GOMP_parallel(body, data, static_cast<unsigned>(num_threads), 0);
}

int team_thread() { return omp_get_thread_num(); }

ScopedTeamSize::ScopedTeamSize(int num_threads) : before_(omp_get_max_threads()) {
  omp_set_num_threads(num_threads);
}

ScopedTeamSize::~ScopedTeamSize() { omp_set_num_threads(before_); }

}  // namespace loci::internal
