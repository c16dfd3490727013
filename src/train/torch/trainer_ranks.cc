// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What the processes of a run tell each other.
#include "byte_stream.h"
#include "content_hash.h"
#include "run_identity.h"
#include "trainer.h"

#include "loci/base/file.h"
#include "loci/base/plugin.h"
#include "loci/base/text.h"
#include "loci/train/rank_work.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <thread>

namespace loci::train {
namespace {

/// A step of one process, as the others hear of it; its memory of negatives follows.
struct StepMessage {
  double divisor = 0, loss = 0;
  int64_t counted = 0, with_violation = 0, violating = 0, skipped = 0;
  int32_t stop = 0, has_gradient = 0;
};

std::string new_token() {
  std::random_device device;
  return format("%08x%08x", device(), device());
}

/// Whether a file holds this text, also where a network file system shows it a little late.
bool holds(const std::string& path, const std::string& text) {
  constexpr int kTries = 30;
  for (int i = 0; i < kTries; ++i) {
    const auto bytes = read_file(path);
    if (bytes.ok() && std::string(bytes->begin(), bytes->end()) == text) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

std::span<const int32_t> numbers_of(std::span<const uint8_t> bytes, std::vector<int32_t>* room) {
  room->resize(bytes.size() / sizeof(int32_t));
  if (!room->empty()) std::memcpy(room->data(), bytes.data(), room->size() * sizeof(int32_t));
  return *room;
}

}  // namespace

/// All are started alike, and see one work folder.
Status Trainer::meet(const TrainInputs& inputs, const Status& ready) {
  if (alone()) return ready;
  const std::string file = path("ranks.token");
  RunIdentity mine{.program = build_stamp(),
                   .options = to_json(options_),
                   .start_model = inputs.start->fingerprint,
                   .data = {},
                   .validation = {},
                   .resume = inputs.resume,
                   .token = new_token()};
  Status prepared = ready;
  if (ready.ok()) {
    mine.data = fingerprint_of(inputs.data);
    if (inputs.validation) mine.validation = fingerprint_of(*inputs.validation);
    if (is_first()) prepared = write_file(file, std::string_view(mine.token));
  }
  LOCI_TRY(all, exchange(*distributor_, prepared, pack(mine)));
  const Status mine_too = [&]() -> Status {
    LOCI_TRY(first, unpack_identity(all[0]));
    LOCI_RETURN_IF_ERROR(check_same_run(first, mine));
    if (holds(file, first.token)) return {};
    return invalid_argument("the work folder " + printable(folder_) +
                            " is not the one that rank 0 sees; put it where all processes see it");
  }();
  const Status same = agree(*distributor_, mine_too);
  if (is_first()) std::remove(file.c_str());
  return same;
}

Result<SharedStep> Trainer::share_step(const Result<StepResult>& mine, int64_t step) {
  if (alone()) {
    if (!mine.ok()) return mine.status();
    return SharedStep{.total = *mine, .stop = false, .has_gradient = true};
  }
  std::vector<uint8_t> sent;
  if (mine.ok()) {
    StepMessage message{.divisor = mine->divisor,
                        .loss = mine->sums.loss,
                        .counted = mine->sums.counted,
                        .with_violation = mine->sums.with_violation,
                        .violating = mine->sums.violating,
                        .skipped = mine->sums.skipped,
                        .stop = job_.cancelled() ? 1 : 0,
                        .has_gradient = 0};
    for (const Parameter& parameter : net_->parameters()) {
      if (parameter.value.grad().defined()) message.has_gradient = 1;
    }
    ByteWriter out;
    out.put(message);
    if (miner_) {
      const std::vector<int64_t> queries = own_queries(step);
      for (const int32_t number : pack_memory(*miner_, queries, std::ssize(queries)))
        out.put(number);
    }
    sent = out.take();
  }
  LOCI_TRY(all, exchange(*distributor_, mine.status(), sent));
  // Added up by rank, so that all have the same bits.
  SharedStep shared{.total = {}, .stop = false, .has_gradient = false};
  for (const auto& bytes : all) {
    StepMessage message;
    if (!ByteReader(bytes).get(&message))
      return corrupt("the step of another process is cut short");
    EpochSums& sums = shared.total.sums;
    shared.total.divisor += message.divisor;
    sums.loss += message.loss;
    sums.counted += message.counted;
    sums.with_violation += message.with_violation;
    sums.violating += message.violating;
    sums.skipped += message.skipped;
    shared.stop = shared.stop || message.stop != 0;
    shared.has_gradient = shared.has_gradient || message.has_gradient != 0;
    std::vector<int32_t> room;
    const auto memory = std::span(bytes).subspan(sizeof message);
    if (miner_) LOCI_RETURN_IF_ERROR(unpack_memory(numbers_of(memory, &room), &*miner_));
  }
  return shared;
}

Status Trainer::share_gradients() {
  if (alone()) return {};
  at::Tensor all;
  LOCI_RETURN_IF_ERROR(guarded("sharing gradients", [&]() -> Status {
    std::vector<at::Tensor> flat;
    for (const Parameter& parameter : net_->parameters()) {
      at::Tensor value = parameter.value;
      at::Tensor& gradient = value.mutable_grad();
      if (!gradient.defined()) gradient = at::zeros_like(value);
      flat.push_back(gradient.flatten().to(at::kCPU, at::kFloat));
    }
    all = at::cat(flat);
    return {};
  }));
  LOCI_RETURN_IF_ERROR(
      distributor_->sum(std::span<float>(all.data_ptr<float>(), static_cast<size_t>(all.numel()))));
  int64_t begin = 0;
  for (const Parameter& parameter : net_->parameters()) {
    at::Tensor gradient = parameter.value.grad();
    gradient.copy_(all.slice(0, begin, begin + gradient.numel()).reshape(gradient.sizes()));
    begin += gradient.numel();
  }
  return {};
}

/// Photos that one process could not read are left out by all.
Status Trainer::share_failures() {
  if (alone()) return {};
  ByteWriter out;
  for (const auto& [image, why] : images_.failed_images()) {
    out.put(image);
    out.put(static_cast<uint32_t>(why.size()));
    for (const char c : why) out.put(c);
  }
  LOCI_TRY(all, exchange(*distributor_, {}, out.take()));
  for (const auto& bytes : all) {
    ByteReader in(bytes);
    int32_t image = 0;
    uint32_t size = 0;
    while (in.get(&image) && in.get(&size)) {
      std::string why(std::min<size_t>(size, in.left()), ' ');
      for (char& c : why) in.get(&c);
      if (images_.fail(image, io_error(why))) job_.message("left out: " + why);
    }
  }
  return {};
}

/// What rank 0 measured.
Status Trainer::share_recall(const Status& measured, EpochRecord* record) {
  ByteWriter out;
  if (is_first() && measured.ok()) {
    for (const auto* list : {&record->recall, &record->ci_low, &record->ci_high}) {
      out.put(static_cast<int64_t>(list->size()));
      for (const double value : *list) out.put(value);
    }
  }
  LOCI_TRY(all, exchange(*distributor_, measured, out.take()));
  ByteReader in(all[0]);
  for (auto* list : {&record->recall, &record->ci_low, &record->ci_high}) {
    int64_t size = 0;
    if (!in.get(&size) || size < 0 || size > std::ssize(all[0]))
      return corrupt("the recalls of rank 0 are cut short");
    list->assign(static_cast<size_t>(size), 0);
    for (double& value : *list) {
      if (!in.get(&value)) return corrupt("the recalls of rank 0 are cut short");
    }
  }
  return {};
}

/// Equal sums and equal rules give equal weights; processors that round otherwise would part them.
Status Trainer::check_same_weights() {
  if (alone()) return {};
  uint64_t hash = 0;
  for (const auto& [name, tensor] : net_->trained())
    hash = hash * 31 + content_hash(tensor.bytes.data(), tensor.bytes.size());
  const std::span bytes(reinterpret_cast<const uint8_t*>(&hash), sizeof hash);
  LOCI_TRY(all, exchange(*distributor_, {}, bytes));
  for (size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] == all[0]) continue;
    return corrupt(
        format("rank %zu has other weights than rank 0; run all processes on the same "
               "kind of processor. The last good checkpoint is kept",
               rank));
  }
  return {};
}

}  // namespace loci::train
