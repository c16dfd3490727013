// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The parts of the server that need no connection.
#include "guard.h"
#include "message.h"
#include "metrics.h"
#include "router.h"
#include "work_queue.h"

#include <atomic>
#include <condition_variable>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::internal {
namespace {

using testing::HasSubstr;

TEST(ParseTarget, DecodesPathAndQuery) {
  const auto target = parse_target("/v1/images/7/file?size=64&name=a%20b+c&empty=&flag").value();
  EXPECT_EQ(target.path, "/v1/images/7/file");
  EXPECT_EQ(target.query.at("size"), "64");
  EXPECT_EQ(target.query.at("name"), "a b c");
  EXPECT_EQ(target.query.at("empty"), "");
  EXPECT_EQ(target.query.at("flag"), "");
  EXPECT_EQ(parse_target("/a+b")->path, "/a+b");
}

TEST(ParseTarget, RefusesWhatIsMalformed) {
  for (const char* target :
       {"", "*", "v1", "http://localhost/", "/%", "/%2", "/%zz", "/%00", "/?a=%0", "/?a=1&a=2"})
    EXPECT_FALSE(parse_target(target).has_value()) << target;
}

Router sample_router() {
  Router router;
  const auto nothing = [](const Request&) { return Response(); };
  router.add({"GET", "/v1/images/{id}", Lane::kLight, {}, nothing});
  router.add({"DELETE", "/v1/images/{id}", Lane::kLight, {}, nothing});
  router.add({"GET", "/v1/images/{id}/file", Lane::kLight, {"size"}, nothing});
  router.add({"GET", "/", Lane::kLight, {"*"}, nothing});
  return router;
}

TEST(Router, FindsRoutesAndNumbers) {
  const Router router = sample_router();
  Request request{.method = "GET", .path = "/v1/images/42/file"};
  const Routed routed = router.find(&request);
  ASSERT_NE(routed.route, nullptr);
  EXPECT_EQ(routed.route->pattern, "/v1/images/{id}/file");
  EXPECT_EQ(request.id, 42);
}

TEST(Router, RefusesWithTheFittingStatus) {
  const Router router = sample_router();
  const auto status =
      [&](std::string method, std::string path, std::map<std::string, std::string> query = {}) {
        Request request{
            .method = std::move(method), .path = std::move(path), .query = std::move(query)};
        const Routed routed = router.find(&request);
        return routed.route == nullptr ? routed.refusal.status : 0;
      };
  EXPECT_EQ(status("GET", "/v1/images/1"), 0);
  EXPECT_EQ(status("PUT", "/v1/images/1"), 405);
  EXPECT_EQ(status("GET", "/v1/images/0"), 400);
  EXPECT_EQ(status("GET", "/v1/images/-1"), 400);
  EXPECT_EQ(status("GET", "/v1/images/1e3"), 400);
  EXPECT_EQ(status("GET", "/v1/images/../x"), 404);
  EXPECT_EQ(status("GET", "/v1/images//file"), 404);
  EXPECT_EQ(status("GET", "/V1/images/1"), 404);
  EXPECT_EQ(status("GET", "/v1/images/1/file", {{"sise", "3"}}), 400);
  EXPECT_EQ(status("GET", "/", {{"anything", "3"}}), 0);
}

TEST(Guard, TokensAreComparedWhole) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  for (const char* other : {"", "ab", "abcd", "abd", "ABC"}) {
    EXPECT_FALSE(same_secret(other, "abc"));
    EXPECT_FALSE(same_secret("abc", other));
  }
}

TEST(Guard, LoopbackNames) {
  for (const char* name :
       {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.1.2.3:1", "[::1]:80", "app.localhost"})
    EXPECT_TRUE(is_loopback_name(name)) << name;
  for (const char* name :
       {"", "example.org", "127.0.0.1.example.org", "localhost.example.org", "[::2]:80", "0.0.0.0"})
    EXPECT_FALSE(is_loopback_name(name)) << name;
}

TEST(Guard, TileOrigins) {
  EXPECT_EQ(origin_of_tiles("https://tile.example.org/a/{z}/{x}/{y}.png").value(),
            "https://tile.example.org");
  EXPECT_EQ(origin_of_tiles("").value(), "");
  for (const char* url : {"tile.example.org/{z}/{x}/{y}",
                          "https://tile.example.org/{z}/{x}",
                          "ftp://a/{z}{x}{y}",
                          "https://a; script-src *//{z}/{x}/{y}",
                          "https://{z}{x}{y}"})
    EXPECT_EQ(origin_of_tiles(url).status().code(), Code::kInvalidArgument) << url;
}

TEST(WorkQueue, RunsInOrderAndRefusesWhatIsTooMuch) {
  WorkQueue queue(1, 2);
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::vector<int> done;
  const auto task = [&](int number) {
    return [&, number] {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open; });
      done.push_back(number);
    };
  };
  ASSERT_TRUE(queue.try_push(task(1)));
  while (queue.running() == 0) std::this_thread::yield();
  EXPECT_TRUE(queue.try_push(task(2)));
  EXPECT_TRUE(queue.try_push(task(3)));
  EXPECT_FALSE(queue.try_push(task(4)));
  EXPECT_EQ(queue.waiting(), 2u);
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  changed.notify_all();
  queue.stop();
  EXPECT_EQ(done, (std::vector<int>{1, 2, 3}));
  EXPECT_FALSE(queue.try_push(task(5)));
}

TEST(WorkQueue, TimeIsUpWhileWaitingAndAStopDoesNotWaitForEver) {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::atomic<int> told{0}, ran{0};
  WorkQueue queue(1, 4);
  ASSERT_TRUE(queue.try_push([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open; });
  }));
  while (queue.running() == 0) std::this_thread::yield();
  const auto soon = WorkQueue::Clock::now() + std::chrono::milliseconds(20);
  ASSERT_TRUE(queue.try_push([&] { ++ran; }, soon, [&] { ++told; }));
  const auto later = WorkQueue::Clock::now() + std::chrono::hours(1);
  ASSERT_TRUE(queue.try_push([&] { ++ran; }, later, [&] { ++told; }));
  std::this_thread::sleep_until(soon);
  queue.expire();
  EXPECT_EQ(told, 1) << "its only thread is busy all the while";
  EXPECT_FALSE(queue.stop(WorkQueue::Clock::now() + std::chrono::milliseconds(20)));
  EXPECT_EQ(told, 2) << "what still waits at the end of a stop is told so";
  EXPECT_EQ(ran, 0);
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  changed.notify_all();
}

TEST(WorkQueue, ManyProducersLoseNothing) {
  std::atomic<int> pushed{0}, ran{0};
  {
    WorkQueue queue(3, 50);
    std::vector<std::thread> producers;
    for (int t = 0; t < 4; ++t) {
      producers.emplace_back([&] {
        for (int i = 0; i < 500; ++i) pushed += queue.try_push([&] { ++ran; }) ? 1 : 0;
      });
    }
    for (std::thread& producer : producers) producer.join();
  }
  EXPECT_EQ(pushed, ran);
  EXPECT_GT(ran, 0);
}

TEST(Metrics, HistogramIsCumulative) {
  Metrics metrics;
  metrics.count("/v1/query", "POST", 200, 0.003);
  metrics.count("/v1/query", "POST", 200, 0.3);
  metrics.count("/v1/query", "POST", 503, 99);
  const std::string text = metrics.text();
  EXPECT_THAT(
      text,
      HasSubstr("loci_requests_total{route=\"/v1/query\",method=\"POST\",status=\"200\"} 2\n"));
  EXPECT_THAT(
      text,
      HasSubstr("loci_requests_total{route=\"/v1/query\",method=\"POST\",status=\"503\"} 1\n"));
  EXPECT_THAT(
      text,
      HasSubstr("loci_request_duration_seconds_bucket{route=\"/v1/query\",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(
      text,
      HasSubstr("loci_request_duration_seconds_bucket{route=\"/v1/query\",le=\"0.005\"} 1\n"));
  EXPECT_THAT(
      text, HasSubstr("loci_request_duration_seconds_bucket{route=\"/v1/query\",le=\"0.5\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("loci_request_duration_seconds_bucket{route=\"/v1/query\",le=\"30\"} 2\n"));
  EXPECT_THAT(
      text, HasSubstr("loci_request_duration_seconds_bucket{route=\"/v1/query\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("loci_request_duration_seconds_count{route=\"/v1/query\"} 3\n"));
}

TEST(Failure, StatusFollowsFromTheCode) {
  EXPECT_EQ(failure(not_found("x")).status, 404);
  EXPECT_EQ(failure(not_found("x")).body, R"({"code":"NotFound","message":"x"})");
  EXPECT_EQ(failure(corrupt("x")).status, 422);
  EXPECT_EQ(failure(Refusal::kBusy, "x").status, 503);
  EXPECT_EQ(failure(Refusal::kBusy, "x").headers.front().first, "Retry-After");
}

}  // namespace
}  // namespace loci::internal
