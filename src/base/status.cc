// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/status.h"

#include <cerrno>
#include <system_error>

namespace loci {
namespace {

constexpr CodeInfo kCodes[] = {
    {"Ok", 0, 200, ""},
    {"InvalidArgument", 2, 400, "InvalidArgumentError"},
    {"NotFound", 1, 404, "NotFoundError"},
    {"Corrupt", 1, 422, "CorruptError"},
    {"Unsupported", 1, 415, "UnsupportedError"},
    {"Io", 1, 500, "IoError"},
    {"Cancelled", 1, 503, "CancelledError"},
};

}  // namespace

const CodeInfo& code_info(Code code) { return kCodes[static_cast<size_t>(code)]; }

std::string Status::to_string() const {
  return ok() ? "Ok" : std::string(code_info(code_).name) + ": " + message_;
}

Status Status::with_context(std::string_view where) const {
  if (ok()) return *this;
  return {code_, std::string(where) + ": " + message_};
}

Status invalid_argument(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}
Status not_found(std::string message) { return {Code::kNotFound, std::move(message)}; }
Status corrupt(std::string message) { return {Code::kCorrupt, std::move(message)}; }
Status unsupported(std::string message) { return {Code::kUnsupported, std::move(message)}; }
Status io_error(std::string message) { return {Code::kIo, std::move(message)}; }
Status io_error(std::string message, int error_number) {
  const Code code = error_number == ENOENT || error_number == ENOTDIR ? Code::kNotFound : Code::kIo;
  return {code, std::move(message) + ": " + std::generic_category().message(error_number)};
}
Status cancelled(std::string message) { return {Code::kCancelled, std::move(message)}; }

}  // namespace loci
