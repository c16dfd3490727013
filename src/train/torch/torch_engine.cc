// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "torch_engine.h"

#include "bench.h"
#include "gloo.h"
#include "trainer.h"

namespace loci::train {
namespace {

class TorchEngine final : public TrainEngine {
  Result<TrainSummary> train(const TrainInputs& inputs,
                             const TrainOptions& options,
                             const std::function<void(const EpochRecord&)>& on_epoch,
                             const JobControl& job) override {
    Result<TrainSummary> summary = cancelled("not run");
    const Status status = guarded("training", [&]() -> Status {
      LOCI_TRY(processes, join_processes(inputs.place, inputs.cluster));
      LOCI_TRY(trainer, Trainer::create(inputs, options, on_epoch, job, std::move(processes)));
      summary = trainer->run();
      return summary.status();
    });
    if (!status.ok()) return status;
    return summary;
  }

  Result<TrainBench> bench(const TrainBenchOptions& options, const JobControl& job) override {
    Result<TrainBench> found = cancelled("not run");
    const Status status = guarded("bench", [&]() -> Status {
      found = bench_training(options, job);
      return found.status();
    });
    if (!status.ok()) return status;
    return found;
  }
};

}  // namespace

TrainEngine* torch_engine() {
  static TorchEngine engine;
  return &engine;
}

}  // namespace loci::train
