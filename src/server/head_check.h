// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"

#include <optional>
#include <string_view>

namespace loci::internal {

/// The refusal of a request's head that RFC 9112 or RFC 9110 tells a server to refuse, or that two servers behind each
/// other could read differently (request smuggling): anything but one way to say how long the body is, lines that are
/// folded or not ended by CR LF, a Host that is missing, repeated or malformed. `head` ends with the empty line.
/// Nothing for a head that is well-formed. After a refusal the connection is not to be used again.
/// Threads: any
std::optional<Response> check_head(std::string_view head);

/// Whether a text is `uri-host [":" port]` (RFC 9110 7.2) without user information; an empty one is.
bool is_host(std::string_view text);

}  // namespace loci::internal
