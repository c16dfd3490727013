// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collection.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"
#include "loci/base/sha256.h"
#include "loci/model/model.h"

#include <cmath>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <sys/stat.h>

namespace loci::test {

constexpr int64_t kFakeDim = 8;
constexpr uint64_t kFakeRowBytes = kFakeDim * sizeof(float);

/// A unit vector decided by a text: what the fake stage "sees" in a file.
inline std::vector<float> fake_descriptor(const std::string& content) {
  Rng rng(7, content);
  std::vector<float> values(kFakeDim);
  double sum = 0;
  for (float& v : values) {
    v = static_cast<float>(rng.normal());
    sum += static_cast<double>(v) * static_cast<double>(v);
  }
  for (float& v : values) v = static_cast<float>(v / std::sqrt(sum));
  return values;
}

inline std::shared_ptr<const Model> fake_model(const std::string& name = "fake", int clusters = 2) {
  ModelSpec spec;
  spec.name = name;
  spec.features = "rootsift";
  spec.pooling.type = "vlad";
  spec.pooling.num_clusters = clusters;
  const std::vector<float> values(static_cast<size_t>(clusters) * 2, 0.5f);
  return make_model(spec, {{"pooling.centers", make_tensor({clusters, 2}, values)}});
}

/// Describes files by their content alone; one that starts with "bad" cannot be described.
inline Status fake_describe(std::span<const std::string> paths,
                            const std::function<bool(size_t, DescribedImage&&)>& sink,
                            const JobControl& job) {
  for (size_t i = 0; i < paths.size(); ++i) {
    if (job.cancelled()) return cancelled("stopped on request");
    DescribedImage described;
    const auto text = read_text_file(paths[i]);
    if (!text.ok()) {
      described.status = text.status();
    } else if (text->starts_with("bad")) {
      described.status = corrupt(paths[i] + ": is no image");
    } else {
      described.descriptor = fake_descriptor(*text);
      described.width = 4;
      described.height = 3;
      described.sha256 = sha256_hex({reinterpret_cast<const uint8_t*>(text->data()), text->size()});
    }
    if (!sink(i, std::move(described))) break;
  }
  return {};
}

inline Stage fake_stage() {
  Stage stage;
  stage.model = fake_model();
  stage.dim = kFakeDim;
  stage.describe_files = [](std::span<const std::string> paths,
                            int,
                            const std::function<bool(size_t, DescribedImage &&)>& sink,
                            const JobControl& job) { return fake_describe(paths, sink, job); };
  return stage;
}

/// Lets temporary folders lie in memory where the system offers that: a killed process loses
/// nothing there either, and hundreds of commits need not wait for a disk.
inline const char* fast_temp() {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
  return "loci-place";
}

/// A temporary folder with a folder of "photographs" (text files named .jpg) and a collection
/// beside it.
struct World {
  TempFolder temp{fast_temp()};
  std::string photos = temp / "photos";
  std::string folder = temp / "collection";

  World() {
    make_folders(photos).ok();
    const Status made = Collection::make(folder, *fake_model(), kFakeDim);
    if (!made.ok()) throw Error(made);
  }
  void photo(const std::string& name, const std::string& content) const {
    const std::string path = photos + "/" + name;
    make_folders(std::filesystem::path(path).parent_path().string()).ok();
    std::ofstream file(path, std::ios::binary);  // unlike write_file() it waits for no disk
    file << content;
    if (!file.flush()) throw Error(io_error(path, errno));
  }
  void photos_numbered(int count) const {
    for (int i = 0; i < count; ++i) photo(std::to_string(i) + ".jpg", "photo " + std::to_string(i));
  }
  std::unique_ptr<Collection> open(Stage stage = fake_stage()) const {
    return std::move(Collection::open(folder, std::move(stage))).value();
  }
  IndexReport index(Collection& db) const { return db.update({photos}, {}, {}).value(); }
  std::string path(const std::string& name) const { return photos + "/" + name; }
};

/// The descriptor that the collection holds for a path is that of `content`.
inline bool holds(const Collection& db, const std::string& path, const std::string& content) {
  const std::vector<PlaceImage> images = db.images().value();
  for (const PlaceImage& image : images) {
    if (image.path == path) return db.descriptor(image.id).value() == fake_descriptor(content);
  }
  return false;
}

/// Sets a file's time, whole seconds.
inline void set_time(const std::string& path, int64_t seconds) {
  const struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = 0},
                                    {.tv_sec = seconds, .tv_nsec = 0}};
  if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) throw Error(io_error(path, errno));
}

}  // namespace loci::test
