// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/place/place_db.h"
#include "loci/server/server.h"

#include <memory>
#include <string>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

/// A real server on a free port and requests to it, byte for byte.
namespace loci::live {

/// Sends a request as it stands and reads until the server closes.
inline std::string exchange(int port, const std::string& request) {
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

inline std::string request(const std::string& method,
                           const std::string& target,
                           const std::string& body = "") {
  std::string text =
      method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!body.empty())
    text += "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

inline int status_of(const std::string& answer) {
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

}  // namespace loci::live
