// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace loci::internal {

class Session;

constexpr size_t kMaxSessionBuffer = 64 * 1024;
inline std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

/// What all connections share. Used by the connections' thread alone.
struct Connections {
  Application& app;
  std::set<Session*> open;
  size_t upload_bytes = 0;  ///< of bodies that are being read or worked on: what has arrived
  bool stopping = false;
};

/// One connection: reads a request, has it answered, and goes on. Whatever a client does or leaves
/// out ends at a deadline. Lives as long as something waits for its socket or its answer.
/// Threads: the connections' thread; answers of workers are posted to it
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, Connections& connections);
  ~Session();
  void start() { read_head(); }
  /// Answers in hand are still sent; a connection that waits for a request is closed.
  void begin_stop();
  /// Closes at once.
  void cut_off();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  void read_head();
  void read_more_of_head();
  void on_head_bytes(boost::beast::error_code error, size_t bytes);
  void on_head();
  void read_body();
  void read_more_of_body();
  void on_body_bytes(boost::beast::error_code error);
  void body_refused(const std::string& reason);
  void body_failed(boost::beast::error_code error);
  bool room_for(size_t bytes);
  void carry_out();
  void answer(Response response);
  void write(Response response);
  template <class Body>
  void send(std::shared_ptr<boost::beast::http::response<Body>> message);
  void on_written(boost::beast::error_code error, bool close);
  void linger();
  void on_lingered(boost::beast::error_code error, size_t bytes);
  void close();
  void set_deadline(double seconds);
  void clear_deadline();
  void release_upload();
  Request take_head() const;

  Connections& connections_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::shared_ptr<Request> request_;
  const Route* route_ = nullptr;
  std::string route_label_ = "other";
  std::string method_;
  Clock::time_point arrived_;
  std::string part_;     // of the body, as it comes
  size_t head_end_ = 0;  // how much of buffer_ holds no end of the head
  size_t reserved_ = 0;  // of connections_.upload_bytes: what body bytes take
  size_t lingered_ = 0;
  uint64_t deadline_number_ = 0;
  bool keep_alive_ = false, head_only_ = false, unread_body_ = false;
  bool timed_out_ = false, waiting_for_request_ = false;
  unsigned version_ = 11;
};

}  // namespace loci::internal
