// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "head_check.h"
#include "message.h"

#include "loci/base/text.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// Any bytes as the head of a request, as an address and as a host. What is accepted says at most once, and plainly, how
/// long its body is.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace loci::internal;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find("\r\n\r\n");
  if (end != std::string_view::npos && !check_head(text.substr(0, end + 4))) {
    const std::string head = loci::to_lower(std::string(text.substr(0, end + 2)));
    const auto count = [&](std::string_view field) {
      int found = 0;
      for (size_t at = head.find(field); at != std::string::npos; at = head.find(field, at + 1))
        ++found;
      return found;
    };
    if (count("\r\ncontent-length:") + count("\r\ntransfer-encoding:") > 1) abort();
    if (count("\r\nhost:") > 1 || count("\r\n ") > 0 || count("\r\n\t") > 0) abort();
  }
  (void)check_head(text);
  (void)parse_target(text);
  (void)is_loopback_name(std::string(text));
  (void)is_host(text);
  return 0;
}
