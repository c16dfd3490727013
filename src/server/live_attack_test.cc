// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Files that change under the server, clients that mean no good, and how it ends then.
#include "live_server_test.h"
#include "upload_mark.h"

#include "loci/base/progress.h"
#include "loci/base/thread.h"

#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>

namespace loci {
namespace {

using namespace live;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

using AttackedServerTest = LiveServerTest;

void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

std::string bytes_of(const std::string& path) {
  const auto bytes = read_file(path).value();
  return std::string(bytes.begin(), bytes.end());
}

/// Puts a file back as it was, with its time, at the end of a test.
class Restore {
 public:
  explicit Restore(std::string path) : path_(std::move(path)), bytes_(bytes_of(path_)) {
    ::stat(path_.c_str(), &info_);
  }
  ~Restore() {
    std::filesystem::remove_all(path_);
    overwrite(path_, bytes_);
    const timespec times[2] = {info_.st_atim, info_.st_mtim};
    ::utimensat(AT_FDCWD, path_.c_str(), times, 0);
  }

 private:
  const std::string path_, bytes_;
  struct stat info_ {};
};

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

std::string get(const std::string& target) { return request("GET", target); }

TEST_F(AttackedServerTest, APhotoRewrittenInPlaceNeverEndsTheServer) {
  const std::string path = *folder_ / "0_0.jpg";
  const Restore restore(path);
  const auto server = start();
  std::atomic<bool> stop{false};
  std::jthread writer([&] {
    const std::string bytes = bytes_of(path);
    while (!stop) overwrite(path, bytes);
  });
  int answered = 0;
  for (int i = 0; i < 200; ++i)
    answered += status_of(exchange(server->port(), get("/v1/images/1/file"))) != 0 ? 1 : 0;
  stop = true;
  EXPECT_GT(answered, 150);
  EXPECT_EQ(status_of(exchange(server->port(), get("/healthz"))), 200);
}

TEST_F(AttackedServerTest, ASegmentCutUnderTheServerFailsQueriesWithASentence) {
  const std::string segment = db() + "/segments/00000001.seg";
  const std::string whole = bytes_of(segment);
  const auto server = start();
  EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images/3/matches"))), 200);
  ASSERT_EQ(::truncate(segment.c_str(), 4200), 0);
  const std::string cut = exchange(server->port(), get("/v1/images/3/matches"));
  EXPECT_THAT(cut, HasSubstr("cut short"));
  EXPECT_EQ(status_of(exchange(server->port(), get("/healthz"))), 200);
  overwrite(segment, whole);
  EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images/3/matches"))), 200);
}

TEST_F(AttackedServerTest, APipeWhereAPhotoWasIsRefusedAtOnce) {
  const std::string path = *folder_ / "0_1.jpg";
  const Restore restore(path);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto server = start({.stop_timeout_s = 1});
  for (int i = 0; i < 3; ++i) {
    for (const char* target : {"/v1/images/2/file", "/v1/images/2/thumbnail"})
      EXPECT_EQ(status_of(exchange(server->port(), get(target))), 400) << target;
  }
  EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images"))), 200);
  const Stopwatch watch;
  EXPECT_TRUE(server->stop());
  EXPECT_LT(watch.seconds(), 3);
}

TEST_F(AttackedServerTest, TextThatLooksLikeAPicturesHeaderIsNotSent) {
  const std::string path = *folder_ / "1_0.jpg";
  const Restore restore(path);
  const auto server = start();
  for (const std::string& text : {std::string("BMW keys: SECRET-123 and more of the like ......"),
                                  std::string("P1 2 3 secret: SECRET-123")}) {
    overwrite(path, text);
    const std::string answer = exchange(server->port(), get("/v1/images/3/file"));
    EXPECT_NE(status_of(answer), 200);
    EXPECT_THAT(answer, Not(HasSubstr("SECRET")));
  }
  overwrite(path, photo(1, 5));
  EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images/3/file"))), 200)
      << "another picture is one";
}

TEST_F(AttackedServerTest, ABodyThatIsNotSaidPlainlyIsNotTheNextRequest) {
  const auto server = start();
  const std::string hidden = "DELETE /v1/images/5 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const char* fields : {"Transfer-Encoding: xchunked\r\n",
                             "Transfer-Encoding: identity\r\n",
                             "Transfer-Encoding: chunked, identity\r\n",
                             "Transfer-Encoding: gzip, chunked\r\n",
                             "X: 1\r\n Transfer-Encoding: chunked\r\n",
                             "Content-Length: 0\r\nContent-Length: 62\r\n",
                             "Host: localhost\r\n"}) {
    const std::string answer = exchange(
        server->port(),
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n" + hidden);
    EXPECT_GE(status_of(answer), 400) << fields << answer;
    EXPECT_THAT(answer, Not(HasSubstr("file_deleted"))) << fields;
    EXPECT_EQ(answer.find("HTTP/1.1", 8), std::string::npos) << "one answer, and closed";
  }
  EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images/5"))), 200);
}

TEST_F(AttackedServerTest, ClientsThatAnnounceAndSendNothingKeepNobodyOut) {
  const auto server = start({.max_upload_mib = 1, .queue = 8});
  std::vector<int> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(connect_to(server->port()));
    const std::string head =
        std::string("POST /v1/query HTTP/1.1\r\nHost: localhost\r\n") +
        "Content-Type: image/jpeg\r\n" +
        (i % 2 == 0 ? "Content-Length: 1048576\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
    ASSERT_EQ(::send(silent.back(), head.data(), head.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(head.size()));
  }
  const std::string answer = exchange(server->port(), request("POST", "/v1/query", photo(2, 4)));
  EXPECT_EQ(status_of(answer), 200) << answer.substr(0, 400);
  for (const int fd : silent) ::close(fd);
}

TEST_F(AttackedServerTest, AHeadThatTricklesEndsAtTheRequestsDeadline) {
  const auto server = start({.request_timeout_s = 0.5, .idle_timeout_s = 60});
  const int fd = connect_to(server->port());
  const Stopwatch watch;
  std::string answer;
  for (const char c : std::string("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: 12345678")) {
    if (::send(fd, &c, 1, MSG_NOSIGNAL) != 1) break;
    ::usleep(30'000);
  }
  char buffer[4096];
  for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
    answer.append(buffer, static_cast<size_t>(n));
  ::close(fd);
  EXPECT_EQ(status_of(answer), 408);
  EXPECT_LT(watch.seconds(), 5);
}

TEST_F(AttackedServerTest, AnotherSitesPageStartsNoWork) {
  const auto server = start();
  const auto foreign = [](const std::string& text, const std::string& field) {
    return text.substr(0, text.find("Connection")) + field + "\r\n" +
           text.substr(text.find("Connection"));
  };
  for (const std::string& text : {get("/v1/groups"),
                                  get("/v1/images/1/thumbnail"),
                                  get("/v1/images/1/matches?verify=true"),
                                  request("POST", "/v1/query", photo(1, 3))}) {
    EXPECT_EQ(status_of(exchange(server->port(), foreign(text, "Sec-Fetch-Site: cross-site"))),
              403);
    EXPECT_THAT(status_of(exchange(server->port(), foreign(text, "Sec-Fetch-Site: same-origin"))),
                AnyOf(200, 202));
  }
}

TEST_F(AttackedServerTest, ABlankTokenIsNoOpenServer) {
  for (const char* token : {" ", "\t\n"}) {
    EXPECT_EQ(Server::start({.folder = db()}, {.port = 0, .token = token}).status().code(),
              Code::kInvalidArgument);
  }
}

TEST_F(AttackedServerTest, TheSameThumbnailIsMadeOnce) {
  const auto server = start();
  std::vector<std::jthread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images/4/thumbnail?size=64"))), 200);
    });
  }
  clients.clear();
  EXPECT_THAT(exchange(server->port(), get("/metrics")),
              HasSubstr("loci_thumbnails_made_total 1\n"));
}

TEST_F(AttackedServerTest, WithoutThreadsItFailsWithASentenceAndLeavesNothingRunning) {
  for (int allowed = 0; allowed < 9; ++allowed) {
    internal::refuse_threads_after(allowed);
    const auto server = Server::start({.folder = db()}, {.port = 0, .workers = 2});
    internal::refuse_threads_after(-1);
    if (server.ok()) continue;
    EXPECT_EQ(server.status().code(), Code::kIo) << allowed;
    EXPECT_THAT(server.status().message(), HasSubstr("no more threads")) << allowed;
  }
}

TEST_F(AttackedServerTest, UploadsOfAKilledServerAreFinishedAtTheStart) {
  const TempFolder uploads;
  const std::string half = uploads / "half.jpg", whole = uploads / "whole.jpg",
                    theirs = uploads / "theirs.jpg";
  for (const std::string& path : {half, whole, theirs}) overwrite(path, photo(7, 1));
  const pid_t child = ::fork();
  if (child == 0) {
    new internal::UploadMark(half);
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const internal::UploadMark in_hand(theirs);
  const auto server = start({.uploads = uploads.path()});
  EXPECT_FALSE(std::filesystem::exists(half));
  EXPECT_TRUE(std::filesystem::exists(whole)) << "no request left it";
  EXPECT_TRUE(std::filesystem::exists(theirs)) << "another server is at it";
}

TEST_F(AttackedServerTest, DeadRowsAreCompactedAway) {
  const TempFolder folder;
  const auto model = PlaceDb::open(db()).value()->describer().shared_model();
  ASSERT_TRUE(PlaceDb::create(folder / "db", model).ok());
  const auto server = Server::start({.folder = folder / "db"}, {.port = 0}).value();
  for (uint64_t i = 0; i < 70; ++i) {
    const std::string added =
        exchange(server->port(), request("POST", "/v1/images", photo(i % 5, 100 + i)));
    ASSERT_EQ(status_of(added), 201) << added;
    ASSERT_EQ(status_of(exchange(server->port(),
                                 request("DELETE", "/v1/images/" + std::to_string(i + 1)))),
              200);
  }
  RowCounts counts;
  for (int i = 0; i < 100; ++i) {
    counts = PlaceDb::open(folder / "db").value()->row_counts().value();
    if (counts.rows < 40) break;
    ::usleep(50'000);
  }
  EXPECT_LT(counts.rows, 40);
  EXPECT_EQ(status_of(exchange(server->port(), get("/v1/images"))), 200);
}

}  // namespace
}  // namespace loci
