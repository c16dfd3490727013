// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/file_kind.h"

#include "bytes.h"
#include "pictures_plugin.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/decode.h"

#include <algorithm>
#include <array>
#include <optional>

namespace loci {
namespace {

using internal::ForeignFormat;
using internal::has_text;
using Bytes = std::span<const uint8_t>;
using std::string_view_literals::operator""sv;

struct Magic {
  size_t at;
  std::string_view text;
  FileKind kind;
};

constexpr FileKind photo(std::string_view name) { return {MediaKind::kPhoto, name}; }
constexpr FileKind picture(std::string_view name) { return {MediaKind::kPicture, name}; }
constexpr FileKind video(std::string_view name) { return {MediaKind::kVideo, name}; }

/// A photograph where the plugin that reads it is there, which is loaded by the first such file.
FileKind by_plugin(ForeignFormat format) {
  return {internal::pictures_plugin(format).ok() ? MediaKind::kPhoto : MediaKind::kPicture,
          internal::name_of(format)};
}

// The longer before what it begins with.
constexpr auto kMagics = std::to_array<Magic>({
    {0, "\xFF\xD8\xFF"sv, photo("JPEG")},
    {0, "\x89PNG\r\n\x1a\n"sv, photo("PNG")},
    {8, "WEBP"sv, photo("WebP")},
    {8, "CR\x02"sv, photo("CR2")},
    {0, "II*\0"sv, photo("TIFF")},
    {0, "MM\0*"sv, photo("TIFF")},
    {0, "GIF8"sv, photo("GIF")},
    {0, "FUJIFILMCCD-RAW"sv, photo("RAF")},
    {0, "IIRO"sv, photo("ORF")},
    {0, "IIRS"sv, photo("ORF")},
    {0, "MMOR"sv, photo("ORF")},
    {0, "IIU\0"sv, photo("RW2")},
    {0, "FOVb"sv, photo("X3F")},
    {0, "8BPS"sv, picture("PSD")},
    {4, "jP  \r\n"sv, picture("JPEG 2000")},
    {4, "JXL \r\n"sv, picture("JPEG XL")},
    {0, "\xFF\x0A"sv, picture("JPEG XL")},
    {0, "II+\0"sv, picture("BigTIFF")},
    {0, "MM\0+"sv, picture("BigTIFF")},
    {8, "AVI "sv, video("AVI")},
    {0, "\x1A\x45\xDF\xA3"sv, video("MKV")},
    {0, "\x00\x00\x01\xBA"sv, video("MPEG")},
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, video("WMV")},
    {0, "#ROSBAG V"sv, video("ROS bag")},
    {0, "\x89MCAP0\r\n"sv, video("MCAP")},
});

// Endings by which a TIFF block is the RAW file of a camera.
constexpr auto kRawEndings =
    std::to_array<std::pair<std::string_view, std::string_view>>({{".dng", "DNG"},
                                                                  {".nef", "NEF"},
                                                                  {".nrw", "NRW"},
                                                                  {".arw", "ARW"},
                                                                  {".sr2", "SR2"},
                                                                  {".pef", "PEF"},
                                                                  {".srw", "SRW"},
                                                                  {".3fr", "3FR"},
                                                                  {".iiq", "IIQ"},
                                                                  {".erf", "ERF"},
                                                                  {".kdc", "KDC"},
                                                                  {".mos", "MOS"},
                                                                  {".rwl", "RWL"},
                                                                  {".cr2", "CR2"}});

// Endings that speak where the content does not: empty files, cut ones, and streams without a head.
constexpr auto kEndings = std::to_array<std::pair<std::string_view, FileKind>>({
    {".mpo", photo("JPEG")},
    {".jps", photo("JPEG")},
    {".heic", picture("HEIC")},
    {".heif", picture("HEIC")},
    {".hif", picture("HEIC")},
    {".avif", picture("AVIF")},
    {".jxl", picture("JPEG XL")},
    {".gif", photo("GIF")},
    {".jp2", picture("JPEG 2000")},
    {".cr3", photo("CR3")},
    {".raf", photo("RAF")},
    {".orf", photo("ORF")},
    {".rw2", photo("RW2")},
    {".psd", picture("PSD")},
    {".mp4", video("MP4")},
    {".m4v", video("MP4")},
    {".insv", video("MP4")},
    {".lrv", video("MP4")},
    {".360", video("MP4")},
    {".mov", video("MOV")},
    {".avi", video("AVI")},
    {".mkv", video("MKV")},
    {".webm", video("MKV")},
    {".mpg", video("MPEG")},
    {".mpeg", video("MPEG")},
    {".vob", video("MPEG")},
    {".mts", video("MTS")},
    {".m2ts", video("MTS")},
    {".3gp", video("3GP")},
    {".3g2", video("3GP")},
    {".ogv", video("OGV")},
    {".wmv", video("WMV")},
    {".asf", video("WMV")},
    {".flv", video("FLV")},
    {".h264", video("H.264")},
    {".264", video("H.264")},
    {".h265", video("H.265")},
    {".265", video("H.265")},
    {".hevc", video("H.265")},
    {".bag", video("ROS bag")},
    {".db3", video("ROS 2 bag")},
    {".mcap", video("MCAP")},
    {".db3.zstd", video("ROS 2 bag")},
    {".mcap.zstd", video("MCAP")},
});

template <class Table>
auto by_ending(const Table& table, std::string_view lower)
    -> std::optional<decltype(table[0].second)> {
  const auto found =
      std::ranges::find_if(table, [&](const auto& row) { return lower.ends_with(row.first); });
  if (found == table.end()) return std::nullopt;
  return found->second;
}

/// ISO base media files: "ftyp", then the major brand and the compatible ones.
std::optional<FileKind> iso_media(Bytes head) {
  if (has_text(head, 4, "moov") || has_text(head, 4, "mdat") || has_text(head, 4, "wide") ||
      has_text(head, 4, "pnot"))
    return video("MOV");
  if (!has_text(head, 4, "ftyp")) return std::nullopt;
  internal::ByteReader in(head, true);
  const size_t end = std::min<size_t>(head.size(), in.u32(0));
  std::optional<FileKind> found;
  for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {  // 12 is the minor version
    const std::string_view brand(reinterpret_cast<const char*>(head.data() + at), 4);
    if (brand.starts_with("avi")) return by_plugin(ForeignFormat::kAvif);
    if (brand == "crx ") return photo("CR3");
    if (brand.starts_with("hei") || brand.starts_with("hev") || brand == "mif1" || brand == "msf1")
      found = by_plugin(ForeignFormat::kHeic);
    if (!found && brand == "qt  ") found = video("MOV");
    if (!found && brand.starts_with("3gp")) found = video("3GP");
  }
  return found ? *found : video("MP4");
}

bool is_transport_stream(Bytes head) {
  for (const size_t first : {size_t{0}, size_t{4}}) {
    const size_t step = 188 + first;
    if (head.size() > first + step && head[first] == 0x47 && head[first + step] == 0x47)
      return true;
  }
  return false;
}

}  // namespace

FileKind file_kind(Bytes head, std::string_view name) {
  const std::string lower = to_lower(name);
  if (const auto media = iso_media(head)) return *media;
  for (const Magic& magic : kMagics) {
    if (!has_text(head, magic.at, magic.text)) continue;
    if (magic.at == 8 && magic.kind.name != "CR2" && !has_text(head, 0, "RIFF")) continue;
    if (magic.kind.name == "CR2" && !has_text(head, 0, "II*\0"sv)) continue;
    if (magic.kind.name == "TIFF") {
      if (const auto raw = by_ending(kRawEndings, lower)) return photo(*raw);
    }
    if (magic.kind.name == "JPEG XL") return by_plugin(ForeignFormat::kJpegXl);
    return magic.kind;
  }
  if (has_text(head, 0, "SQLite format 3") && lower.ends_with(".db3")) return video("ROS 2 bag");
  if (is_transport_stream(head)) return video("MTS");
  const bool is_text_or_bmp = ends_with_any(lower, image_extensions());
  if (is_text_or_bmp)
    return photo("");  // a broken one, or of a format without a sure sign (BMP, PNM)
  if (const auto raw = by_ending(kRawEndings, lower)) return photo(*raw);
  if (const auto known = by_ending(kEndings, lower)) return *known;
  return {};
}

FileKind file_kind(const std::string& path) {
  const auto head = read_file_head(path, kKindHead);
  return file_kind(head.ok() ? Bytes(*head) : Bytes(), path.substr(path.rfind('/') + 1));
}

bool is_raw_name(std::string_view name) {
  const std::string lower = to_lower(name);
  return by_ending(kRawEndings, lower).has_value() ||
         ends_with_any(lower, {".cr3", ".raf", ".orf", ".rw2", ".x3f"});
}

}  // namespace loci
