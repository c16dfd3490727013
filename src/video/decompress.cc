// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "decompress.h"

#include "bag.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <climits>

#if LOCI_HAVE_BZ2
#include <bzlib.h>
#endif
#if LOCI_HAVE_LZ4
#include <lz4frame.h>
#endif
#if LOCI_HAVE_ZSTD
#include <zstd.h>
#endif

namespace loci::internal {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 30;

Status damaged() { return corrupt("a chunk cannot be decompressed: it is damaged"); }

/// What a decompressor made, which may be less than the chunk says only where the file was cut.
Result<ChunkContent> made(ChunkContent out, uint64_t bytes, bool cut) {
  if (bytes != out.size() && !cut) return damaged();
  out.cut(bytes);
  return out;
}

[[maybe_unused]] Status lacks(std::string_view library, std::string_view package) {
  return unsupported(
      format("a chunk compressed by %s, which this build does not read; install %s "
             "and build again",
             std::string(library).c_str(),
             std::string(package).c_str()));
}

#if LOCI_HAVE_BZ2
Result<ChunkContent> from_bz2(Bytes in, ChunkContent out, bool cut) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return corrupt("no memory for bz2");
  const std::unique_ptr<bz_stream, void (*)(bz_stream*)> end(
      &stream, [](bz_stream* s) { BZ2_bzDecompressEnd(s); });
  // The library takes the source as not const, and changes nothing in it.
  stream.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
  stream.avail_in = static_cast<unsigned>(std::min<size_t>(in.size(), UINT_MAX));
  stream.next_out = reinterpret_cast<char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  int code = BZ_OK;
  while (code == BZ_OK && stream.avail_out > 0) {
    const auto before = std::pair(stream.avail_in, stream.avail_out);
    code = BZ2_bzDecompress(&stream);
    if (code == BZ_OK && std::pair(stream.avail_in, stream.avail_out) == before) break;
  }
  if (code != BZ_OK && code != BZ_STREAM_END && !cut) return damaged();
  return made(std::move(out), out.size() - stream.avail_out, cut);
}
#endif

#if LOCI_HAVE_LZ4
Result<ChunkContent> from_lz4(Bytes in, ChunkContent out, bool cut) {
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
    return corrupt("no memory for lz4");
  const std::unique_ptr<LZ4F_dctx, size_t (*)(LZ4F_dctx*)> end(context,
                                                               LZ4F_freeDecompressionContext);
  uint64_t read = 0, written = 0;
  while (read < in.size() && written < out.size()) {
    size_t from = in.size() - read, to = out.size() - written;
    const size_t code =
        LZ4F_decompress(context, out.data() + written, &to, in.data() + read, &from, nullptr);
    if (LZ4F_isError(code)) {
      if (cut) break;
      return corrupt(std::string("a chunk cannot be decompressed: ") + LZ4F_getErrorName(code));
    }
    read += from;
    written += to;
    if (from == 0 && to == 0) break;
  }
  return made(std::move(out), written, cut);
}
#endif

#if LOCI_HAVE_ZSTD
Result<ChunkContent> from_zstd(Bytes in, ChunkContent out, bool cut) {
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx);
  if (!context) return corrupt("no memory for zstd");
  ZSTD_inBuffer from{in.data(), in.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  while (from.pos < from.size && to.pos < to.size) {
    const auto before = std::pair(from.pos, to.pos);
    const size_t code = ZSTD_decompressStream(context.get(), &to, &from);
    if (ZSTD_isError(code)) {
      if (cut) break;
      return corrupt(std::string("a chunk cannot be decompressed: ") + ZSTD_getErrorName(code));
    }
    if (std::pair(from.pos, to.pos) == before) break;
  }
  return made(std::move(out), to.pos, cut);
}
#endif

}  // namespace

Result<ChunkContent> decompress_chunk(std::string_view compression,
                                      Bytes compressed,
                                      uint64_t size,
                                      bool cut) {
  if (compression != "bz2" && compression != "lz4" && compression != "zstd") {
    return unsupported("a chunk compressed by '" + printable(compression) +
                       "'; expected none, bz2, lz4 or zstd");
  }
  if (size > kMaxBytes)
    return unsupported(
        format("a chunk of %llu bytes; at most 1 GiB", static_cast<unsigned long long>(size)));
  if (size == 0) return ChunkContent();
  ChunkContent out(size);
  if (out.size() != size)
    return corrupt(
        format("no memory for a chunk of %llu bytes", static_cast<unsigned long long>(size)));
#if LOCI_HAVE_BZ2
  if (compression == "bz2") return from_bz2(compressed, std::move(out), cut);
#else
  if (compression == "bz2") return lacks("bz2", "libbz2-dev");
#endif
#if LOCI_HAVE_LZ4
  if (compression == "lz4") return from_lz4(compressed, std::move(out), cut);
#else
  if (compression == "lz4") return lacks("lz4", "liblz4-dev");
#endif
#if LOCI_HAVE_ZSTD
  return from_zstd(compressed, std::move(out), cut);
#else
  return lacks("zstd", "libzstd-dev");
#endif
}

Result<std::optional<ChunkContent>> decompress_message(Bytes message) {
  constexpr uint8_t kMark[] = {0x28, 0xB5, 0x2F, 0xFD};
  if (message.size() < 4 || !std::equal(std::begin(kMark), std::end(kMark), message.begin()))
    return std::optional<ChunkContent>();
#if LOCI_HAVE_ZSTD
  const unsigned long long size = ZSTD_getFrameContentSize(message.data(), message.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return damaged();
  const bool known = size != ZSTD_CONTENTSIZE_UNKNOWN;
  if (known && size > kMaxMessageBytes)
    return unsupported("a message of more than 256 MiB, decompressed");
  // Without its size, a message is not more than this much larger than packed.
  const uint64_t room =
      known ? size : std::min<uint64_t>(kMaxMessageBytes, message.size() * 64 + 65536);
  LOCI_TRY(content, decompress_chunk("zstd", message, room, !known));
  return std::optional(std::move(content));
#else
  return lacks("zstd", "libzstd-dev");
#endif
}

Status unpack_file(const std::string& packed, const std::string& to) {
#if LOCI_HAVE_ZSTD
  LOCI_TRY(file, MappedFile::open(packed));
  LOCI_TRY(out, FileWriter::create(to));
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx);
  if (!context) return corrupt("no memory for zstd");
  std::vector<uint8_t> buffer(size_t{1} << 20);
  ZSTD_inBuffer from{file.bytes().data(), file.bytes().size(), 0};
  while (from.pos < from.size) {
    ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
    const size_t before = from.pos;
    const size_t code = ZSTD_decompressStream(context.get(), &piece, &from);
    if (ZSTD_isError(code)) {
      return corrupt(printable(packed) +
                     ": cannot be decompressed: " + std::string(ZSTD_getErrorName(code)));
    }
    LOCI_RETURN_IF_ERROR(out.write(buffer.data(), piece.pos));
    if (piece.pos == 0 && from.pos == before) break;
  }
  LOCI_RETURN_IF_ERROR(file.intact());
  return out.commit();
#else
  (void)to;
  return lacks("zstd", "libzstd-dev").with_context(printable(packed));
#endif
}

}  // namespace loci::internal
