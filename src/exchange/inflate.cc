// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "inflate.h"

#include "guard.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace loci {
namespace {

constexpr size_t kChunk = size_t{1} << 30;

/// Fills `out` from `packed`; true when the stream ended exactly with it or `out` is full.
struct Inflated {
  size_t written = 0;
  bool ended = false;
  bool broken = false;
};

Inflated run(std::span<const uint8_t> packed, std::span<uint8_t> out, int window_bits) {
  z_stream stream{};
  Inflated result;
  if (inflateInit2(&stream, window_bits) != Z_OK) throw std::bad_alloc();
  size_t in_at = 0;
  uint8_t beyond = 0;  // one byte more than wanted tells a stream that is too long
  while (true) {
    const size_t in_now = std::min(kChunk, packed.size() - in_at);
    const size_t out_now = std::min(kChunk, out.size() - result.written);
    stream.next_in = const_cast<Bytef*>(packed.data() + in_at);
    stream.avail_in = static_cast<uInt>(in_now);
    stream.next_out = out_now != 0 ? out.data() + result.written : &beyond;
    stream.avail_out = out_now != 0 ? static_cast<uInt>(out_now) : 1;
    const int code = inflate(&stream, Z_NO_FLUSH);
    const size_t consumed = in_now - stream.avail_in;
    in_at += consumed;
    const size_t produced = (out_now != 0 ? out_now : 1) - stream.avail_out;
    if (out_now == 0 && produced != 0) break;  // longer than announced
    result.written += produced;
    if (code == Z_STREAM_END) {
      result.ended = true;
      break;
    }
    if (code != Z_OK || (consumed == 0 && produced == 0)) {
      result.broken = code != Z_BUF_ERROR && code != Z_OK;
      break;
    }
  }
  inflateEnd(&stream);
  return result;
}

}  // namespace

void InflateBudget::spend(uint64_t bytes, const std::string& what) {
  if (bytes > left_) {
    fail_corrupt(what + " would grow to " + std::to_string(bytes) +
                 " bytes, more than any real file of this size holds");
  }
  left_ -= bytes;
}

SharedBytes inflate_exactly(std::span<const uint8_t> packed,
                            uint64_t size,
                            bool raw,
                            InflateBudget& budget,
                            const std::string& what) {
  // Deflate cannot shrink below 1 : 1032.
  if (size / 1032 > packed.size()) {
    fail_corrupt(what + " announces " + std::to_string(size) + " bytes, its " +
                 std::to_string(packed.size()) + " compressed bytes cannot hold them");
  }
  budget.spend(size, what);
  auto out = std::make_shared<AlignedBuffer<uint8_t>>(static_cast<size_t>(size));
  const Inflated result = run(packed, out->span(), raw ? -MAX_WBITS : MAX_WBITS);
  if (result.written != size || !result.ended) {
    fail_corrupt(what + ": its compressed data are damaged (" + std::to_string(result.written) +
                 " of " + std::to_string(size) + " bytes could be read)");
  }
  return out;
}

size_t inflate_prefix(std::span<const uint8_t> packed, std::span<uint8_t> out) {
  return run(packed, out, MAX_WBITS).written;
}

}  // namespace loci
