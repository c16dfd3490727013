// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "messages.h"

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <string_view>

namespace loci::internal {

/// Whether pixels of this encoding (sensor_msgs/image_encodings.h) can be read: rgb8, bgr8, rgba8,
/// bgra8, the same with 16, mono8, mono16, bayer_rggb8 and its like, yuv422, yuv422_yuy2, and 8UC1
/// and 8UC3 (OpenCV's grey and blue-green-red).
bool is_readable_encoding(std::string_view encoding);

/// 8-bit RGB: grey is repeated, alpha dropped, 16 bits scaled to 8; Bayer mosaics are interpolated
/// bilinearly (the mean of the samples of a colour among the eight neighbours); YUV is BT.601 of
/// limited range, both pixels of a pair with its one colour.
/// Errors: Unsupported for another encoding; Corrupt for fewer bytes than the size asks for, or YUV
///         of an odd width
Result<Image> to_image(const RawImage& raw);

}  // namespace loci::internal
