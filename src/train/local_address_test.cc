// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "local_address.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(LocalAddress, FacesItsOwnHostByTheLoopback) {
  EXPECT_EQ(address_towards("127.0.0.1"), "127.0.0.1");
  EXPECT_TRUE(is_loopback(address_towards("localhost")));
}

TEST(LocalAddress, IsNoneForAHostThatIsNone) {
  EXPECT_EQ(address_towards("no such host."), "");
  EXPECT_TRUE(is_loopback(""));
}

TEST(LocalAddress, OnlyTheLoopbackIsOne) {
  EXPECT_TRUE(is_loopback("127.0.1.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("10.0.0.1"));
  EXPECT_FALSE(is_loopback("fe80::1"));
}

}  // namespace
}  // namespace loci::train
