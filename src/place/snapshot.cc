// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "snapshot.h"

#include "loci/base/text.h"

#include <algorithm>
#include <unordered_map>

namespace loci {
namespace {

std::string key_of(const IndexOptions& options) {
  IndexOptions copy = options;
  std::string key;
  copy.describe([&](const OptionInfo&, const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
      key += value + ' ';
    } else {
      key += std::to_string(value) + ' ';
    }
  });
  return key + std::to_string(options.seed);
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> Snapshot::load(const Catalogue& catalogue,
                                                       const SegmentFormat& format) {
  const std::shared_ptr<Snapshot> s(new Snapshot());
  s->dim_ = format.dim;
  std::unordered_map<int64_t, size_t> block_of;
  {
    // compact() removes old segments after its commit, which waits for the end of this transaction.
    LOCI_TRY(transaction, Transaction::begin_read(catalogue.database()));
    LOCI_TRY(segments, catalogue.segments());
    int64_t total = 0;
    for (const SegmentInfo& segment : segments) {
      block_of.emplace(segment.id, s->first_row_.size());
      s->first_row_.push_back(total);
      total += segment.rows;
    }
    s->image_of_row_.assign(static_cast<size_t>(total), -1);
    Status wrong;
    LOCI_RETURN_IF_ERROR(catalogue.each_image([&](StoredImage&& stored) {
      const auto it = block_of.find(stored.segment);
      if (it == block_of.end() || stored.row < 0 || stored.row >= segments[it->second].rows) {
        wrong = corrupt(catalogue.database().where() + ": photograph " +
                        std::to_string(stored.image.id) + " names a row that no segment has");
        return;
      }
      const int64_t row = s->first_row_[it->second] + stored.row;
      s->image_of_row_[static_cast<size_t>(row)] = static_cast<int64_t>(s->images_.size());
      s->row_of_image_.push_back(row);
      s->images_.push_back(std::move(stored.image));
    }));
    LOCI_RETURN_IF_ERROR(wrong);
    LOCI_TRY(chance, catalogue.fact("chance"));
    s->chance_ = ChanceModel::parse(chance);
    for (const SegmentInfo& segment : segments) {
      auto mapped = format.map(segment.id, segment.rows);
      if (mapped.status().code() == Code::kNotFound) {
        return corrupt(
            mapped.status().message() +
            "; the catalogue names this file: put it back, or index the photographs into "
            "a new folder");
      }
      LOCI_TRY(file, std::move(mapped));
      s->blocks_.push_back(format.rows(file, segment.rows));
      s->files_.emplace_back(std::move(file));
      s->segment_ids_.push_back(segment.id);
    }
  }
  s->choose_cohort();
  return std::shared_ptr<const Snapshot>(s);
}

Status Snapshot::intact() const {
  for (const OpenSegmentFile& file : files_) LOCI_RETURN_IF_ERROR(file.intact());
  return {};
}

bool Snapshot::same_state(const Snapshot& other) const {
  const auto key = [](const PlaceImage& i) {
    return std::tie(i.id, i.path, i.size_bytes, i.mtime_ns, i.sha256);
  };
  return segment_ids_ == other.segment_ids_ && row_of_image_ == other.row_of_image_ &&
         image_of_row_.size() == other.image_of_row_.size() &&
         chance_.to_text() == other.chance_.to_text() &&
         std::equal(images_.begin(),
                    images_.end(),
                    other.images_.begin(),
                    other.images_.end(),
                    [&](const PlaceImage& a, const PlaceImage& b) { return key(a) == key(b); });
}

const PlaceImage* Snapshot::find(int64_t id) const {
  const auto it = std::lower_bound(
      images_.begin(), images_.end(), id, [](const PlaceImage& image, int64_t wanted) {
        return image.id < wanted;
      });
  return it != images_.end() && it->id == id ? &*it : nullptr;
}

std::span<const float> Snapshot::row(int64_t number) const {
  const auto block =
      std::upper_bound(first_row_.begin(), first_row_.end(), number) - first_row_.begin() - 1;
  const auto b = static_cast<size_t>(block);
  return blocks_[b].row(number - first_row_[b]);
}

std::span<const float> Snapshot::descriptor(const PlaceImage& image) const {
  return descriptor_of(static_cast<size_t>(&image - images_.data()));
}

const PlaceImage* Snapshot::image_of_row(int64_t number) const {
  const int64_t position = image_of_row_[static_cast<size_t>(number)];
  return position < 0 ? nullptr : &images_[static_cast<size_t>(position)];
}

Result<std::shared_ptr<const Index>> Snapshot::index(const IndexOptions& options) const {
  const std::string key = key_of(options);
  const std::lock_guard lock(mutex_);
  if (const auto it = indexes_.find(key); it != indexes_.end()) return it->second;
  LOCI_TRY(made, make_index(blocks_, dim_, options));
  LOCI_RETURN_IF_ERROR(intact());  // an index of rows that are gone would be kept for ever
  std::shared_ptr<const Index> index = std::move(made);
  indexes_.emplace(key, index);
  return index;
}

Result<std::vector<Hit>> Snapshot::search(std::span<const float> query,
                                          int k,
                                          const IndexOptions& options,
                                          const std::string& leave_out) const {
  if (images_.empty()) return std::vector<Hit>();
  LOCI_TRY(found, index(options));
  int64_t out = -1;
  if (!leave_out.empty()) {
    const auto self = std::find_if(images_.begin(), images_.end(), [&](const PlaceImage& image) {
      return image.path == leave_out;
    });
    if (self != images_.end()) out = row_of_image_[static_cast<size_t>(self - images_.begin())];
  }
  std::function<bool(int64_t)> keep;
  if (images_.size() < image_of_row_.size() || out >= 0) {
    keep = [this, out](int64_t number) {
      return number != out && image_of_row_[static_cast<size_t>(number)] >= 0;
    };
  }
  auto hits = found->search(ConstMatrixView(query.data(), 1, dim_), k, options.num_threads, keep);
  LOCI_RETURN_IF_ERROR(intact());
  return std::move(hits.front());
}

}  // namespace loci
