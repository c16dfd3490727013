// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/exchange/file_tree.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loci::testing_files {

/// $LOCI_SHARED_DIR/golden/..., or empty where there is none.
inline std::string golden(const std::string& path) {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  if (shared == nullptr || *shared == 0) return "";
  const std::string full = std::string(shared) + "/" + path;
  return file_info(full).ok() ? full : "";
}

#define LOCI_GOLDEN_OR_SKIP(name, path)                         \
  const std::string name = ::loci::testing_files::golden(path); \
  if (name.empty()) GTEST_SKIP() << path << " is not below LOCI_SHARED_DIR"

inline Result<FileTree> parse(const std::string& content) {
  auto bytes = std::make_shared<std::vector<uint8_t>>(content.begin(), content.end());
  return parse_tree(*bytes, bytes, "input");
}

template <class T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

struct ZipMember {
  std::string name, content;
  bool deflated = false;
};
/// A zip archive as other programs write it; `claimed_size` replaces the true sizes of deflated
/// members when not 0.
std::string make_zip(const std::vector<ZipMember>& members, uint32_t claimed_size = 0);
std::string deflate(const std::string& plain, bool raw);

/// MATLAB level 5 pieces.
std::string mat_element(uint32_t type, const std::string& data);
std::string mat_matrix(int array_class,
                       const std::vector<int32_t>& shape,
                       const std::string& name,
                       const std::string& body);
std::string mat_floats(const std::vector<float>& values,
                       const std::vector<int32_t>& shape,
                       const std::string& name = "");
std::string mat_text(const std::string& text, const std::string& name = "");
std::string mat_cell(const std::vector<std::string>& items, const std::string& name = "");
std::string mat_struct(const std::vector<std::pair<std::string, std::string>>& fields,
                       const std::string& name = "");
/// Header and variables; compressed into one miCOMPRESSED element each when asked for.
std::string mat_file(const std::vector<std::string>& variables, bool compressed);

/// A pickle of protocol 2 around `body`.
inline std::string pickle(const std::string& body) { return "\x80\x02" + body + "."; }
inline std::string pickle_text(const std::string& text) {
  return "X" + raw(static_cast<uint32_t>(text.size())) + text;
}
/// torch._utils._rebuild_tensor_v2 on storage "0" of `elements` floats.
std::string pickle_tensor(int elements,
                          int offset,
                          const std::vector<int>& shape,
                          const std::vector<int>& strides);
/// A torch zip of that pickle with storage "0".
std::string torch_zip(const std::string& pickle, const std::string& storage);

}  // namespace loci::testing_files
