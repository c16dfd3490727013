// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Ranks that talk over sockets: threads of this process, each with a Gloo of its own.
#include "gloo.h"

#include "toy_run.h"

#include <array>
#include <functional>
#include <future>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace loci::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(fd, generic, size), 0);
  EXPECT_EQ(::getsockname(fd, generic, &size), 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

ClusterPlace place_at(int rank, int num_ranks, int port) {
  ClusterPlace place;
  place.rank = rank;
  place.num_ranks = num_ranks;
  place.master_addr = "127.0.0.1";
  place.master_port = port;
  return place;
}

/// Skips a test where this build's libtorch cannot do it.
bool has_gloo() {
  const auto joined = join_processes(place_at(1, 2, free_port()), {.timeout_s = 0.001});
  return joined.status().code() != Code::kUnsupported;
}

void over_sockets(int num_ranks,
                  double timeout_s,
                  const std::function<void(int rank, std::unique_ptr<Distributor>)>& body) {
  const int port = free_port();
  std::vector<std::thread> threads;
  for (int rank = 0; rank < num_ranks; ++rank) {
    threads.emplace_back([&, rank] {
      auto joined = join_processes(place_at(rank, num_ranks, port), {.timeout_s = timeout_s});
      ASSERT_TRUE(joined.ok()) << joined.status().to_string();
      body(rank, std::move(joined).value());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class Gloo : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_gloo()) GTEST_SKIP() << "this libtorch has no Gloo";
  }
};

TEST_F(Gloo, AloneThereIsNoNetwork) {
  const auto alone = join_processes({}, {}).value();
  EXPECT_EQ(alone->num_ranks(), 1);
}

TEST_F(Gloo, FourRanksGatherBytesAndAddUp) {
  std::array<std::vector<float>, 4> sums;
  over_sockets(4, 20, [&](int rank, std::unique_ptr<Distributor> ranks) {
    EXPECT_EQ(ranks->rank(), rank);
    EXPECT_EQ(ranks->num_ranks(), 4);
    const std::vector<uint8_t> mine(static_cast<size_t>(rank), static_cast<uint8_t>(rank));
    EXPECT_THAT(
        ranks->gather(mine).value(),
        ElementsAre(ElementsAre(), ElementsAre(1), ElementsAre(2, 2), ElementsAre(3, 3, 3)));
    EXPECT_EQ(ranks->gather({}).value().size(), 4U);
    std::vector<float>& values = sums[static_cast<size_t>(rank)];
    for (int i = 0; i < 100003; ++i)
      values.push_back(1.0F / static_cast<float>(1 + rank + 4 * (i % 1000)));
    EXPECT_TRUE(ranks->sum(values).ok());
    EXPECT_NEAR(static_cast<double>(values[0]), 1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4, 1e-6);
  });
  for (int rank = 1; rank < 4; ++rank) EXPECT_EQ(sums[static_cast<size_t>(rank)], sums[0]);
}

TEST_F(Gloo, ARankThatIsGoneEndsTheOthersAtOnce) {
  over_sockets(3, 60, [](int rank, std::unique_ptr<Distributor> ranks) {
    EXPECT_TRUE(ranks->gather({}).ok());
    if (rank == 1) return;
    const Stopwatch watch;
    std::vector<float> values(10);
    const Status status = ranks->sum(values);
    EXPECT_EQ(status.code(), Code::kIo);
    EXPECT_THAT(status.message(), HasSubstr("connection to another process was lost"));
    EXPECT_THAT(status.message(), HasSubstr("--resume"));
    EXPECT_LT(watch.seconds(), 30);
    EXPECT_FALSE(ranks->gather({}).ok()) << "there is no way back";
  });
}

TEST_F(Gloo, ARankThatDoesNotAnswerEndsTheOthersAtTheTimeout) {
  std::promise<void> ended;
  // Long enough for a busy machine to bring the two together.
  over_sockets(2, 4, [&](int rank, std::unique_ptr<Distributor> ranks) {
    EXPECT_TRUE(ranks->gather({}).ok());
    if (rank == 1) {  // there, but silent
      ended.get_future().wait_for(std::chrono::seconds(30));
      return;
    }
    const Stopwatch watch;
    const Status status = ranks->gather({}).status();
    ended.set_value();
    EXPECT_THAT(status.message(), HasSubstr("did not answer within 4 s"));
    EXPECT_LT(watch.seconds(), 30);
  });
}

TEST_F(Gloo, ARankThatDoesNotComeIsSaid) {
  const int port = free_port();
  const auto first = join_processes(place_at(0, 2, port), {.timeout_s = 1});
  EXPECT_EQ(first.status().code(), Code::kIo);
  EXPECT_THAT(first.status().message(), HasSubstr("the 2 processes did not come together at 127"));
  const auto second = join_processes(place_at(1, 2, port), {.timeout_s = 1});
  EXPECT_THAT(second.status().message(), HasSubstr("MASTER_ADDR"));
}

TEST_F(Gloo, FourRanksTrainAsOne) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.batch_tuples = 4;
  options.num_threads = 1;
  options.epochs = 1;
  const auto alone = toy_train(toy_inputs(places.data, work / "1"), options).value();
  std::vector<float> weights;
  over_sockets(4, 60, [&](int rank, std::unique_ptr<Distributor> ranks) {
    auto trainer =
        Trainer::create(toy_inputs(places.data, work / "4"), options, {}, {}, std::move(ranks));
    ASSERT_TRUE(trainer.ok()) << trainer.status().to_string();
    const auto summary = (*trainer)->run();
    ASSERT_TRUE(summary.ok()) << summary.status().to_string();
    if (rank == 0) weights = summary->model->tensors.at("c.weight").to_floats();
  });
  const std::vector<float> expected = alone.model->tensors.at("c.weight").to_floats();
  ASSERT_EQ(weights.size(), expected.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(weights[i]), static_cast<double>(expected[i]), 1e-5) << i;
  }
}

}  // namespace
}  // namespace loci::train
