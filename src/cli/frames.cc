// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include "photos.h"

#include "loci/base/text.h"
#include "loci/image/decode.h"

#include <filesystem>

namespace loci::cli {
namespace {

struct TimedFile {
  std::string path;
  double stamp_s;
};

std::optional<double> time_of_name(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  if (stem.find('.') == std::string::npos) return std::nullopt;
  return parse_double(stem);
}

/// Times from the names, or from the rate.
std::vector<TimedFile> with_times(const std::vector<std::string>& files, double fps) {
  std::vector<TimedFile> out;
  bool named = true;
  for (const std::string& file : files) {
    const auto time = time_of_name(file);
    named = named && time && (out.empty() || *time >= out.back().stamp_s);
    out.push_back({file, time.value_or(0)});
  }
  for (size_t i = 0; !named && i < out.size(); ++i) out[i].stamp_s = static_cast<double>(i) / fps;
  return out;
}

class FileSource : public FrameSource {
 public:
  explicit FileSource(std::vector<TimedFile> files) : files_(std::move(files)) {}
  int64_t size() const override { return std::ssize(files_); }
  std::optional<SequenceFrame> next() override {
    if (at_ == files_.size()) return std::nullopt;
    const TimedFile& file = files_[at_++];
    SequenceFrame frame{.name = file.path, .stamp_s = file.stamp_s};
    Result<Image> image = load_image(file.path);
    frame.status = image.status();
    if (image.ok()) frame.image = std::move(image).value();
    return frame;
  }

 private:
  std::vector<TimedFile> files_;
  size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<FrameSource>> open_sequences(const std::vector<std::string>& arguments,
                                                    const SequenceRules& rules,
                                                    std::vector<std::string>* problems) {
  if (!(rules.fps > 0)) return invalid_argument(format("fps %g: expected more than 0", rules.fps));
  if (!(rules.every_s >= 0)) {
    return invalid_argument(format("every %g s: expected 0 or more", rules.every_s));
  }
  // Single files in a row are one sequence.
  std::vector<std::vector<std::string>> sequences;
  bool in_files = false;
  for (const std::string& argument : arguments) {
    LOCI_TRY(found, find_photos({argument}, problems));
    const bool is_file = found.size() == 1 && found.front() == argument;
    if (is_file && in_files) {
      sequences.back().push_back(argument);
    } else {
      sequences.push_back(std::move(found));
    }
    in_files = is_file;
  }
  std::vector<TimedFile> all;
  for (const auto& files : sequences) {
    std::vector<TimedFile> timed = with_times(files, rules.fps);
    if (timed.empty()) continue;
    double shift = 0;
    if (!all.empty() && timed.front().stamp_s <= all.back().stamp_s) {
      shift = all.back().stamp_s + rules.pause_s - timed.front().stamp_s;
    }
    double last = -1e300;
    for (TimedFile& each : timed) {
      each.stamp_s += shift;
      if (each.stamp_s - last < rules.every_s) continue;
      last = each.stamp_s;
      all.push_back(std::move(each));
    }
  }
  if (all.empty()) {
    return invalid_argument(
        "no photographs there; give folders of frames, or frames in their order");
  }
  return std::unique_ptr<FrameSource>(std::make_unique<FileSource>(std::move(all)));
}

}  // namespace loci::cli
