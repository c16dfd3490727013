// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frame_folder.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

namespace loci::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBegun = "loci frames begun: ";
constexpr const char* kWhole = "loci frames 1: ";
constexpr const char* kFine = "loci frames 2: ";  // names with six decimals
constexpr const char* kAny = "loci frames ";

std::string mark_of(const std::string& folder) { return folder + "/cut"; }

/// The line of a mark without its first words, nothing where there is none of ours.
std::optional<std::string> origin_in(const std::string& folder) {
  const auto text = read_text_file(mark_of(folder), 1 << 16);
  if (!text.ok() || !text->starts_with(kAny)) return std::nullopt;
  const size_t at = text->find(": ");
  return at == std::string::npos ? std::nullopt : std::optional(text->substr(at + 2));
}

/// Path of the video in a mark: what comes after "changed N ns, ".
std::string path_in(const std::string& origin) {
  const size_t at = origin.find(" ns, ");
  return at == std::string::npos ? "" : std::string(trim(origin.substr(at + 5)));
}

bool is_frame(const std::string& file) {
  return file.find("#t=") != std::string::npos && file.ends_with(".jpg");
}

/// Nothing there, or frames alone, as a run before marks told "begun" left them.
bool is_free(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!is_frame(it->path().filename().string())) return false;
  }
  return true;
}

}  // namespace

Result<FrameOrigin> FrameOrigin::of(const std::string& video, const VideoOptions& options) {
  LOCI_TRY(info, file_info(video));
  FrameOrigin origin;
  origin.path = fs::absolute(video).lexically_normal().string();
  if (info.is_directory) {  // a recording of several files
    while (origin.path.size() > 1 && origin.path.ends_with('/')) origin.path.pop_back();
    LOCI_TRY(files, list_files(origin.path, {}));
    for (const std::string& file : files) {
      LOCI_TRY(part, file_info(origin.path + "/" + file));
      info.size += part.size;
      info.mtime_ns = std::max(info.mtime_ns, part.mtime_ns);
    }
  }
  origin.name = short_file_name(fs::path(origin.path).filename().string());
  const std::string topic = options.topic.empty() ? "" : "topic " + printable(options.topic) + ", ";
  const char* first = frame_decimals(options) > 2 ? kFine : kWhole;
  origin.choice = first +
                  format("every %g s, every %d frames, ", options.every_s, options.every_frames) +
                  topic;
  origin.state = format("%llu bytes, changed %lld ns, ",
                        static_cast<unsigned long long>(info.size),
                        static_cast<long long>(info.mtime_ns));
  return origin;
}

std::string FrameOrigin::line() const { return choice + state + path + "\n"; }

FrameFolders::FrameFolders(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    if (const auto origin = origin_in(it->path().string()))
      by_mark_[*origin] = it->path().filename().string();
  }
}

std::string FrameFolders::folder_of(const FrameOrigin& origin) {
  const auto take = [&](const std::string& name) {
    given_.insert(name);
    return folder_ + "/" + name;
  };
  for (const auto& [mark, name] : by_mark_) {
    if (path_in(mark) == origin.path) return take(name);
  }
  for (const auto& [mark, name] : by_mark_) {
    std::error_code error;
    const bool same = mark.find(origin.state) != std::string::npos &&
                      fs::path(path_in(mark)).filename() == fs::path(origin.path).filename();
    if (same && !given_.contains(name) && !fs::exists(path_in(mark), error)) return take(name);
  }
  const fs::path base(origin.name);
  for (int n = 1;; ++n) {
    const std::string name =
        n == 1 ? origin.name
               : base.stem().string() + "-" + std::to_string(n) + base.extension().string();
    const std::string folder = folder_ + "/" + name;
    if (!given_.contains(name) && !origin_in(folder) && is_free(folder)) return take(name);
  }
}

bool is_cut(const std::string& folder, const FrameOrigin& origin) {
  const auto text = read_text_file(mark_of(folder), 1 << 16);
  return text.ok() && *text == origin.line();
}

Status begin_cut(const std::string& folder, const FrameOrigin& origin) {
  LOCI_RETURN_IF_ERROR(make_folders(folder));
  LOCI_RETURN_IF_ERROR(write_file(mark_of(folder), kBegun + origin.state + origin.path + "\n"));
  std::error_code error;
  std::vector<fs::path> old;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_frame(it->path().filename().string())) old.push_back(it->path());
  }
  for (const fs::path& frame : old) {
    if (!fs::remove(frame, error) && error)
      return io_error(printable(frame.string()) + ": an old frame cannot be removed",
                      error.value());
  }
  return {};
}

Status end_cut(const std::string& folder, const FrameOrigin& origin) {
  return write_file(mark_of(folder), std::string_view(origin.line()));
}

}  // namespace loci::cli
