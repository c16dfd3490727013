// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "metadata.h"

#include "bytes.h"

#include <algorithm>
#include <string_view>
#include <zlib.h>

namespace loci::internal {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr std::string_view kExifMark("Exif\0\0", 6);
constexpr std::string_view kXmpMark("http://ns.adobe.com/xap/1.0/\0", 29);
constexpr size_t kMaxUnpacked = size_t{1} << 20;

bool is_tiff(Bytes b) {
  return has_text(b, 0, std::string_view("II*\0", 4)) ||
         has_text(b, 0, std::string_view("MM\0*", 4));
}

void add_tiff(Bytes block, MetadataBlocks* out) {
  if (has_text(block, 0, kExifMark)) block = block.subspan(kExifMark.size());
  if (is_tiff(block)) out->tiff.push_back(block);
}

std::vector<uint8_t> inflate_all(Bytes packed) {
  std::vector<uint8_t> out(kMaxUnpacked);
  uLongf size = out.size();
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(std::min<size_t>(packed.size(), kMaxUnpacked));
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(size);
  const int code = inflate(&stream, Z_FINISH);
  out.resize(code == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

/// ImageMagick's way of putting a block into text: a name, the length and hexadecimal digits on lines of their own.
std::vector<uint8_t> raw_profile(Bytes text) {
  size_t at = 0;
  for (int lines = 0; lines < 3 && at < text.size(); ++lines) {
    while (at < text.size() && text[at] != '\n') ++at;
    ++at;
  }
  std::vector<uint8_t> out;
  int high = -1;
  for (; at < text.size(); ++at) {
    const uint8_t c = text[at];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

/// A text chunk of a PNG: tEXt, zTXt or iTXt.
void png_text(std::string_view type, Bytes payload, MetadataBlocks* out) {
  const size_t end = static_cast<size_t>(std::ranges::find(payload, uint8_t{0}) - payload.begin());
  if (end >= payload.size()) return;
  const std::string_view key(reinterpret_cast<const char*>(payload.data()), end);
  const bool profile = key == "Raw profile type exif" || key == "Raw profile type APP1";
  const bool xmp = key == "XML:com.adobe.xmp" || key == "Raw profile type xmp";
  if (!profile && !xmp) return;
  Bytes body = payload.subspan(end + 1);
  bool packed = type == "zTXt";
  if (packed) {
    if (body.empty()) return;
    body = body.subspan(1);
  } else if (type == "iTXt") {  // compression flag, method, language, translated key
    if (body.size() < 2) return;
    packed = body[0] == 1;
    body = body.subspan(2);
    for (int i = 0; i < 2; ++i) {
      const auto zero = std::ranges::find(body, uint8_t{0});
      if (zero == body.end()) return;
      body = body.subspan(static_cast<size_t>(zero - body.begin()) + 1);
    }
  }
  if (packed) {
    out->unpacked.push_back(inflate_all(body));
    body = out->unpacked.back();
  }
  if (key.starts_with("Raw profile")) {
    out->unpacked.push_back(raw_profile(body));
    body = out->unpacked.back();
  }
  if (xmp)
    out->xmp.push_back(body);
  else
    add_tiff(body, out);
}

void jpeg_blocks(Bytes file, MetadataBlocks* out) {
  out->whole = walk_jpeg(file, [&](uint8_t marker, Bytes payload) {
    if (marker == 0xE1 && has_text(payload, 0, kExifMark)) add_tiff(payload, out);
    if (marker == 0xE1 && has_text(payload, 0, kXmpMark))
      out->xmp.push_back(payload.subspan(kXmpMark.size()));
    return true;
  });
}

void png_blocks(Bytes file, MetadataBlocks* out) {
  out->whole = walk_png(file, [&](std::string_view type, Bytes payload, uint32_t) {
    if (type == "eXIf") add_tiff(payload, out);
    if (type == "tEXt" || type == "zTXt" || type == "iTXt") png_text(type, payload, out);
    return true;
  });
}

void webp_blocks(Bytes file, MetadataBlocks* out) {
  ByteReader in(file, false);
  uint64_t at = 12;
  while (in.has(at, 8)) {
    const uint64_t length = in.u32(at + 4);
    if (has_text(file, at, "EXIF")) add_tiff(in.part(at + 8, length), out);
    if (has_text(file, at, "XMP ")) out->xmp.push_back(in.part(at + 8, length));
    at += 8 + length + (length & 1);
  }
  out->whole = at >= uint64_t{in.u32(4)} + 8 && at <= file.size() + 1;
}

/// Boxed files (HEIC, AVIF, CR3, JPEG XL): EXIF lies in an item, or in a box of the maker's. A TIFF block is found where it
/// begins: behind "Exif", in a box CMT1, CMT2 or CMT4 (CR3), or four bytes into a box Exif (JPEG XL).
void box_blocks(Bytes file, MetadataBlocks* out) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  constexpr int kMost = 16;  // of what the pixels of a large file spell by chance
  int tried = 0;
  for (const std::string_view mark :
       {std::string_view("Exif\0\0", 6), std::string_view("Exif", 4), std::string_view("CMT", 3)}) {
    for (size_t at = text.find(mark); at != std::string_view::npos && tried < kMost * 64;
         at = text.find(mark, at + 1), ++tried) {
      for (const size_t after : {size_t{4}, size_t{6}, size_t{8}}) {
        const Bytes block = file.subspan(std::min(at + after, file.size()));
        if (!is_tiff(block) || out->tiff.size() >= kMost) continue;
        out->tiff.push_back(block);
        break;
      }
    }
  }
  for (size_t at = text.find("<x:xmpmeta"); at != std::string_view::npos && out->xmp.size() < kMost;
       at = text.find("<x:xmpmeta", at + 1)) {
    const size_t end = text.find("</x:xmpmeta>", at);
    if (end == std::string_view::npos) break;
    out->xmp.push_back(file.subspan(at, end - at));
  }
  out->whole = false;  // they may lie anywhere
}

}  // namespace

MetadataBlocks find_metadata(Bytes file) {
  MetadataBlocks out;
  out.unpacked.reserve(64);  // spans point to the vectors' memory, which moves with them
  if (file.size() >= 2 && file[0] == 0xFF && file[1] == 0xD8) {
    jpeg_blocks(file, &out);
  } else if (has_text(file, 0, "\x89PNG")) {
    png_blocks(file, &out);
  } else if (has_text(file, 0, "RIFF") && has_text(file, 8, "WEBP")) {
    webp_blocks(file, &out);
  } else if (has_text(file, 0, "FUJIFILMCCD-RAW")) {
    // Its preview has the metadata; the offset stands in the file's head.
    ByteReader in(file, true);
    const uint64_t at = in.u32(84);
    if (in.has(at, 4) && file[at] == 0xFF) jpeg_blocks(file.subspan(at), &out);
    out.whole = out.whole && at < file.size();
  } else if (has_text(file, 4, "ftyp") || has_text(file, 4, "JXL \r\n")) {
    box_blocks(file, &out);
  } else if (is_tiff(file)) {
    out.tiff.push_back(file);
    out.whole = false;  // its directories may lie anywhere
  }
  return out;
}

}  // namespace loci::internal
