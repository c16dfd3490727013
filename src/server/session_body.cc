// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#if defined(LOCI_HAVE_BEAST)
// The bytes of a photo as they arrive.
#include "session.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>

namespace loci::internal {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr size_t kBodyPart = 64 * 1024;

}  // namespace

/// Counts bytes that have arrived against what all uploads may take. Announced ones take no memory, so that clients
/// that announce and send nothing keep nobody out.
bool Session::room_for(size_t bytes) {
  const size_t more = bytes > reserved_ ? bytes - reserved_ : 0;
  if (connections_.upload_bytes + std::max<size_t>(more, 1) > connections_.app.upload_budget())
    return false;
  reserved_ += more;
  connections_.upload_bytes += more;
  return true;
}

void Session::read_body() {
  set_deadline(connections_.app.options().request_timeout_s);
  part_.resize(kBodyPart);
  read_more_of_body();
}

void Session::read_more_of_body() {
  auto& body = parser_->get().body();
  body.data = part_.data();
  body.size = part_.size();
  http::async_read_some(
      socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, size_t) {
        self->on_body_bytes(error);
      });
}

void Session::on_body_bytes(error_code error) {
  if (error == http::error::need_buffer) error = {};
  const size_t got = part_.size() - parser_->get().body().size;
  std::string& whole = request_->body;
  if (got > 0 && (!error || timed_out_)) {
    if (whole.size() + got > whole.capacity()) {
      const auto length = parser_->content_length();
      const size_t most = length ? static_cast<size_t>(*length) : SIZE_MAX;
      const size_t grown =
          std::max(whole.size() + got, std::min(whole.capacity() + whole.capacity() / 2, most));
      if (!room_for(grown))
        return body_refused("too many photos are being sent at once; try again in a moment");
      try {
        whole.reserve(grown);
      } catch (const std::bad_alloc&) {
        return body_refused("out of memory; try again later or with a smaller photo");
      }
    }
    whole.append(part_.data(), got);
  }
  if (error) return body_failed(error);
  if (!parser_->is_done()) return read_more_of_body();
  clear_deadline();
  unread_body_ = false;
  std::string().swap(part_);
  request_->has_body = true;
  carry_out();
}

void Session::body_refused(const std::string& reason) {
  clear_deadline();
  keep_alive_ = false;
  std::string().swap(request_->body);
  answer(failure(Refusal::kBusy, reason));
}

void Session::body_failed(error_code error) {
  clear_deadline();
  keep_alive_ = false;
  const size_t got = request_->body.size();
  if (error == http::error::body_limit) {
    return answer(failure(Refusal::kTooLarge,
                          format("the photo has more than the %d MiB that this server takes",
                                 connections_.app.options().max_upload_mib)));
  }
  if (timed_out_) {
    return answer(failure(Refusal::kTimeout,
                          format("only %zu bytes of the photo came within %g s",
                                 got,
                                 connections_.app.options().request_timeout_s)));
  }
  if (error == http::error::partial_message) {
    unread_body_ = false;
    return answer(failure(Refusal::kInvalidArgument,
                          format("the upload ended after %zu bytes, before all had come", got)));
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return answer(failure(Refusal::kInvalidArgument, "the body is malformed: " + error.message()));
  }
  close();
}

}  // namespace loci::internal

#endif  // LOCI_HAVE_BEAST
