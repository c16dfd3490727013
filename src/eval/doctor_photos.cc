// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_parts.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/sha256.h"
#include "loci/data/photos.h"
#include "loci/image/decode.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace loci::internal {
namespace {

constexpr size_t kHeadBytes = 256 * 1024;  // EXIF has at most 64 KiB and comes early
constexpr uint64_t kLargestFile = uint64_t{1} << 30;
// Sides from which 32 x 32 averages are exact to a quarter of a cell: a JPEG decoded small is
// rounded up to whole pixels.
constexpr int kPrintSide = 128;

Status read_one(const DoctorOptions& options, Photo* photo, NearPrint* print) {
  LOCI_TRY(about, file_info(photo->path));
  photo->bytes = about.size;
  if (about.size == 0) return corrupt(photo->path + ": the file is empty");
  LOCI_TRY(bytes,
           options.quick ? read_file_head(photo->path, kHeadBytes)
                         : read_file(photo->path, kLargestFile));
  LOCI_TRY(size, probe_image(bytes, photo->path));
  photo->width = size.width;
  photo->height = size.height;
  photo->info = complete_info(
      photo->path, options.quick ? read_photo_info(photo->path) : read_photo_info(bytes));
  if (options.quick) return {};
  photo->sha256 = sha256_hex(bytes);
  LOCI_TRY(
      image,
      decode_image(bytes, photo->path, {.wanted_width = kPrintSide, .wanted_height = kPrintSide}));
  *print = near_print(image);
  return {};
}

// Files of one size are the only ones that can be copies; the others need not be read for that.
void hash_equal_sizes(Examination* exam) {
  std::unordered_map<uint64_t, int> how_many;
  for (const Photo& photo : exam->photos) ++how_many[photo.bytes];
  parallel_for(static_cast<int64_t>(exam->photos.size()),
               1,
               exam->options.num_threads,
               [&](int64_t i, int64_t) {
                 Photo& photo = exam->photos[static_cast<size_t>(i)];
                 if (!photo.readable() || how_many.at(photo.bytes) < 2 || exam->job.cancelled())
                   return;
                 const auto bytes = read_file(photo.path, kLargestFile);
                 if (bytes.ok()) photo.sha256 = sha256_hex(*bytes);
               });
}

}  // namespace

void list_photographs(Examination* exam) {
  std::unordered_map<std::string, size_t> known;
  for (size_t part = 0; part < exam->parts.size(); ++part) {
    const Dataset& dataset = exam->parts[part];
    const auto add = [&](const std::vector<ImageRecord>& records, bool query) {
      std::vector<size_t> rows;
      for (size_t row = 0; row < records.size(); ++row) {
        const std::string path = image_path(dataset, records[row]);
        const auto [found, is_new] = known.try_emplace(path, exam->photos.size());
        if (is_new) {
          exam->photos.emplace_back();
          exam->photos.back().path = path;
          exam->photos.back().record = records[row];
        }
        exam->photos[found->second].listed.push_back({part, query, row});
        rows.push_back(found->second);
      }
      return rows;
    };
    exam->database.push_back(add(dataset.database, false));
    exam->queries.push_back(add(dataset.queries, true));
  }
  exam->prints.resize(exam->photos.size());
}

Status read_photographs(Examination* exam) {
  const auto total = static_cast<int64_t>(exam->photos.size());
  std::mutex mutex;
  int64_t done = 0;
  parallel_for(total, 1, exam->options.num_threads, [&](int64_t i, int64_t) {
    if (exam->job.cancelled()) return;
    Photo& photo = exam->photos[static_cast<size_t>(i)];
    photo.status = read_one(exam->options, &photo, &exam->prints[static_cast<size_t>(i)]);
    const std::lock_guard lock(mutex);
    exam->job.progress("examining", ++done, total);
  });
  if (exam->options.quick) hash_equal_sizes(exam);
  if (exam->job.cancelled()) return cancelled("stopped on request before all files were read");
  return {};
}

}  // namespace loci::internal
