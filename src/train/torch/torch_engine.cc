// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "torch_engine.h"

#include "bench.h"
#include "distiller.h"
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

  Result<DistillSummary> distill(const DistillInputs& inputs,
                                 const DistillOptions& options,
                                 const std::function<void(const DistillEpoch&)>& on_epoch,
                                 const JobControl& job) override {
    Result<DistillSummary> summary = cancelled("not run");
    const Status status = guarded("distilling", [&]() -> Status {
      LOCI_TRY(distiller, Distiller::create(inputs, options, on_epoch, job));
      summary = distiller->run();
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
