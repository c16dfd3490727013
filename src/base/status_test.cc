// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/status.h"

#include "loci/base/check.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace loci {
namespace {

Result<int> half_of(int n) {
  if (n % 2 != 0) return invalid_argument("odd");
  return n / 2;
}

Status quarter(int n, int* out) {
  LOCI_TRY(half, half_of(n));
  LOCI_TRY(result, half_of(half));
  *out = result;
  return {};
}

TEST(Result, TryReturnsTheFirstFailure) {
  int out = 0;
  EXPECT_TRUE(quarter(8, &out).ok());
  EXPECT_EQ(out, 2);
  EXPECT_EQ(quarter(6, &out).code(), Code::kInvalidArgument);
  EXPECT_EQ(out, 2);
}

TEST(Result, ValueOfAFailureThrowsItsStatus) {
  try {
    half_of(3).value();
    FAIL() << "no exception";
  } catch (const Error& error) {
    EXPECT_EQ(error.status().code(), Code::kInvalidArgument);
    EXPECT_STREQ(error.what(), "InvalidArgument: odd");
  }
}

TEST(Status, MissingFileIsNotFoundAndOtherSystemErrorsAreIo) {
  EXPECT_EQ(io_error("x", ENOENT).code(), Code::kNotFound);
  EXPECT_EQ(io_error("x", ENOSPC).code(), Code::kIo);
  EXPECT_EQ(io_error("x", ENOSPC).message(), "x: No space left on device");
}

TEST(Status, OneTableGivesExitAndHttpStatus) {
  EXPECT_EQ(code_info(Code::kOk).exit_status, 0);
  EXPECT_EQ(code_info(Code::kInvalidArgument).exit_status, 2);
  EXPECT_EQ(code_info(Code::kCorrupt).exit_status, 1);
  EXPECT_EQ(code_info(Code::kNotFound).http_status, 404);
}

TEST(Check, BrokenContractNamesFileAndCondition) {
  try {
    LOCI_REQUIRE(1 > 2, "numbers are in order");
    FAIL() << "no exception";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("status_test.cc"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("1 > 2"), std::string::npos);
  }
}

}  // namespace
}  // namespace loci
