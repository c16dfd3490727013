// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace loci::train {

/// The address of this host that packets to `host` leave from: the one by which that host reaches
/// it. Empty when the name is not known or there is no way to it.
std::string address_towards(const std::string& host);
/// 127.0.0.0/8, ::1, or no address at all.
bool is_loopback(const std::string& address);

}  // namespace loci::train
