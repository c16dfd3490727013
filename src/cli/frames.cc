// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include "frame_times.h"

#include "loci/base/text.h"
#include "loci/image/decode.h"
#include "loci/video/video.h"

#include <algorithm>

namespace loci::cli {
namespace {

/// Times from the names (and then in their order), from a times.txt beside the frames (KITTI), or from the rate.
std::vector<TimedFile> with_times(const std::vector<std::string>& files, double fps, bool listed) {
  std::vector<TimedFile> out;
  for (const std::string& file : files) out.push_back({file, 0});
  const auto times = times_of_names(files);
  const auto rising = [&] { return std::ranges::is_sorted(*times); };
  if (times && (listed || rising())) {
    for (size_t i = 0; i < out.size(); ++i) out[i].stamp_s = (*times)[i];
    // Decimals are no numbers of their own: 10.15 comes before 10.2.
    if (listed) std::ranges::stable_sort(out, {}, &TimedFile::stamp_s);
    return out;
  }
  const auto kept = listed ? times_beside(files) : std::nullopt;
  for (size_t i = 0; i < out.size(); ++i)
    out[i].stamp_s = kept ? (*kept)[i] : static_cast<double>(i) / fps;
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
      : path_(std::move(path)), names_(path_, 2), reader_(std::move(reader)) {}
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
    frame.name = names_.next((*got)->stamp_s);
    frame.stamp_s = last_stamp_s_ = reader_->start_s() + (*got)->stamp_s;
    frame.image = std::move((*got)->image);
    return frame;
  }

 private:
  std::string path_;
  FrameNames names_;
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

/// Without the frames that follow too soon.
std::vector<TimedFile> thinned(std::vector<TimedFile> files, double every_s) {
  std::vector<TimedFile> kept;
  for (TimedFile& each : files) {
    if (!kept.empty() && each.stamp_s - kept.back().stamp_s < every_s - 1e-6) continue;
    kept.push_back(std::move(each));
  }
  return kept;
}

/// Collects the sequences that the arguments name.
class Opening {
 public:
  Opening(const SequenceRules& rules, PhotoSearch* search) : rules_(rules), search_(search) {}

  Status open(const std::string& argument) {
    if (is_video_file(argument)) {
      end_single();
      LOCI_TRY(reader, open_video(argument, {.every_s = rules_.every_s, .topic = rules_.topic}));
      parts_.push_back(std::make_unique<VideoSource>(argument, std::move(reader)));
      return {};
    }
    LOCI_TRY(layout, recognise_drive(argument));
    if (layout) {
      end_single();
      if (!layout->timed) {
        for (size_t i = 0; i < layout->files.size(); ++i)
          layout->files[i].stamp_s = static_cast<double>(i) / rules_.fps;
      }
      add(layout->files);
      out_.layouts.push_back(std::move(*layout));
      return {};
    }
    LOCI_TRY(found, find_photos({argument}, search_));
    if (found.size() == 1 && found.front() == argument) {
      single_.push_back(argument);
      return {};
    }
    end_single();
    if (!found.empty()) add(with_times(found, rules_.fps, true));
    return {};
  }

  void fail(const std::string& argument, Status status) {
    out_.failures.push_back({argument, std::move(status)});
  }

  Result<Sequences> finish() {
    end_single();
    if (parts_.empty() && !out_.failures.empty()) return out_.failures.front().error;
    if (parts_.empty()) {
      return invalid_argument(nothing_found(
          "no photographs there; give folders of frames, frames in their order, videos or bags",
          *search_));
    }
    out_.source = std::make_unique<ChainedSource>(std::move(parts_), rules_.pause_s);
    return std::move(out_);
  }

 private:
  void add(std::vector<TimedFile> files) {
    for (const TimedFile& file : files) out_.photos.push_back(file.path);
    parts_.push_back(std::make_unique<FileSource>(thinned(std::move(files), rules_.every_s)));
  }
  /// Single files in a row are one sequence.
  void end_single() {
    if (!single_.empty()) add(with_times(single_, rules_.fps, false));
    single_.clear();
  }

  SequenceRules rules_;
  PhotoSearch* search_;
  Sequences out_;
  std::vector<std::unique_ptr<FrameSource>> parts_;
  std::vector<std::string> single_;
};

}  // namespace

Result<Sequences> open_sequences(const std::vector<std::string>& arguments,
                                 const SequenceRules& rules,
                                 PhotoSearch* search) {
  LOCI_RETURN_IF_ERROR(check(rules));
  Opening opening(rules, search);
  for (const std::string& argument : arguments) {
    if (Status status = opening.open(argument); !status.ok())
      opening.fail(argument, std::move(status));
  }
  return opening.finish();
}

}  // namespace loci::cli
