// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag.h"

#include "bag_folder.h"
#include "bag_head.h"
#include "db3_bag.h"
#include "decompress.h"
#include "mcap_bag.h"
#include "ros1_bag.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci::internal {
namespace {

/// A bag that was compressed as a whole, read from a temporary copy.
class UnpackedBag final : public Bag {
 public:
  static Result<std::unique_ptr<Bag>> open(const std::string& path) {
    auto out = std::make_unique<UnpackedBag>();
    out->path_ = path;
    const std::string copy = out->folder_ / "bag";
    LOCI_RETURN_IF_ERROR(unpack_file(path, copy));
    LOCI_TRY(kind, bag_kind(copy));
    if (kind == BagKind::kPacked) return corrupt(printable(path) + ": is compressed twice");
    Result<std::unique_ptr<Bag>> bag = open_any_bag(copy);
    if (!bag.ok()) return bag.status().with_context(printable(path) + ", unpacked");
    out->bag_ = std::move(bag).value();
    return std::unique_ptr<Bag>(std::move(out));
  }
  const std::string& path() const override { return path_; }
  const std::vector<BagTopic>& topics() const override { return bag_->topics(); }
  Result<std::vector<MessagePlace>> places(const BagTopic& topic) override {
    return bag_->places(topic);
  }
  Result<Bytes> message(const MessagePlace& place) override { return bag_->message(place); }
  Status intact() const override { return bag_->intact(); }
  std::string note() const override { return bag_->note(); }

 private:
  TempFolder folder_{"loci-bag"};
  std::string path_;
  std::unique_ptr<Bag> bag_;
};

}  // namespace

Result<std::unique_ptr<Bag>> open_any_bag(const std::string& path) {
  if (is_bag_folder(path)) return open_bag_folder(path);
  LOCI_TRY(kind, bag_kind(path));
  switch (kind) {
    case BagKind::kMcap:
      return open_mcap_bag(path);
    case BagKind::kSqlite:
      return open_db3_bag(path);
    case BagKind::kPacked:
      return UnpackedBag::open(path);
    case BagKind::kRos1:
      break;
  }
  return open_ros1_bag(path);
}

std::string plain_type(std::string_view type) {
  std::string out(type);
  for (size_t at; (at = out.find("::")) != std::string::npos;) out.replace(at, 2, "/");
  for (const char* part : {"/msg/", "/dds_/"}) {
    if (const size_t at = out.find(part); at != std::string::npos)
      out.replace(at, std::string_view(part).size(), "/");
  }
  if (type.find("dds_::") != std::string_view::npos && out.ends_with('_')) out.pop_back();
  return out;
}

void sort_topics(std::vector<BagTopic>* topics) {
  std::ranges::stable_sort(*topics, {}, &BagTopic::name);
}

Status too_large(const std::string& path, uint64_t bytes) {
  return unsupported(printable(path) + ": a message of " + human_bytes(static_cast<double>(bytes)) +
                     "; at most 256 MiB");
}

}  // namespace loci::internal
