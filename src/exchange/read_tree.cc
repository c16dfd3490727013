// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "hdf5_tree.h"
#include "mat5.h"
#include "mat73.h"
#include "numeric.h"
#include "onnx_read.h"
#include "torch_file.h"
#include "zip_reader.h"

#include "loci/base/file.h"
#include "loci/base/matrix.h"
#include "loci/base/text.h"
#include "loci/exchange/file_tree.h"
#include "loci/model/safetensors.h"

#include <cstring>

namespace loci {
namespace {

using Bytes = std::span<const uint8_t>;
using Owner = std::shared_ptr<const void>;

bool starts_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

bool is_safetensors(Bytes bytes) { return bytes.size() > 8 && bytes[8] == '{'; }
bool is_pickle(Bytes bytes) {
  return bytes.size() > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

void read_zip(Bytes bytes, const Owner& owner, FileTree* tree) {
  ZipReader zip(bytes, owner);
  if (find_torch_pickle(zip) != nullptr) {
    tree->format = "torch zip";
    tree->root = read_torch_zip(zip);
    return;
  }
  tree->format = "npz";
  tree->root = FileValue::make_dict();
  for (const ZipEntry& entry : zip.entries()) {
    if (!entry.name.ends_with(".npy")) {
      tree->root.add(
          entry.name,
          FileValue::make_other("member of " + std::to_string(entry.size) + " bytes, not read"));
      continue;
    }
    const std::string name = entry.name.substr(0, entry.name.size() - 4);
    const ZipContent content = zip.read(entry);
    tree->root.add(name,
                   parse_npy_value(content.bytes, content.owner, "'" + printable(name) + "'"));
  }
}

void read_safetensors_tree(Bytes bytes, const Owner& owner, FileTree* tree) {
  Result<Safetensors> content = parse_safetensors(bytes, owner, "safetensors");
  if (!content.ok()) throw Error(content.status());
  tree->format = "safetensors";
  tree->metadata = content->metadata;
  tree->root = FileValue::make_dict();
  for (const auto& [name, tensor] : content->tensors)
    tree->root.add(name, FileValue::make_tensor(tensor));
}

FileTree parse(Bytes bytes, const Owner& owner, OnnxExternal external) {
  FileTree tree;
  if (starts_with(bytes, "PK\x03\x04") || starts_with(bytes, "PK\x05\x06")) {
    read_zip(bytes, owner, &tree);
  } else if (starts_with(bytes, "\x93NUMPY")) {
    tree.format = "npy";
    tree.root = parse_npy_value(bytes, owner, "the array");
  } else if (is_mat5(bytes)) {
    tree.format = "MATLAB 5";
    tree.root = read_mat5(bytes, owner);
  } else if (Hdf5Reader::is_hdf5(bytes)) {
    bool matlab = false;
    tree.root = read_hdf5_tree(bytes, owner, &matlab);
    tree.format = matlab ? "MATLAB 7.3" : "HDF5";
  } else if (is_torch_legacy(bytes)) {
    tree.format = "torch legacy";
    tree.root = read_torch_legacy(bytes, owner);
  } else if (is_safetensors(bytes)) {
    read_safetensors_tree(bytes, owner, &tree);
  } else if (is_pickle(bytes)) {
    tree.format = "pickle";
    tree.root = read_plain_pickle(bytes, owner);
  } else if (is_onnx(bytes)) {
    tree.format = "ONNX";
    tree.root = read_onnx(bytes, owner, &tree.metadata, std::move(external));
  } else if (starts_with(bytes, "version https://git-lfs")) {
    fail_unsupported("is a pointer of Git LFS, not the file itself; 'git lfs pull' fetches it");
  } else {
    fail_unsupported(
        "is of no format that is read here (safetensors, torch .pth, pickle, .npz, .npy, MATLAB "
        ".mat, HDF5, ONNX); "
        "the file may be cut short or be a web page saved by mistake");
  }
  return tree;
}

}  // namespace

Result<FileTree> parse_tree(Bytes bytes, Owner owner, const std::string& where) {
  return guarded(where, [&] {
    FileTree tree = parse(bytes, owner, OnnxExternal());
    tree.path = where;
    return tree;
  });
}

Result<FileTree> read_tree(const std::string& path) {
  LOCI_TRY(info, file_info(path));
  if (info.is_directory)
    return invalid_argument(printable(path) + ": is a folder, not a file of weights");
  // What fits is read whole: a file that is overwritten meanwhile would change under whoever imports it.
  constexpr uint64_t kReadWhole = uint64_t{1} << 30;
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;
  if (info.size <= kReadWhole) {
    LOCI_TRY(file, InputFile::open(path));
    auto buffer = std::make_shared<AlignedBuffer<uint8_t>>(file.size());
    LOCI_TRY(got, file.read_at(0, buffer->span()));
    bytes = {buffer->data(), got};
    owner = std::move(buffer);
  } else {
    LOCI_TRY(file, MappedFile::open(path));
    auto shared = std::make_shared<const MappedFile>(std::move(file));
    bytes = shared->bytes();
    owner = std::move(shared);
  }
  return guarded(printable(path), [&] {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    FileTree tree = parse(bytes, owner, OnnxExternal(folder, true));
    tree.path = path;
    return tree;
  });
}

}  // namespace loci
