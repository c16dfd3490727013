// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verify.h"

#include "collection.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

#include <map>

namespace loci {

std::string batch_digest(const ConstMatrixView& rows, const BatchInfo& batch) {
  return sha256_hex({reinterpret_cast<const uint8_t*>(rows.row_data(batch.first_row)),
                     static_cast<size_t>(batch.rows * rows.cols()) * sizeof(float)});
}

Status check_batches(const std::vector<SegmentInfo>& segments,
                     const std::vector<BatchInfo>& batches) {
  std::map<int64_t, int64_t> covered;
  for (const BatchInfo& batch : batches) {
    int64_t& next = covered[batch.segment];
    if (batch.first_row != next || batch.rows < 1) {
      return corrupt(format("segment %lld: its batches leave a gap or overlap at row %lld",
                            static_cast<long long>(batch.segment),
                            static_cast<long long>(next)));
    }
    next += batch.rows;
  }
  for (const SegmentInfo& segment : segments) {
    if (covered[segment.id] != segment.rows) {
      return corrupt(format("segment %lld: has %lld rows, its batches %lld",
                            static_cast<long long>(segment.id),
                            static_cast<long long>(segment.rows),
                            static_cast<long long>(covered[segment.id])));
    }
  }
  return {};
}

namespace {

/// Photographs whose descriptors lie in a batch, for a message.
std::string affected(const std::vector<StoredImage>& images, const BatchInfo& batch) {
  std::string names;
  int64_t count = 0;
  for (const StoredImage& stored : images) {
    if (stored.segment != batch.segment || stored.row < batch.first_row ||
        stored.row >= batch.first_row + batch.rows)
      continue;
    if (++count <= 3) names += (count > 1 ? ", " : "") + printable(stored.image.path);
  }
  if (count == 0)
    return "no photograph uses them any more; compact the collection to be rid of them";
  return std::to_string(count) + " photographs (" + names + (count > 3 ? ", ..." : "") +
         "); remove these from the collection and index them again";
}

Status integrity(const Sqlite& db, std::vector<std::string>& problems) {
  LOCI_TRY(check, db.prepare("PRAGMA integrity_check(20)"));
  for (;;) {
    LOCI_TRY(row, check.step());
    if (!row) return {};
    if (const std::string text = check.bytes(0); text != "ok")
      problems.push_back(db.where() + ": " + text);
  }
}

struct OpenSegment {
  SegmentInfo info;
  Result<MappedFile> file;
};

/// The catalogue's content and its segments at one instant.
struct State {
  std::vector<OpenSegment> segments;
  std::vector<BatchInfo> batches;
  std::vector<StoredImage> images;
};

/// Short, so that an indexing process need not wait: declared rows never change, and mapped files
/// stay.
Result<State> read_state(const Catalogue& catalogue, const SegmentFormat& format) {
  State state;
  LOCI_TRY(transaction, Transaction::begin_read(catalogue.database()));
  LOCI_TRY(segments, catalogue.segments());
  for (const SegmentInfo& info : segments)
    state.segments.push_back({info, format.map(info.id, info.rows)});
  LOCI_TRY(batches, catalogue.batches());
  state.batches = std::move(batches);
  LOCI_RETURN_IF_ERROR(catalogue.each_image(
      [&](StoredImage&& stored) { state.images.push_back(std::move(stored)); }));
  return state;
}

void verify_segment(const SegmentFormat& format,
                    const OpenSegment& segment,
                    const State& state,
                    std::vector<std::string>& problems) {
  if (!segment.file.ok()) {
    problems.push_back(segment.file.status().message());
    return;
  }
  const ConstMatrixView rows = format.rows(*segment.file, segment.info.rows);
  for (const BatchInfo& batch : state.batches) {
    if (batch.segment != segment.info.id || batch_digest(rows, batch) == batch.sha256) continue;
    if (const Status whole = segment.file->intact(); !whole.ok()) {
      problems.push_back(whole.message());
      return;
    }
    problems.push_back(
        printable(format.path(batch.segment)) +
        loci::format(": rows %lld to %lld do not have the digest they were written with: ",
                     static_cast<long long>(batch.first_row),
                     static_cast<long long>(batch.first_row + batch.rows - 1)) +
        affected(state.images, batch));
  }
}

}  // namespace

Result<VerifyReport> Collection::verify() const {
  VerifyReport report;
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  if (const Status status = integrity(catalogue.database(), report.problems); !status.ok()) {
    report.problems.push_back(status.message());
    return report;
  }
  LOCI_TRY(state, read_state(catalogue, format_));
  report.images = static_cast<int64_t>(state.images.size());
  std::vector<SegmentInfo> segments;
  std::map<int64_t, int64_t> rows_of;
  for (const OpenSegment& segment : state.segments) {
    segments.push_back(segment.info);
    rows_of[segment.info.id] = segment.info.rows;
  }
  const Status tiled = check_batches(segments, state.batches);
  if (!tiled.ok()) {
    report.problems.push_back(tiled.message());  // row numbers cannot be trusted then
  } else {
    for (const OpenSegment& segment : state.segments)
      verify_segment(format_, segment, state, report.problems);
  }
  for (const StoredImage& stored : state.images) {
    const auto it = rows_of.find(stored.segment);
    if (it == rows_of.end() || stored.row < 0 || stored.row >= it->second) {
      report.problems.push_back(printable(stored.image.path) + ": its descriptor is in no segment");
    }
  }
  LOCI_RETURN_IF_ERROR(catalogue.check_digests(&report.problems));
  const auto model = collection_model(folder_, format_.fingerprint);
  const Status sound = model.ok() ? verify_model(**model) : model.status();
  if (!sound.ok()) report.problems.push_back(sound.message());
  return report;
}

}  // namespace loci
