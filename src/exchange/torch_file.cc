// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "torch_file.h"

#include "byte_reader.h"
#include "pickle.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <unordered_map>

namespace loci {
namespace {

constexpr uint8_t kLegacyStart[] = {
    0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

StorageBytes no_storage(const std::string& key, const StorageInfo&) {
  fail_corrupt("storage '" + printable(key) + "' is not in the file");
}

/// Reads the pickle at `at` and moves past it.
FileValue plain_pickle(std::span<const uint8_t> bytes,
                       std::shared_ptr<const void> owner,
                       const char* what,
                       size_t* at) {
  Pickle pickle(bytes.subspan(*at), std::move(owner), what);
  *at += pickle.read();
  return pickle.to_tree(no_storage);
}

}  // namespace

const ZipEntry* find_torch_pickle(const ZipReader& zip) {
  for (const ZipEntry& entry : zip.entries()) {
    if (entry.name == "data.pkl" || entry.name.ends_with("/data.pkl")) return &entry;
  }
  return nullptr;
}

FileValue read_torch_zip(ZipReader& zip) {
  const ZipEntry* main = find_torch_pickle(zip);
  if (main == nullptr) fail_corrupt("no member data.pkl");
  const std::string folder =
      main->name.substr(0, main->name.size() - std::string("data.pkl").size());
  if (const ZipEntry* order = zip.find(folder + "byteorder")) {
    const ZipContent text = zip.read(*order);
    if (std::string_view(reinterpret_cast<const char*>(text.bytes.data()), text.bytes.size()) !=
        "little") {
      fail_unsupported("is written on a big-endian machine");
    }
  }
  std::unordered_map<std::string, const ZipEntry*> members;
  for (const ZipEntry& entry : zip.entries()) members.emplace(entry.name, &entry);
  const ZipContent content = zip.read(*main);
  Pickle pickle(content.bytes, content.owner, "data.pkl");
  pickle.read();
  std::unordered_map<std::string, StorageBytes> opened;
  return pickle.to_tree([&](const std::string& key, const StorageInfo&) {
    const auto known = opened.find(key);
    if (known != opened.end()) return known->second;
    const auto member = members.find(folder + "data/" + key);
    if (member == members.end())
      fail_corrupt("storage '" + printable(key) + "' is not in the archive");
    const ZipContent data = zip.read(*member->second);
    return opened.emplace(key, StorageBytes{data.bytes, data.owner}).first->second;
  });
}

bool is_torch_legacy(std::span<const uint8_t> bytes) {
  return bytes.size() > sizeof kLegacyStart &&
         std::memcmp(bytes.data(), kLegacyStart, sizeof kLegacyStart) == 0;
}

FileValue read_torch_legacy(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  size_t at = 0;
  plain_pickle(bytes, owner, "magic number", &at);
  plain_pickle(bytes, owner, "protocol", &at);
  const FileValue system = plain_pickle(bytes, owner, "system", &at);
  if (const FileValue* little = system.find("little_endian");
      little != nullptr && little->integer == 0) {
    fail_unsupported("is written on a big-endian machine");
  }
  Pickle object(bytes.subspan(at), owner, "object");
  at += object.read();
  const FileValue keys = plain_pickle(bytes, owner, "storage keys", &at);
  if (!keys.is(FileValue::Kind::kList)) fail_corrupt("the list of storages is no list");

  std::unordered_map<std::string, StorageBytes> storages;
  ByteReader in(bytes, at);
  for (const FileValue& key : keys.items) {
    const auto known = object.storages().find(key.text);
    if (known == object.storages().end())
      fail_corrupt("storage '" + printable(key.text) + "' belongs to no tensor");
    const uint64_t elements = in.u64();
    uint64_t size = 0;
    if (elements != known->second.elements ||
        !checked_mul(elements, dtype_size(known->second.dtype), &size)) {
      fail_corrupt("storage '" + printable(key.text) + "' has " + std::to_string(elements) +
                   " elements, its tensor says " + std::to_string(known->second.elements));
    }
    storages[key.text] = {in.take(size), owner};
  }
  return object.to_tree([&](const std::string& key, const StorageInfo& info) {
    const auto it = storages.find(key);
    return it != storages.end() ? it->second : no_storage(key, info);
  });
}

FileValue read_plain_pickle(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  size_t at = 0;
  return plain_pickle(bytes, std::move(owner), "pickle", &at);
}

}  // namespace loci
