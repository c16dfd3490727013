// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_external.h"

#include "guard.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <filesystem>

namespace loci {
namespace {

namespace fs = std::filesystem;

/// The file's real path, inside the folder.
std::string checked_path(const std::string& folder,
                         const std::string& location,
                         const std::string& where) {
  const fs::path relative(location);
  const bool plain =
      !location.empty() && relative.is_relative() && location.find('\\') == std::string::npos &&
      location.find('\0') == std::string::npos &&
      std::none_of(
          relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
  if (!plain) {
    fail_unsupported(where + " is said to lie in '" + printable(location) +
                     "', which is no name below the model's own folder");
  }
  std::error_code error;
  const fs::path root = fs::canonical(folder.empty() ? "." : folder, error);
  const fs::path file = error ? fs::path() : fs::canonical(root / relative, error);
  if (error) {
    throw Error(not_found(where + " lies in '" + printable(location) +
                          "', which is not beside the model; bring that file, too"));
  }
  const fs::path inside = file.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") {
    fail_unsupported(where + " is said to lie in '" + printable(location) +
                     "', a link that leads out of the model's folder");
  }
  return file.string();
}

}  // namespace

OnnxExternal::Found OnnxExternal::read(const ExternalPart& part,
                                       uint64_t needed,
                                       const std::string& tensor) {
  const std::string where = "tensor '" + printable(tensor) + "'";
  if (!known_) {
    fail_unsupported(where + " lies in another file ('" + printable(part.location) +
                     "'), which is read only beside a model that is a file");
  }
  auto at = files_.find(part.location);
  if (at == files_.end()) {
    Result<MappedFile> file = MappedFile::open(checked_path(folder_, part.location, where));
    if (!file.ok()) throw Error(file.status());
    auto owner = std::make_shared<const MappedFile>(std::move(file).value());
    at = files_.emplace(part.location, Found{owner->bytes(), owner}).first;
  }
  const std::span<const uint8_t> bytes = at->second.bytes;
  const uint64_t length = part.length == 0 ? needed : part.length;
  if (part.offset > bytes.size() || length > bytes.size() - part.offset) {
    fail_corrupt(where + format(" is said to be bytes %llu to %llu of '%s', which has %zu",
                                static_cast<unsigned long long>(part.offset),
                                static_cast<unsigned long long>(part.offset + length),
                                printable(part.location).c_str(),
                                bytes.size()));
  }
  if (length != needed) {
    fail_corrupt(where + format(" has %llu bytes of data in '%s', its shape needs %llu",
                                static_cast<unsigned long long>(length),
                                printable(part.location).c_str(),
                                static_cast<unsigned long long>(needed)));
  }
  return {bytes.subspan(part.offset, length), at->second.owner};
}

}  // namespace loci
