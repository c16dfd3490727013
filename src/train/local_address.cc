// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "local_address.h"

#include <array>
#include <netdb.h>
#include <unistd.h>

#include <sys/socket.h>

namespace loci::train {
namespace {

/// A UDP socket that is "connected" sends nothing, but has the address that the route asks for.
std::string address_by_route(const addrinfo& target) {
  const int fd = ::socket(target.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {};
  std::string address;
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  auto* generic = reinterpret_cast<sockaddr*>(&own);
  if (::connect(fd, target.ai_addr, target.ai_addrlen) == 0 &&
      ::getsockname(fd, generic, &size) == 0) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(generic, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      address = text.data();
  }
  ::close(fd);
  return address;
}

}  // namespace

std::string address_towards(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  constexpr const char* kAnyPort = "9";  // "discard"; nothing is sent
  if (::getaddrinfo(host.c_str(), kAnyPort, &hints, &found) != 0) return {};
  std::string address;
  for (const addrinfo* one = found; one != nullptr && address.empty(); one = one->ai_next)
    address = address_by_route(*one);
  ::freeaddrinfo(found);
  return address;
}

bool is_loopback(const std::string& address) {
  return address.empty() || address == "::1" || address.starts_with("127.");
}

}  // namespace loci::train
