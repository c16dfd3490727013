// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A value read from somebody else's file: what a pickle, a MATLAB file, an .npz or a safetensors
/// file holds, in one form. A plain tree: nothing is shared, nothing was executed to make it.
struct FileValue {
  enum class Kind {
    kNone,
    kBool,     ///< integer is 0 or 1
    kInteger,  ///< integer
    kReal,     ///< real
    kText,     ///< text (UTF-8 as far as the file's is)
    kBytes,    ///< text holds the bytes
    kList,     ///< items
    kDict,     ///< keys[i] names items[i], in the file's order
    kTensor,   ///< tensor
    kOther,    ///< something that is known to be there but not read; text says what
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<std::string> keys;
  std::vector<FileValue> items;
  Tensor tensor;
  /// The bytes run along the first axis first (MATLAB, Fortran); `tensor.shape` is the shape a
  /// person would write.
  bool column_major = false;

  bool is(Kind k) const { return kind == k; }
  /// The dictionary's entry of that name, or null.
  const FileValue* find(std::string_view key) const;
  /// A number from a bool, an integer, a real or a tensor of one element; `otherwise` for all else.
  double number(double otherwise = 0) const;
  /// "F32 64x512", "\"train\"", "3 items", for reports.
  std::string describe() const;

  static FileValue make_text(std::string text);
  static FileValue make_integer(int64_t value);
  static FileValue make_real(double value);
  static FileValue make_tensor(Tensor tensor, bool column_major = false);
  static FileValue make_list() { return of_kind(Kind::kList); }
  static FileValue make_dict() { return of_kind(Kind::kDict); }
  static FileValue make_other(std::string what);
  void add(std::string key, FileValue value);

 private:
  static FileValue of_kind(Kind kind);
};

/// A file as a tree.
struct FileTree {
  std::string path;
  std::string format;  ///< "torch zip", "MATLAB 5", ... for a person
  FileValue root;
  std::map<std::string, std::string> metadata;
};

/// Reads a file by its content, never by its name: safetensors; torch .pth in the zip and in the
/// older form; a plain pickle; .npz and .npy; MATLAB .mat level 5 (v6, v7) and v7.3; ONNX. Tensors point
/// into the mapped file where they can.
///
/// Pickles are not executed: the reader knows dictionaries, lists, tuples, text, bytes, numbers,
/// torch tensors and NumPy scalars, types and arrays, and refuses every other name it meets.
/// Errors:  NotFound; Corrupt (naming the tensor or the byte); Unsupported (unknown format, a
///          pickle's forbidden name)
/// Cost:    memory at most about the file's size plus what compression in it declares, which is
///          bounded
Result<FileTree> read_tree(const std::string& path);
/// The same of bytes that `owner` keeps alive.
Result<FileTree> parse_tree(std::span<const uint8_t> bytes,
                            std::shared_ptr<const void> owner,
                            const std::string& where);

struct NamedTensor {
  std::string name;
  const FileValue* value = nullptr;
};

/// All tensors below a value, in the file's order; names joined by dots, list items by their number
/// from 0.
std::vector<NamedTensor> list_tensors(const FileValue& root);

/// The tensor with its axes in the order `axes` (all axes when empty), row-major.
Tensor row_major(const FileValue& value, std::vector<int> axes = {});

}  // namespace loci
