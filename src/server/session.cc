// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#if defined(LOCI_HAVE_BEAST)
#include "session.h"

#include "head_check.h"

#include "loci/base/text.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace loci::internal {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr uint32_t kMaxHead = 16 * 1024;
constexpr size_t kMebi = size_t{1} << 20;

bool is_known_method(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "POST" || method == "DELETE" ||
         method == "PUT" || method == "PATCH" || method == "OPTIONS";
}

}  // namespace

Session::Session(boost::asio::ip::tcp::socket socket, Connections& connections)
    : connections_(connections),
      socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      buffer_(kMaxSessionBuffer) {
  connections_.open.insert(this);
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Session::~Session() {
  release_upload();
  connections_.open.erase(this);
}

void Session::release_upload() { connections_.upload_bytes -= std::exchange(reserved_, 0); }

void Session::set_deadline(double seconds) {
  timed_out_ = false;
  deadline_.expires_after(std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6)));
  deadline_.async_wait([self = weak_from_this(), number = ++deadline_number_](error_code error) {
    const auto session = self.lock();
    // One that went off just before it was cleared comes with no error.
    if (error || session == nullptr || session->deadline_number_ != number) return;
    session->timed_out_ = true;
    error_code ignored;
    session->socket_.cancel(ignored);
  });
}

void Session::clear_deadline() {
  ++deadline_number_;
  deadline_.cancel();
}

void Session::begin_stop() {
  keep_alive_ = false;
  if (waiting_for_request_) close();
}

void Session::cut_off() { close(); }

void Session::close() {
  clear_deadline();
  error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void Session::read_head() {
  if (connections_.stopping) return close();
  release_upload();
  request_.reset();
  route_ = nullptr;
  route_label_ = "other";
  unread_body_ = head_only_ = false;
  parser_.emplace();
  parser_->header_limit(kMaxHead);
  // Judged when the head is known. (Boost 1.74 takes "none" for a limit of nothing.)
  parser_->body_limit(std::numeric_limits<uint64_t>::max());
  head_end_ = 0;
  waiting_for_request_ = buffer_.size() == 0;
  const ServerOptions& options = connections_.app.options();
  set_deadline(waiting_for_request_ ? options.idle_timeout_s : options.request_timeout_s);
  if (!waiting_for_request_) return on_head_bytes({}, 0);
  read_more_of_head();
}

void Session::read_more_of_head() {
  constexpr size_t kPiece = 4096;
  socket_.async_read_some(buffer_.prepare(kPiece),
                          [self = shared_from_this()](error_code error, size_t bytes) {
                            self->on_head_bytes(error, bytes);
                          });
}

/// The head is gathered whole and held against RFC 9112 before the parser, which is laxer, sees it.
void Session::on_head_bytes(error_code error, size_t bytes) {
  keep_alive_ = false;
  method_ = "other";
  if (error) {
    waiting_for_request_ = false;
    clear_deadline();
    arrived_ = Clock::now();
    // Silence, or a connection that broke, needs no answer; a request that is none does.
    if (buffer_.size() == 0) return close();
    if (timed_out_)
      return answer(failure(Refusal::kTimeout, "the request's head did not arrive in time"));
    if (error == boost::asio::error::eof)
      return answer(failure(Refusal::kInvalidArgument, "the request ended within its head"));
    return close();
  }
  buffer_.commit(bytes);
  if (std::exchange(waiting_for_request_, false))
    set_deadline(connections_.app.options().request_timeout_s);
  const auto text = [this] {
    return std::string_view(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  };
  // RFC 9112 2.2: an empty line before a request is passed over.
  while (head_end_ == 0 && text().starts_with("\r\n")) buffer_.consume(2);
  const size_t end = text().find("\r\n\r\n", head_end_ < 3 ? 0 : head_end_ - 3);
  if (end == std::string_view::npos && buffer_.size() <= kMaxHead) {
    head_end_ = buffer_.size();
    return read_more_of_head();
  }
  clear_deadline();
  arrived_ = Clock::now();
  unread_body_ = true;  // of a refused request nobody knows what follows
  if (end == std::string_view::npos || end > kMaxHead)
    return answer(failure(Refusal::kInvalidArgument, "the request's head is larger than 16 KiB"));
  if (auto refusal = check_head(text().substr(0, end + 4))) return answer(std::move(*refusal));
  error_code wrong;
  buffer_.consume(parser_->put(buffer_.data(), wrong));
  if (wrong || !parser_->is_header_done()) {
    return answer(
        failure(Refusal::kInvalidArgument, "this is no HTTP request: " + wrong.message()));
  }
  on_head();
}

Request Session::take_head() const {
  const auto& head = parser_->get();
  const auto field = [&](http::field name) { return text_of(head[name]); };
  Request request;
  request.method = text_of(head.method_string());
  request.host = field(http::field::host);
  request.origin = field(http::field::origin);
  request.fetch_site = text_of(head["Sec-Fetch-Site"]);
  request.authorization = field(http::field::authorization);
  request.cookie = field(http::field::cookie);
  request.content_type = field(http::field::content_type);
  request.if_none_match = field(http::field::if_none_match);
  return request;
}

void Session::on_head() {
  request_ = std::make_shared<Request>(take_head());
  version_ = parser_->get().version();
  keep_alive_ = parser_->get().keep_alive() && !connections_.stopping;
  method_ = is_known_method(request_->method) ? request_->method : "other";
  head_only_ = request_->method == "HEAD";
  if (head_only_) request_->method = "GET";
  const auto length = parser_->content_length();
  const bool has_body = parser_->chunked() || (length && *length > 0);
  unread_body_ = has_body;
  std::string target = text_of(parser_->get().target());
  // RFC 9112 3.2.2: the absolute form states the host, whatever Host says.
  if (to_lower(target.substr(0, 7)) == "http://") {
    const size_t path = std::min(target.find('/', 7), target.size());
    request_->host = target.substr(7, path - 7);
    target = path == target.size() ? "/" : target.substr(path);
    if (request_->host.empty() || !is_host(request_->host)) target.clear();
  }
  const auto parsed = parse_target(target);
  if (!parsed)
    return answer(failure(Refusal::kInvalidArgument,
                          "the address '" + printable(target.substr(0, 200)) + "' is malformed"));
  request_->path = parsed->path;
  request_->query = parsed->query;
  Routed routed = connections_.app.admit(request_.get());
  if (routed.route == nullptr) return answer(std::move(routed.refusal));
  route_ = routed.route;
  route_label_ = route_->pattern.starts_with("/v1/") || route_->pattern == "/healthz" ||
                         route_->pattern == "/metrics"
                     ? route_->pattern
                     : "page";
  if (!route_->takes_image) {
    if (has_body) return answer(failure(Refusal::kInvalidArgument, "this address takes no body"));
    return carry_out();
  }
  if (!has_body)
    return answer(failure(Refusal::kInvalidArgument, "the body is empty; send the photo's bytes"));
  const size_t limit = static_cast<size_t>(connections_.app.options().max_upload_mib) * kMebi;
  if (length && *length > limit) {
    return answer(failure(Refusal::kTooLarge,
                          format("the photo has %llu bytes; this server takes %zu at most",
                                 static_cast<unsigned long long>(*length),
                                 limit)));
  }
  if (!room_for(0)) {
    return answer(
        failure(Refusal::kBusy, "too many photos are being sent at once; try again in a moment"));
  }
  parser_->body_limit(limit);
  if (boost::beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
    static const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    set_deadline(connections_.app.options().request_timeout_s);
    boost::asio::async_write(socket_,
                             boost::asio::buffer(kContinue),
                             [self = shared_from_this()](error_code failed, size_t) {
                               failed ? self->close() : self->read_body();
                             });
    return;
  }
  read_body();
}

void Session::carry_out() {
  request_->received = Clock::now();
  arrived_ = request_->received;
  // Workers may call this. The connection is touched on its own thread alone, and let go there too:
  // the last reference moves along with the answer.
  const auto reply = [self = shared_from_this(),
                      executor = socket_.get_executor()](Response response) mutable {
    auto shared = std::make_shared<Response>(std::move(response));
    boost::asio::post(executor,
                      [self = std::move(self), shared] { self->write(std::move(*shared)); });
  };
  connections_.app.handle(*route_, request_, reply);
  request_.reset();  // the photo's bytes go when the worker is done with them
}

void Session::answer(Response response) { write(connections_.app.dressed(std::move(response))); }

}  // namespace loci::internal

#endif  // LOCI_HAVE_BEAST
