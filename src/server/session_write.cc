// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#if defined(LOCI_HAVE_BEAST)
// The other half of a connection: answers, and how it ends.
#include "session.h"

#include "loci/base/text.h"

#include <cerrno>
#include <fcntl.h>
#include <utility>

namespace loci::internal {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

}  // namespace

void Session::write(Response response) {
  release_upload();
  const double seconds = std::chrono::duration<double>(Clock::now() - arrived_).count();
  connections_.app.metrics().count(route_label_, method_, response.status, seconds);
  if (!socket_.is_open()) return;
  if (response.close || connections_.stopping || unread_body_) keep_alive_ = false;
  const auto fill = [&](auto& message) {
    message.version(version_);
    message.set(http::field::server, "loci");
    if (!response.content_type.empty())
      message.set(http::field::content_type, response.content_type);
    bool cached = false;
    for (const auto& [name, value] : response.headers) {
      message.insert(name, value);
      cached |= name == "Cache-Control";
    }
    if (!cached) message.set(http::field::cache_control, "no-store");
    message.keep_alive(keep_alive_);
  };
  const auto status = static_cast<http::status>(response.status);
  if (response.file == nullptr) {
    const size_t size = response.body.size();
    auto message = std::make_shared<http::response<http::string_body>>();
    message->result(status);
    fill(*message);
    if (!head_only_) message->body() = std::move(response.body);
    if (response.status != 304) message->content_length(size);
    return send(std::move(message));
  }
  auto message = std::make_shared<http::response<http::file_body>>();
  message->result(status);
  error_code error;
  // The file that was looked at, not what may lie at its path by now.
  boost::beast::file file;
  file.native_handle(::fcntl(response.file->fd(), F_DUPFD_CLOEXEC, 0));
  if (file.is_open()) message->body().reset(std::move(file), error);
  if (!message->body().is_open() || error) {
    const std::string path = std::exchange(response.file, nullptr)->path();
    Response failed = failure(io_error(printable(path) + ": cannot be sent", errno));
    return write(connections_.app.dressed(std::move(failed)));
  }
  fill(*message);
  if (head_only_) {
    auto head = std::make_shared<http::response<http::string_body>>();
    head->result(status);
    fill(*head);
    head->content_length(message->body().size());
    return send(std::move(head));
  }
  message->prepare_payload();
  send(std::move(message));
}

template <class Body>
void Session::send(std::shared_ptr<http::response<Body>> message) {
  // Slow readers get time for what they read, at no less than 16 KiB a second.
  constexpr double kLeastRate = 16 * 1024;
  const auto length = message->find(http::field::content_length);
  const double size =
      length == message->end() ? 0 : parse_double(text_of(length->value())).value_or(0);
  set_deadline(connections_.app.options().request_timeout_s + size / kLeastRate);
  const bool close_after = !keep_alive_;
  auto serializer = std::make_shared<http::response_serializer<Body>>(*message);
  const auto written = [self = shared_from_this(), message, serializer, close_after](
                           error_code error, size_t) { self->on_written(error, close_after); };
  if (head_only_) {
    http::async_write_header(socket_, *serializer, written);
  } else {
    http::async_write(socket_, *serializer, written);
  }
}

void Session::on_written(error_code error, bool close_after) {
  clear_deadline();
  if (error) return close();
  if (!close_after) return read_head();
  if (!unread_body_) {
    error_code ignored;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    return close();
  }
  linger();
}

/// A client that is still sending would lose the answer to a reset: what it sends is thrown away
/// for a while.
void Session::linger() {
  constexpr double kLingerS = 5;
  error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  set_deadline(kLingerS);
  buffer_.clear();
  on_lingered({}, 0);
}

void Session::on_lingered(error_code error, size_t bytes) {
  constexpr size_t kMostLingered = size_t{256} << 20;
  lingered_ += bytes;
  if (error || timed_out_ || lingered_ > kMostLingered) return close();
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kMaxSessionBuffer / 2),
                          [self = shared_from_this()](error_code failed, size_t got) {
                            self->on_lingered(failed, got);
                          });
}

}  // namespace loci::internal

#endif  // LOCI_HAVE_BEAST
