// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_file_target.h"

/// Pickles as they stand, and wrapped into a stored zip as torch.save does, so that the fuzzer
/// needs no zip of its own.
namespace {

void put(std::vector<uint8_t>& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(i < 8 ? static_cast<uint8_t>(value >> (8 * i)) : 0);
}

void put_text(std::vector<uint8_t>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

struct Member {
  std::string name;
  std::vector<uint8_t> content;
  size_t at = 0;
};

std::vector<uint8_t> stored_zip(std::vector<Member> members) {
  std::vector<uint8_t> out;
  for (Member& member : members) {
    member.at = out.size();
    put(out, 0x04034b50, 4);
    put(out, 0, 14);
    put(out, member.content.size(), 4);
    put(out, member.content.size(), 4);
    put(out, member.name.size(), 2);
    put(out, 0, 2);
    put_text(out, member.name);
    out.insert(out.end(), member.content.begin(), member.content.end());
  }
  const size_t directory = out.size();
  for (const Member& member : members) {
    put(out, 0x02014b50, 4);
    put(out, 0, 16);
    put(out, member.content.size(), 4);
    put(out, member.content.size(), 4);
    put(out, member.name.size(), 2);
    put(out, 0, 12);
    put(out, member.at, 4);
    put_text(out, member.name);
  }
  const size_t size = out.size() - directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, members.size(), 2);
  put(out, members.size(), 2);
  put(out, size, 4);
  put(out, directory, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  loci::fuzz::read_weight_file(data, size);
  std::vector<uint8_t> storage(256);
  for (size_t i = 0; i < storage.size(); ++i) storage[i] = static_cast<uint8_t>(i % 64);
  const std::vector<uint8_t> zip = stored_zip(
      {{"a/data.pkl", {data, data + size}}, {"a/data/0", storage}, {"a/data/1", storage}});
  loci::fuzz::read_weight_file(zip.data(), zip.size());
  return 0;
}
