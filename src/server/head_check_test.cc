// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Requests that RFC 9112 and RFC 9110 say to refuse, and the shapes that request smuggling is made of.
#include "head_check.h"

#include <string>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

int status_of(const std::string& head) {
  const auto refusal = check_head(head);
  return refusal ? refusal->status : 200;
}

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }

TEST(CheckHead, OrdinaryRequestsPass) {
  for (const char* head : {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                           "GET / HTTP/1.0\r\n\r\n",
                           "GET http://localhost:80/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                           "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
                           "POST / HTTP/1.1\r\nhost: [::1]:8080\r\nContent-Length: 5\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked \r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: \xc3\xa9"}) {
    const std::string text(head);
    EXPECT_EQ(status_of(text), text.ends_with("\r\n\r\n") ? 200 : 400) << text;
  }
}

TEST(CheckHead, TheLengthOfABodyIsSaidOnceAndInOneWay) {
  const std::string host = "Host: a\r\n";
  for (const char* fields : {"Content-Length: 5\r\nContent-Length: 5\r\n",
                             "Content-Length: 5\r\nContent-Length: 6\r\n",
                             "Content-Length: 5, 5\r\n",
                             "Content-Length: +5\r\n",
                             "Content-Length: -1\r\n",
                             "Content-Length: 0x5\r\n",
                             "Content-Length: 5 5\r\n",
                             "Content-Length:\r\n",
                             "Content-Length: 99999999999999999999\r\n",
                             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"}) {
    EXPECT_EQ(status_of(get(host + fields)), 400) << fields;
  }
  for (const char* fields : {"Transfer-Encoding: xchunked\r\n",
                             "Transfer-Encoding: identity\r\n",
                             "Transfer-Encoding: chunked, identity\r\n",
                             "Transfer-Encoding: gzip, chunked\r\n",
                             "Transfer-Encoding: chunked, chunked\r\n",
                             "Transfer-Encoding: \"chunked\"\r\n",
                             "Transfer-Encoding: chunked;q=1\r\n",
                             "Transfer-Encoding:\r\n",
                             "Transfer-Encoding: \x0b"
                             "chunked\r\n"}) {
    EXPECT_GE(status_of(get(host + fields)), 400) << fields;
  }
  EXPECT_EQ(status_of(get(host + "Transfer-Encoding: gzip\r\n")), 501);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_of(get(host + "Content-Encoding: gzip\r\n")), 415);
  EXPECT_EQ(status_of(get(host + "Expect: 200-ok\r\n")), 417);
}

TEST(CheckHead, FieldLinesAreNeitherFoldedNorHidden) {
  for (const char* fields : {"Host: a\r\nX: 1\r\n Transfer-Encoding: chunked\r\n",
                             "Host: a\r\nX: 1\r\n\tfolded\r\n",
                             " Host: a\r\n",
                             "Host: a\r\nTransfer-Encoding : chunked\r\n",
                             "Host: a\r\nTransfer-Encoding\r\n",
                             "Host: a\r\n: no name\r\n",
                             "Host: a\r\nX y: 1\r\n",
                             "Host: a\r\nX\x01: 1\r\n",
                             "Host: a\r\nX: 1\nTransfer-Encoding: chunked\r\n",
                             "Host: a\r\nX: 1\rTransfer-Encoding: chunked\r\n",
                             "Host: a\r\nX: \x7f\r\n",
                             "Host: a\r\n\xff: 1\r\n"}) {
    EXPECT_EQ(status_of(get(fields)), 400) << fields;
  }
  EXPECT_EQ(status_of(get(std::string("Host: a\r\nX: 1\0y\r\n", 16))), 400);
}

TEST(CheckHead, OneHostIsNamedAndItIsOne) {
  EXPECT_EQ(status_of(get("")), 400);
  EXPECT_EQ(status_of(get("Host: a\r\nHost: a\r\n")), 400);
  EXPECT_EQ(status_of(get("Host: a\r\nhost: b\r\n")), 400);
  for (const char* host : {"127.0.0.1:80@evil.com",
                           "[::1].evil.com",
                           "[::1",
                           "a b",
                           "a/b",
                           "a:b",
                           "a:123456",
                           "user@a",
                           "a?b",
                           "a#b",
                           "[]",
                           "a\\b"}) {
    EXPECT_EQ(status_of(get("Host: " + std::string(host) + "\r\n")), 400) << host;
  }
}

TEST(CheckHead, TheFirstLineHasThreeParts) {
  const std::string rest = "Host: a\r\n\r\n";
  for (const char* line : {"GET /",
                           "GET  / HTTP/1.1",
                           "GET / HTTP/1.1 ",
                           " GET / HTTP/1.1",
                           "GET\t/\tHTTP/1.1",
                           "GET /a b HTTP/1.1",
                           "GET / http/1.1",
                           "GET / HTTP/1.",
                           "GET / HTTP/11",
                           "G(T / HTTP/1.1",
                           "",
                           "GET /\xc3\xa9 HTTP/1.1",
                           "GET / HTTP/1.1\r"}) {
    EXPECT_EQ(status_of(std::string(line) + "\r\n" + rest), 400) << line;
  }
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2"})
    EXPECT_EQ(status_of("GET / " + std::string(version) + "\r\n" + rest), 505) << version;
}

}  // namespace
}  // namespace loci::internal
