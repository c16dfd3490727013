// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.h"

#include "loci/base/text.h"

#include <string>

namespace loci::train {
namespace {

constexpr double kSecondsBetweenSigns = 1;
constexpr uint8_t kAtWork = 0, kDone = 1;

}  // namespace

Result<RankBytes> exchange(Distributor& ranks, const Status& mine, std::span<const uint8_t> bytes) {
  if (ranks.num_ranks() == 1) {
    if (!mine.ok()) return mine;
    return ranks.gather(bytes);
  }
  // A byte for the code, then the message or the bytes.
  std::vector<uint8_t> sent = {static_cast<uint8_t>(mine.code())};
  if (mine.ok()) {
    sent.insert(sent.end(), bytes.begin(), bytes.end());
  } else {
    sent.insert(sent.end(), mine.message().begin(), mine.message().end());
  }
  Result<RankBytes> all = ranks.gather(sent);
  if (!mine.ok()) return mine;
  if (!all.ok()) return all;
  for (size_t rank = 0; rank < all->size(); ++rank) {
    std::vector<uint8_t>& one = (*all)[rank];
    if (one.empty()) return io_error(format("rank %zu sent nothing", rank));
    const auto code = static_cast<Code>(one[0]);
    one.erase(one.begin());
    if (code == Code::kOk) continue;
    const std::string message(one.begin(), one.end());
    return Status(code, format("rank %zu ended: %s", rank, message.c_str()));
  }
  return all;
}

Status agree(Distributor& ranks, const Status& mine) { return exchange(ranks, mine).status(); }

Status unless_cancelled(const Status& mine, const JobControl& job, const char* what) {
  return mine.ok() && job.cancelled() ? cancelled(what) : mine;
}

Status in_first_rank(Distributor& ranks,
                     const JobControl& job,
                     const std::function<Status(const JobControl&)>& work) {
  if (ranks.num_ranks() == 1) return work(job);
  if (ranks.rank() != 0) {
    for (;;) {
      LOCI_TRY(all, exchange(ranks, {}, std::span(&kAtWork, 1)));
      if (all[0].size() == 1 && all[0][0] == kDone) return {};
    }
  }
  Status lost;
  Stopwatch since_sign;
  JobControl telling = job;
  telling.on_progress = [&](const Progress& progress) {
    if (job.on_progress) job.on_progress(progress);
    if (!lost.ok() || since_sign.seconds() < kSecondsBetweenSigns) return;
    lost = exchange(ranks, {}, std::span(&kAtWork, 1)).status();
    since_sign = Stopwatch();
  };
  const Status done = work(telling);
  LOCI_RETURN_IF_ERROR(lost);
  return exchange(ranks, done, std::span(&kDone, 1)).status();
}

}  // namespace loci::train
