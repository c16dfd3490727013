// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace loci {

/// A whole HTML page that needs nothing from the network: every report of ours looks like this.
/// Follows the reader's light or dark preference and fits a phone. `title` is plain text (escaped
/// here) and becomes the heading as well; `body` is HTML.
///
/// Classes for the body:
///   section.card                 a box
///   p.lead, .muted               introduction, secondary text
///   div.scroll > table           a wide table
///   td.num, th.num               figures, right-aligned
///   div.tiles                    wrapping row of .tile
///   .tile.good, .tile.bad        a picture with caption, framed by its verdict
///   span.badge.good|bad|unsure   verdict in words
///   svg.plot                     charts; CSS variables --series-1 to --series-6, --ink, --soft,
///                                --line, --good, --bad
///
/// The look is src/base/style: tokens.css, which the page of `loci serve` (web/) shares, and page.css.
std::string html_page(std::string_view title, std::string_view body);

/// RFC 4648 base64 with padding.
std::string base64(std::span<const uint8_t> bytes);
/// "data:image/jpeg;base64,..." for src attributes.
std::string data_url(std::string_view mime_type, std::span<const uint8_t> bytes);

}  // namespace loci
