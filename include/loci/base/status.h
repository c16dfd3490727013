// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace loci {

/// What kind of thing went wrong outside the program. Exit codes, HTTP statuses and Python exceptions are
/// derived from these in one table (`code_info`).
enum class Code {
  kOk,
  kInvalidArgument,  ///< the caller asked for something that makes no sense
  kNotFound,         ///< a file, image, tensor or verb that is not there
  kCorrupt,          ///< a file whose content contradicts itself or its format
  kUnsupported,      ///< a correct file that this build or version cannot handle
  kIo,               ///< the operating system refused: permission, disk full, read error
  kCancelled,        ///< stopped on request; what was done before is kept
};

/// How one code is shown to each kind of user.
struct CodeInfo {
  const char* name;              ///< "Corrupt"
  int exit_status;               ///< of the command line: 0 ok, 1 failed, 2 usage
  int http_status;               ///< of the server
  const char* python_exception;  ///< name of the Python exception
};
const CodeInfo& code_info(Code code);

/// Success, or a code and a sentence that says where, what was found, what was expected and what to do.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  /// "Corrupt: model.safetensors: header ends at byte 12 of 8"
  std::string to_string() const;
  /// The same failure with `where: ` put before its message.
  Status with_context(std::string_view where) const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

Status invalid_argument(std::string message);
Status not_found(std::string message);
Status corrupt(std::string message);
Status unsupported(std::string message);
Status io_error(std::string message);
/// Io (or NotFound for ENOENT) with the system's words for `error_number` behind the message.
Status io_error(std::string message, int error_number);
Status cancelled(std::string message);

/// What `Result::value()` throws when there is no value.
class Error : public std::runtime_error {
 public:
  explicit Error(Status status)
      : std::runtime_error(status.to_string()), status_(std::move(status)) {}
  const Status& status() const { return status_; }

 private:
  Status status_;
};

/// A value or the Status that says why there is none. Two doors: test `ok()`, or call `value()` and let it throw.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}        // NOLINT(google-explicit-constructor)
  Result(Status status) : content_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    if (std::get<Status>(content_).ok())
      throw std::logic_error("Result made from an ok Status has no value");
  }

  bool ok() const { return std::holds_alternative<T>(content_); }
  Status status() const { return ok() ? Status() : std::get<Status>(content_); }
  const T& value() const& { return check(), std::get<T>(content_); }
  T& value() & { return check(), std::get<T>(content_); }
  /// By value, so that a loop over `f().value()` does not outlive what it loops over.
  T value() && { return check(), std::get<T>(std::move(content_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  void check() const {
    if (!ok()) throw Error(std::get<Status>(content_));
  }
  std::variant<T, Status> content_;
};

#define LOCI_CONCAT_INNER(a, b) a##b
#define LOCI_CONCAT(a, b) LOCI_CONCAT_INNER(a, b)

/// `LOCI_TRY(image, load_image(path));` declares `image`, or returns the failure from the calling function.
// NOLINTBEGIN(bugprone-macro-parentheses): `name` is declared, so it cannot stand in parentheses
#define LOCI_TRY(name, expression)                         \
  auto LOCI_CONCAT(loci_result_, __LINE__) = (expression); \
  if (!LOCI_CONCAT(loci_result_, __LINE__).ok())           \
    return LOCI_CONCAT(loci_result_, __LINE__).status();   \
  auto name = std::move(LOCI_CONCAT(loci_result_, __LINE__)).value()
// NOLINTEND(bugprone-macro-parentheses)

/// Returns the failure of an expression of type Status from the calling function.
#define LOCI_RETURN_IF_ERROR(expression)                                                     \
  do {                                                                                       \
    if (::loci::Status loci_status_ = (expression); !loci_status_.ok()) return loci_status_; \
  } while (false)

}  // namespace loci
