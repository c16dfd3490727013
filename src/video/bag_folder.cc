// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_folder.h"

#include "bag_head.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace loci::internal {
namespace {

constexpr const char* kMetadata = "/metadata.yaml";

/// The items below the key relative_file_paths, by their names alone: a recording's files lie in its folder.
std::vector<std::string> listed_files(const std::string& yaml) {
  std::vector<std::string> names;
  bool within = false;
  for (const std::string& raw : split(yaml, '\n')) {
    const std::string_view line = trim(raw);
    if (line.starts_with("relative_file_paths:")) {
      within = true;
      continue;
    }
    if (!within || line.empty()) continue;
    if (!line.starts_with('-')) break;
    std::string_view name = trim(line.substr(1));
    if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') &&
        name.back() == name.front())
      name = name.substr(1, name.size() - 2);
    const std::string file = std::filesystem::path(name).filename().string();
    if (!file.empty() && std::ranges::find(names, file) == names.end()) names.push_back(file);
  }
  return names;
}

std::vector<std::string> files_of(const std::string& folder) {
  const auto yaml = read_text_file(folder + kMetadata, 64 << 20);
  std::vector<std::string> names = yaml.ok() ? listed_files(*yaml) : std::vector<std::string>();
  if (!names.empty()) return names;
  // A recorder that broke off wrote no list.
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (ends_with_any(to_lower(name), bag_extensions())) names.push_back(name);
  }
  std::ranges::sort(names, natural_less);
  return names;
}

class FolderBag final : public Bag {
 public:
  Status open(const std::string& path) {
    path_ = path;
    std::map<std::pair<std::string, std::string>, BagTopic> topics;
    for (const std::string& name : files_of(path)) {
      Result<std::unique_ptr<Bag>> bag = open_any_bag(path + "/" + name);
      if (!bag.ok()) {
        if (lost_++ == 0) first_lost_ = bag.status();
        continue;
      }
      for (const BagTopic& each : (*bag)->topics()) {
        BagTopic& topic = topics[{each.name, each.type}];
        topic.name = each.name;
        topic.type = each.type;
        topic.wire = each.wire;
        topic.count += each.count;
      }
      parts_.push_back(std::move(bag).value());
    }
    if (parts_.empty()) {
      if (!first_lost_.ok()) return first_lost_;
      return corrupt(printable(path) +
                     ": a folder with a metadata.yaml, but without a file of a bag (.db3, .mcap)");
    }
    for (auto& [key, topic] : topics) topics_.push_back(std::move(topic));
    return {};
  }

  const std::string& path() const override { return path_; }
  const std::vector<BagTopic>& topics() const override { return topics_; }

  Result<std::vector<MessagePlace>> places(const BagTopic& topic) override {
    std::vector<MessagePlace> out;
    for (size_t i = 0; i < parts_.size(); ++i) {
      for (const BagTopic& each : parts_[i]->topics()) {
        if (each.name != topic.name || each.type != topic.type) continue;
        LOCI_TRY(found, parts_[i]->places(each));
        for (MessagePlace& place : found) {
          place.part = static_cast<uint32_t>(i);
          out.push_back(place);
        }
      }
    }
    std::ranges::stable_sort(out, {}, &MessagePlace::recorded_ns);
    return out;
  }

  Result<Bytes> message(const MessagePlace& place) override {
    return parts_[place.part]->message(place);
  }

  Status intact() const override {
    for (const auto& part : parts_) LOCI_RETURN_IF_ERROR(part->intact());
    return {};
  }

  std::string note() const override {
    std::string out;
    if (lost_ > 0) {
      out = format("%s: %lld of its files cannot be read; the first: %s",
                   printable(path_).c_str(),
                   static_cast<long long>(lost_),
                   first_lost_.message().c_str());
    }
    for (const auto& part : parts_) {
      const std::string note = part->note();
      if (!note.empty()) out += (out.empty() ? "" : "; ") + note;
    }
    return out;
  }

 private:
  std::string path_;
  std::vector<std::unique_ptr<Bag>> parts_;
  std::vector<BagTopic> topics_;
  int64_t lost_ = 0;
  Status first_lost_;
};

}  // namespace

bool is_bag_folder(const std::string& path) {
  const auto info = file_info(path);
  if (!info.ok() || !info->is_directory) return false;
  const auto head = read_file_head(path + kMetadata, 256);
  if (!head.ok()) return false;
  const std::string_view text(reinterpret_cast<const char*>(head->data()), head->size());
  return text.find("rosbag2_bagfile_information") != std::string_view::npos;
}

Result<std::unique_ptr<Bag>> open_bag_folder(const std::string& path) {
  std::string folder = path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  auto bag = std::make_unique<FolderBag>();
  LOCI_RETURN_IF_ERROR(bag->open(folder));
  return std::unique_ptr<Bag>(std::move(bag));
}

}  // namespace loci::internal
