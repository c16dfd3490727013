// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "corpus.h"

#include "answer_json.h"

#include "loci/base/text.h"

#include <algorithm>
#include <ctime>
#include <tuple>

#include <sys/stat.h>

namespace loci::internal {
namespace {

bool same_photos(const std::vector<PlaceImage>& a, const std::vector<PlaceImage>& b) {
  const auto key = [](const PlaceImage& i) {
    return std::tie(i.id, i.path, i.size_bytes, i.mtime_ns, i.sha256);
  };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](const PlaceImage& x, const PlaceImage& y) {
        return key(x) == key(y);
      });
}

}  // namespace

const PlaceImage* View::find(int64_t id) const {
  const auto at = std::lower_bound(
      images.begin(), images.end(), id, [](const PlaceImage& image, int64_t wanted) {
        return image.id < wanted;
      });
  return at != images.end() && at->id == id ? &*at : nullptr;
}

Result<std::unique_ptr<Corpus>> Corpus::open(const ServedCollection& served) {
  std::unique_ptr<Corpus> corpus(new Corpus(served));
  const Stamp now = corpus->stamp();  // a change since then is seen the next time
  LOCI_TRY(engine, corpus->open_engine());
  LOCI_RETURN_IF_ERROR(corpus->publish(std::move(engine)));
  corpus->remember(now);
  return corpus;
}

Result<std::shared_ptr<Engine>> Corpus::open_engine() const {
  auto engine = std::make_shared<Engine>();
  LOCI_TRY(db, PlaceDb::open(served_.folder, served_.describe));
  LOCI_TRY(verifier, Verifier::create(db->describer(), served_.verify));
  engine->db = std::move(db);
  engine->verifier = std::move(verifier);
  return engine;
}

std::shared_ptr<const View> Corpus::view() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

Corpus::Stamp Corpus::stamp() const {
  const auto of = [&](const char* name) {
    FileStamp found;
    struct stat info {};
    if (::stat((served_.folder + "/" + name).c_str(), &info) == 0) {
      found.inode = info.st_ino;
      found.size = static_cast<uint64_t>(info.st_size);
      found.mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
    }
    return found;
  };
  return {of("catalogue.sqlite"), of("model.safetensors")};
}

void Corpus::remember(const Stamp& now) {
  constexpr int64_t kTickNs = 100'000'000;
  timespec clock{};
  ::clock_gettime(CLOCK_REALTIME, &clock);
  const int64_t age =
      int64_t{clock.tv_sec} * 1'000'000'000 + clock.tv_nsec - now.catalogue.mtime_ns;
  stamp_ = now;
  if (age < kTickNs) stamp_.catalogue.mtime_ns = 0;
}

Result<bool> Corpus::refresh() {
  const std::lock_guard lock(change_mutex_);
  const Stamp now = stamp();
  if (now == stamp_) return false;
  std::shared_ptr<Engine> engine = view()->engine;
  if (now.catalogue.inode != stamp_.catalogue.inode || now.model != stamp_.model) {
    // Another collection lies here now, perhaps of another model.
    LOCI_TRY(opened, open_engine());
    engine = std::move(opened);
  } else {
    LOCI_RETURN_IF_ERROR(engine->db->refresh());
  }
  LOCI_RETURN_IF_ERROR(publish(std::move(engine)));
  remember(now);
  return true;
}

Status Corpus::reload() {
  const std::lock_guard lock(change_mutex_);
  const Stamp now = stamp();
  const std::shared_ptr<Engine> engine = view()->engine;
  LOCI_RETURN_IF_ERROR(engine->db->refresh());
  LOCI_RETURN_IF_ERROR(publish(engine));
  if (now.catalogue.inode == stamp_.catalogue.inode && now.model == stamp_.model) remember(now);
  return {};
}

Status Corpus::publish(std::shared_ptr<Engine> engine) {
  auto next = std::make_shared<View>();
  LOCI_TRY(images, engine->db->images());
  if (view_ != nullptr && view_->engine == engine && same_photos(view_->images, images)) return {};
  next->images = std::move(images);
  next->engine = std::move(engine);
  for (const PlaceImage& image : next->images) {
    next->with_position += image.position ? 1 : 0;
    if (!image.taken) continue;
    ++next->with_time;
    if (!next->first_taken || *image.taken < *next->first_taken) next->first_taken = image.taken;
    if (!next->last_taken || *image.taken > *next->last_taken) next->last_taken = image.taken;
  }
  next->map_json = map_json(next->images);
  next->generation = ++generation_;
  const std::lock_guard lock(view_mutex_);
  view_ = std::move(next);
  return {};
}

}  // namespace loci::internal
