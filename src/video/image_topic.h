// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"
#include "messages.h"

#include "loci/image/image.h"

#include <optional>
#include <string>

namespace loci::internal {

/// An image message of either type.
struct ImageMessage {
  std::optional<RawImage> raw;
  std::optional<CompressedImage> compressed;
  int64_t stamp_ns() const { return raw ? raw->stamp_ns : compressed->stamp_ns; }
};

/// Errors: Corrupt when the message ends early
Result<ImageMessage> parse_image(const BagTopic& topic, Bytes message);
/// Errors: Corrupt; Unsupported for an encoding that cannot be read
Result<Image> decode(const BagTopic& topic, const ImageMessage& message);

/// The topic of a name or, without one, the only topic whose first image is of an encoding that can
/// be read.
/// Errors:  InvalidArgument for a name that is no topic of images, or when there are several to
///          choose from; Corrupt when the bag holds no images; Unsupported when none can be read
Result<BagTopic> choose_image_topic(Bag& bag, const std::string& name);

}  // namespace loci::internal
