// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A real server on a free port, asked by many threads at once: what the thread sanitizer looks at.
// tests/server holds it to the interface's description and to bad input.
#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/server/server.h"

#include <atomic>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace loci {
namespace {

using testing::HasSubstr;

/// Sends a request as it stands and reads until the server closes.
std::string exchange(int port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    for (size_t sent = 0; sent < request.size();) {
      const ssize_t n = ::send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    char buffer[65536];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<size_t>(n));
  }
  ::close(fd);
  return answer;
}

std::string request(const std::string& method,
                    const std::string& target,
                    const std::string& body = "") {
  std::string text =
      method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!body.empty())
    text += "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

int status_of(const std::string& answer) {
  return answer.size() < 12 ? 0 : static_cast<int>(parse_int(answer.substr(9, 3)).value_or(0));
}

class LiveServerTest : public testing::Test {
 protected:
  void SetUp() override {
#if !defined(LOCI_HAVE_BEAST)
    GTEST_SKIP() << "this build has no HTTP server";
#endif
  }
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    std::vector<std::string> photos;
    for (uint64_t place = 0; place < 5; ++place) {
      for (uint64_t visit = 0; visit < 2; ++visit) {
        photos.push_back(*folder_ / (std::to_string(place) + "_" + std::to_string(visit) + ".jpg"));
        ASSERT_TRUE(save_jpeg(photos.back(), sketch_place(place, visit, 160, 120)).ok());
      }
    }
    const auto model =
        learn_model(rootsift_vlad_spec(), {}, photos, {.num_clusters = 4, .features_per_image = 50})
            .value();
    ASSERT_EQ(PlaceDb::create(db(), model).value()->update(photos).value().added, 10);
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string db() { return *folder_ / "db"; }
  static std::string photo(uint64_t place, uint64_t visit) {
    const auto bytes = encode_jpeg(sketch_place(place, visit, 160, 120)).value();
    return std::string(bytes.begin(), bytes.end());
  }
  static std::unique_ptr<Server> start(ServerOptions options = {}) {
    options.port = 0;
    return Server::start({.folder = db()}, options).value();
  }
  static inline TempFolder* folder_ = nullptr;
};

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
