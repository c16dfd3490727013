// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A real server on a free port, asked by many threads at once: what the thread sanitizer looks at.
// tests/server holds it to the interface's description and to bad input.
#include "live_server_test.h"

#include <atomic>
#include <thread>

namespace loci {
namespace {

using namespace live;
using testing::HasSubstr;

TEST_F(LiveServerTest, ManyThreadsAskWhileTheCollectionChanges) {
  const auto server = start({.workers = 2});
  std::atomic<int> good{0}, asked{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 6; ++i) {
        const std::string query = photo(static_cast<uint64_t>(t), static_cast<uint64_t>(2 + i));
        for (const std::string& text : {request("POST", "/v1/query?k=3&verify=true", query),
                                        request("POST", "/v1/why?id=2", query),
                                        request("GET", "/v1/images/1/thumbnail"),
                                        request("GET", "/v1/images/3/matches"),
                                        request("GET", "/v1/images/1/place"),
                                        request("GET", "/v1/map"),
                                        request("GET", "/metrics"),
                                        request("GET", "/v1/groups"),
                                        request("GET", "/v1/images/2/file")}) {
          ++asked;
          const int status = status_of(exchange(server->port(), text));
          good += status == 200 || status == 202 ? 1 : 0;
        }
      }
    });
  }
  threads.emplace_back([&] {
    for (uint64_t i = 0; i < 3; ++i) {
      const std::string added =
          exchange(server->port(), request("POST", "/v1/images?name=new.jpg", photo(50 + i, 0)));
      EXPECT_EQ(status_of(added), 201) << added;
      const size_t at = added.find("{\"id\":");
      ASSERT_NE(at, std::string::npos);
      const std::string id = added.substr(at + 6, added.find(',', at) - at - 6);
      EXPECT_EQ(status_of(exchange(server->port(), request("DELETE", "/v1/images/" + id))), 200);
    }
  });
  threads.emplace_back([&] {
    // Another process, as far as the server knows.
    const auto other = PlaceDb::open(db()).value();
    const std::string path = *folder_ / "other.jpg";
    ASSERT_TRUE(save_jpeg(path, sketch_place(90, 0, 160, 120)).ok());
    EXPECT_EQ(other->update({path}).value().added, 1);
    EXPECT_EQ(other->remove({path}).value(), 1);
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, asked);
}

TEST_F(LiveServerTest, StopsWithConnectionsOpenAndRequestsInHand) {
  for (int round = 0; round < 3; ++round) {
    auto server = start({.stop_timeout_s = 5});
    std::vector<std::thread> threads;
    std::atomic<int> begun{0};
    std::vector<int> statuses(6);
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        const std::string text = request("POST", "/v1/query", photo(static_cast<uint64_t>(t), 7));
        ++begun;
        statuses[static_cast<size_t>(t)] = status_of(exchange(server->port(), text));
      });
    }
    while (begun < 6) std::this_thread::yield();
    server->stop();
    for (std::thread& thread : threads) thread.join();
    for (const int status : statuses)
      EXPECT_TRUE(status == 200 || status == 0 || status == 503) << status;
    EXPECT_EQ(exchange(server->port(), request("GET", "/healthz")), "");
    server->stop();  // a second time is no harm
  }
}

TEST_F(LiveServerTest, APortInUseIsSaidByItsNumber) {
  const auto server = start();
  const auto second = Server::start({.folder = db()}, {.port = server->port()});
  EXPECT_EQ(second.status().code(), Code::kIo);
  EXPECT_THAT(second.status().message(), HasSubstr(std::to_string(server->port())));
  EXPECT_THAT(second.status().message(), HasSubstr("in use"));
}

TEST_F(LiveServerTest, WhatCannotBeServedIsSaidAtTheStart) {
  EXPECT_EQ(Server::start({.folder = *folder_ / "none"}, {.port = 0}).status().code(),
            Code::kNotFound);
  for (const ServerOptions& options : {ServerOptions{.host = "nowhere", .port = 0},
                                       ServerOptions{.port = -1},
                                       ServerOptions{.port = 0, .max_upload_mib = 0},
                                       ServerOptions{.port = 0, .request_timeout_s = 0},
                                       ServerOptions{.port = 0, .tile_url = "x"}})
    EXPECT_EQ(Server::start({.folder = db()}, options).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
