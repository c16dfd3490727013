// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include "loci/base/text.h"
#include "loci/data/photos.h"
#include "loci/image/decode.h"
#include "loci/video/video.h"

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

class VideoSource : public FrameSource {
 public:
  VideoSource(std::string path, std::unique_ptr<VideoReader> reader)
      : path_(std::move(path)), reader_(std::move(reader)) {}
  int64_t size() const override { return 0; }
  std::optional<SequenceFrame> next() override {
    if (ended_) return std::nullopt;
    Result<std::optional<VideoFrame>> got = reader_->next();
    SequenceFrame frame{.name = path_, .stamp_s = last_stamp_s_, .status = got.status()};
    ended_ = !got.ok() || !*got;
    if (!got.ok()) return frame;
    if (ended_) {
      const std::string note = reader_->note();
      if (note.empty()) return std::nullopt;
      frame.status = corrupt(note);
      return frame;
    }
    frame.name = video_frame_name(path_, (*got)->stamp_s);
    frame.stamp_s = last_stamp_s_ = reader_->start_s() + (*got)->stamp_s;
    frame.image = std::move((*got)->image);
    return frame;
  }

 private:
  std::string path_;
  std::unique_ptr<VideoReader> reader_;
  double last_stamp_s_ = 0;
  bool ended_ = false;
};

/// One after the other, each shifted to begin after the one before.
class ChainedSource : public FrameSource {
 public:
  ChainedSource(std::vector<std::unique_ptr<FrameSource>> parts, double pause_s)
      : parts_(std::move(parts)), pause_s_(pause_s) {}
  int64_t size() const override {
    int64_t sum = 0;
    for (const auto& part : parts_) {
      if (part->size() == 0) return 0;
      sum += part->size();
    }
    return sum;
  }
  std::optional<SequenceFrame> next() override {
    while (at_ < parts_.size()) {
      std::optional<SequenceFrame> frame = parts_[at_]->next();
      if (!frame) {
        ++at_;
        begins_ = true;
        continue;
      }
      if (begins_)
        shift_ = at_ > 0 && frame->stamp_s <= last_stamp_s_
                     ? last_stamp_s_ + pause_s_ - frame->stamp_s
                     : 0;
      begins_ = false;
      frame->stamp_s += shift_;
      last_stamp_s_ = frame->stamp_s;
      return frame;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::unique_ptr<FrameSource>> parts_;
  double pause_s_;
  size_t at_ = 0;
  double shift_ = 0, last_stamp_s_ = 0;
  bool begins_ = true;
};

Status check(const SequenceRules& rules) {
  if (!(rules.fps > 0)) return invalid_argument(format("fps %g: expected more than 0", rules.fps));
  if (!(rules.every_s >= 0)) {
    return invalid_argument(format("every %g s: expected 0 or more", rules.every_s));
  }
  return {};
}

std::unique_ptr<FrameSource> open_files(const std::vector<std::string>& files,
                                        const SequenceRules& rules) {
  std::vector<TimedFile> kept;
  for (TimedFile& each : with_times(files, rules.fps)) {
    if (!kept.empty() && each.stamp_s - kept.back().stamp_s < rules.every_s - 1e-6) continue;
    kept.push_back(std::move(each));
  }
  return std::make_unique<FileSource>(std::move(kept));
}

}  // namespace

Result<std::unique_ptr<FrameSource>> open_sequences(const std::vector<std::string>& arguments,
                                                    const SequenceRules& rules,
                                                    std::vector<std::string>* problems) {
  LOCI_RETURN_IF_ERROR(check(rules));
  std::vector<std::unique_ptr<FrameSource>> parts;
  std::vector<std::string> single;  // single files in a row are one sequence
  const auto end_single = [&] {
    if (!single.empty()) parts.push_back(open_files(single, rules));
    single.clear();
  };
  for (const std::string& argument : arguments) {
    if (is_video_name(argument)) {
      end_single();
      LOCI_TRY(reader, open_video(argument, {.every_s = rules.every_s, .topic = rules.topic}));
      parts.push_back(std::make_unique<VideoSource>(argument, std::move(reader)));
      continue;
    }
    LOCI_TRY(found, find_photos({argument}, problems));
    if (found.size() == 1 && found.front() == argument) {
      single.push_back(argument);
      continue;
    }
    end_single();
    if (!found.empty()) parts.push_back(open_files(found, rules));
  }
  end_single();
  if (parts.empty()) {
    return invalid_argument(
        "no photographs there; give folders of frames, frames in their order, videos or bags");
  }
  return std::unique_ptr<FrameSource>(
      std::make_unique<ChainedSource>(std::move(parts), rules.pause_s));
}

}  // namespace loci::cli
