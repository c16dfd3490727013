// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "read_photo.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/base/thread.h"
#include "loci/describe/describer.h"
#include "loci/local/kept_features.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

namespace loci {
namespace {

constexpr int kMostImagesAtOnce = 8;

/// Reads, decodes and describes one file; every failure ends up in the result.
DescribedImage describe_file(const Describer& describer,
                             const std::string& path,
                             int num_threads,
                             bool want_sha256,
                             bool want_features) {
  DescribedImage out;
  try {
    Photo photo;
    out.status = read_photo(describer, path, want_sha256, &photo);
    out.width = photo.width;
    out.height = photo.height;
    out.info = photo.info;
    out.sha256 = std::move(photo.sha256);
    if (out.status.ok()) {
      out.descriptor.resize(static_cast<size_t>(describer.dim()));
      DescribedFeatures features;
      out.status = describer.describe(
          photo.image, out.descriptor, num_threads, nullptr, want_features ? &features : nullptr);
      if (want_features && out.status.ok()) out.kept_features = pack(keep(features.points));
      if (!out.status.ok()) out.status = out.status.with_context(printable(path));
    }
  } catch (const std::bad_alloc&) {
    out.status = io_error(printable(path) + ": not enough memory to describe this image");
  } catch (const std::exception& error) {
    out.status = unsupported(printable(path) + ": " + error.what());
  }
  if (!out.status.ok()) out.descriptor.clear();
  return out;
}

/// Hands finished images over in order, and holds the workers back when they are too far ahead.
struct Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<size_t, DescribedImage> finished;
  size_t next_to_start = 0;
  size_t next_to_hand_over = 0;
  bool stop = false;
};

}  // namespace

Status describe_files(const Describer& describer,
                      std::span<const std::string> paths,
                      int num_threads,
                      bool want_sha256,
                      const std::function<bool(size_t, DescribedImage&&)>& sink,
                      const JobControl& job,
                      bool want_features) {
  want_features = want_features && describer.has_points();
  // Whole images side by side waste no time on waiting for one another, but each has its own
  // activations: on many processors a few threads share one.
  const int threads_each =
      (resolve_threads(num_threads) + kMostImagesAtOnce - 1) / kMostImagesAtOnce;
  const int threads = std::max(1, resolve_threads(num_threads) / threads_each);
  const size_t ahead = 2 * static_cast<size_t>(threads) + 2;
  Queue queue;
  const auto work = [&] {
    std::unique_lock lock(queue.mutex);
    for (;;) {
      queue.changed.wait(lock, [&] {
        return queue.stop || queue.next_to_start >= paths.size() ||
               queue.next_to_start < queue.next_to_hand_over + ahead;
      });
      if (queue.stop || queue.next_to_start >= paths.size()) return;
      const size_t mine = queue.next_to_start++;
      lock.unlock();
      DescribedImage image =
          describe_file(describer, paths[mine], threads_each, want_sha256, want_features);
      lock.lock();
      queue.finished.emplace(mine, std::move(image));
      queue.changed.notify_all();
    }
  };
  ThreadGroup workers([&] {
    const std::lock_guard lock(queue.mutex);
    queue.stop = true;
    queue.changed.notify_all();
  });
  // Fewer threads than wanted do the same work; none at all is an error.
  try {
    for (int i = 0; i < threads && static_cast<size_t>(i) < paths.size(); ++i) {
      if (!workers.start_if_possible(work)) break;
    }
  } catch (const Error& error) {
    return error.status();
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    if (job.cancelled()) return cancelled("stopped on request");
    DescribedImage image;
    {
      std::unique_lock lock(queue.mutex);
      queue.changed.wait(lock, [&] { return queue.finished.contains(i); });
      image = std::move(queue.finished.extract(i).mapped());
      queue.next_to_hand_over = i + 1;
    }
    queue.changed.notify_all();
    if (!sink(i, std::move(image))) break;
  }
  return {};
}

}  // namespace loci
