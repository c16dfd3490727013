// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/server/server.h"

#if defined(LOCI_HAVE_BEAST)
#include "application.h"
#include "session.h"

#include "loci/base/text.h"
#include "loci/base/thread.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <sys/resource.h>

namespace loci {
namespace {

namespace net = boost::asio;
using boost::beast::error_code;
using internal::Application;
using internal::Session;
using net::ip::tcp;

constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr auto kStopGrace = std::chrono::milliseconds(200);
constexpr auto kRetryAccept = std::chrono::milliseconds(100);

/// The usual limit of 1,024 open files is fewer than the connections.
void allow_many_files(int wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t needed = static_cast<rlim_t>(wanted) + 256;
  if (limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class HttpServer final : public Server {
 public:
  HttpServer(std::unique_ptr<Application> app, JobControl log)
      : app_(std::move(app)), log_(std::move(log)), connections_{*app_} {}

  ~HttpServer() override {
    stop();
    app_->stop();  // work that outlasted the stop still answers to this context
  }

  Status listen() {
    const ServerOptions& options = app_->options();
    error_code error;
    const std::string host = options.host == "localhost" ? "127.0.0.1" : options.host;
    const net::ip::address address = net::ip::make_address(host, error);
    if (error) {
      return invalid_argument("host '" + printable(options.host) +
                              "' is no address; expected one such as 127.0.0.1, "
                              "0.0.0.0 (all of this machine) or ::1");
    }
    const tcp::endpoint endpoint(address, static_cast<unsigned short>(options.port));
    const std::string where = options.host + ":" + std::to_string(options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(net::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(net::socket_base::max_listen_connections, error);
    if (error == net::error::address_in_use) {
      return io_error(
          "port " + std::to_string(options.port) + " of " + options.host +
          " is in use by another program; choose another with --port, or 0 for any free one");
    }
    if (error) return io_error("cannot listen on " + where + ": " + error.message());
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  Status run() {
    accept();
    look();
    if (internal::thread_is_refused()) return no_thread(EAGAIN);
    try {
      thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error& refused) {
      return no_thread(refused.code().value());
    }
    return {};
  }

  int port() const override { return port_; }
  std::string url() const override {
    const std::string& host = app_->options().host;
    const bool six = host.find(':') != std::string::npos;
    return "http://" + (six ? "[" + host + "]" : host) + ":" + std::to_string(port_) + "/";
  }

  bool stop() override {
    const std::lock_guard lock(stop_mutex_);
    if (!thread_.joinable()) return ended_;
    app_->begin_stop();
    net::post(context_, [this] { begin_stop(); });
    const auto deadline =
        internal::Clock::now() +
        std::chrono::microseconds(static_cast<int64_t>(app_->options().stop_timeout_s * 1e6));
    // Until the door is closed, somebody may be at it whom open_ does not count.
    while ((!closed_ || open_ > 0) && internal::Clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    net::post(context_, [this] {
      for (Session* session : std::set<Session*>(connections_.open)) session->cut_off();
    });
    // Its last answers find closed connections. Work that asks whether to stop has a moment to do so.
    ended_ = app_->stop(std::max(deadline, internal::Clock::now() + kStopGrace));
    net::post(context_, [this] { count(); });
    const auto last = internal::Clock::now() + kStopGrace;
    while (ended_ && open_ > 0 && internal::Clock::now() < last)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    context_.stop();
    thread_.join();
    error_code ignored;
    acceptor_.close(ignored);  // where the context came to nothing any more
    return ended_;
  }

 private:
  void serve() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception& failed) {
        // One connection's trouble is not the others'.
        log_.message(std::string("a connection failed: ") + printable(failed.what()));
      }
    }
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (connections_.stopping) return;
      if (error) {
        // Out of file descriptors, most likely: the next connection has to wait for an old one to
        // end.
        retry_.expires_after(kRetryAccept);
        retry_.async_wait([this](error_code cancelled) {
          if (!cancelled) accept();
        });
        return;
      }
      if (connections_.open.size() < static_cast<size_t>(app_->options().max_connections)) {
        std::make_shared<Session>(std::move(socket), connections_)->start();
      }
      count();
      accept();
    });
  }

  /// Once a second: what other processes did, and how many connections there are.
  void look() {
    look_.expires_after(connections_.stopping ? std::chrono::milliseconds(10) : kLookEvery);
    look_.async_wait([this](error_code cancelled) {
      if (cancelled) return;
      count();
      app_->expire_waiting();
      if (!connections_.stopping) app_->look_for_changes();
      look();
    });
  }

  void count() { open_ = connections_.open.size(); }

  void begin_stop() {
    connections_.stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (Session* session : std::set<Session*>(connections_.open)) session->begin_stop();
    count();
    closed_ = true;
    look_.cancel();
    look();
  }

  std::unique_ptr<Application> app_;
  JobControl log_;
  internal::Connections connections_;  // outlives the sessions that the context still holds
  net::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  net::steady_timer look_{context_}, retry_{context_};
  std::atomic<size_t> open_{0};
  std::atomic<bool> closed_{false};  // no more connections are accepted
  std::mutex stop_mutex_;
  std::thread thread_;
  bool ended_ = true;
  int port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServedCollection& collection,
                                              const ServerOptions& options,
                                              const JobControl& log) {
  allow_many_files(options.max_connections);
  LOCI_TRY(app, Application::create(collection, options, log));
  auto server = std::make_unique<HttpServer>(std::move(app), log);
  LOCI_RETURN_IF_ERROR(server->listen());
  LOCI_RETURN_IF_ERROR(server->run());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace loci

#else

namespace loci {

Result<std::unique_ptr<Server>> Server::start(const ServedCollection&,
                                              const ServerOptions&,
                                              const JobControl&) {
  return unsupported("this build has no HTTP server; build it with Boost (libboost-dev)");
}

}  // namespace loci

#endif
