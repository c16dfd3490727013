// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loci {

/// parse_time(); where the text names its offset from UTC ("+02:00", "Z"), the result is UTC and `*offset_s` the offset.
std::optional<int64_t> parse_zoned_time(std::string_view text, std::optional<int32_t>* offset_s);
/// Seconds since 1970 with the decimals that follow the clock: "2011-09-26 13:02:25.964389445". As if it were UTC.
std::optional<double> parse_precise_time(std::string_view text);
/// "+02:00", "-0330", "Z" in seconds.
std::optional<int32_t> parse_utc_offset(std::string_view text);

}  // namespace loci
