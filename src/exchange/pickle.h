// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "numeric.h"

#include "loci/exchange/file_tree.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace loci {

/// The bytes of one torch storage.
struct StorageBytes {
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;
};

/// A storage that a pickle refers to by a persistent id.
struct StorageInfo {
  NumberType type;
  DType dtype = DType::kF32;
  uint64_t elements = 0;
};

/// Reads one pickle (protocols 0 to 5) without executing anything. The only names it knows are
/// collections.OrderedDict, torch's storage classes, torch._utils._rebuild_tensor,
/// _rebuild_tensor_v2 and _rebuild_parameter, numpy's dtype, ndarray, scalar and _reconstruct, and
/// _codecs.encode; each is a rule of this reader. Objects of other classes (argparse.Namespace, pathlib.PosixPath,
/// torch.device) become values that say their class and nothing more; what is filled like a dictionary (a defaultdict, a
/// subclass of OrderedDict) is one. Names of modules that reach out of the program (os, subprocess, builtins, torch.load)
/// are refused when they are met, though they would not be called either.
///
/// Values lie in an array and refer to each other by number, so loops and deep nesting cost nothing
/// to build or to drop. Bounds: operations, values, decoded bytes; to_tree() bounds depth and how
/// often a shared value is repeated.
class Pickle {
 public:
  Pickle(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner, std::string where);
  /// Reads up to STOP and returns the number of bytes used. Throws Error.
  size_t read();

  const std::unordered_map<std::string, StorageInfo>& storages() const { return storages_; }
  using FindStorage = std::function<StorageBytes(const std::string& key, const StorageInfo&)>;
  /// The value as a tree, tensors made contiguous. `find` is asked once a storage. Throws Error.
  FileValue to_tree(const FindStorage& find) const;
  /// The value itself when it is an integer of at most 64 bits, or the low 64 bits of a longer one.
  std::optional<uint64_t> integer() const;

  using Ref = uint32_t;
  enum class Type : uint8_t {
    kNone,
    kBool,
    kInt,
    kLong,
    kFloat,
    kText,
    kBytes,
    kList,
    kTuple,
    kDict,
    kGlobal,
    kStorage,
    kTensor,
    kDtype,
    kArray,
    kOpaque  ///< an object of a class that is not known; `text` is the class
  };
  enum class Global : uint8_t {
    kOrderedDict,
    kStorageClass,
    kRebuildTensor,
    kRebuildTensorV2,
    kRebuildParameter,
    kDtypeClass,
    kNdarray,
    kScalar,
    kReconstruct,
    kEncode,
    kOpaqueClass  ///< `text` is its name
  };
  struct Node {
    Type type = Type::kNone;
    Global global = Global::kOrderedDict;
    NumberType number;          ///< storage class, dtype
    DType dtype = DType::kF32;  ///< storage class
    int64_t integer = 0;
    double real = 0;
    std::string_view text;  ///< text, bytes, long, storage key, what a dtype is called
    /// List, tuple; dict: key, value, ...; tensor: storage, offset, shape, stride.
    std::vector<Ref> items;
    std::vector<int64_t> shape;
  };

 private:
  friend class PickleTree;
  struct Opcode;

  void step(uint8_t op);
  bool step_number(uint8_t op);
  bool step_text(uint8_t op);
  bool step_container(uint8_t op);
  bool step_memo(uint8_t op);
  bool step_call(uint8_t op);

  Ref add(Node node);
  Ref add_text(Type type, std::string_view text);
  void push(Ref ref);
  Ref pop();
  std::vector<Ref> pop_to_mark();
  Ref top();
  std::string_view line();
  std::string_view counted(uint64_t size);
  std::string_view keep(std::string text);
  void remember(uint64_t index);
  void recall(uint64_t index);
  void append(Ref list, const std::vector<Ref>& items);
  void set_items(Ref dict, const std::vector<Ref>& items);
  void push_global(std::string_view module, std::string_view name);
  void push_storage(Ref id);
  Ref call(Ref callee, Ref arguments);
  Ref call_encode(const std::vector<Ref>& arguments);
  Ref call_rebuild(const std::vector<Ref>& arguments, size_t needed);
  Ref call_dtype(const std::vector<Ref>& arguments);
  Ref call_scalar(const std::vector<Ref>& arguments);
  void build(Ref target, Ref state);
  void build_array(Ref target, const Node& state);
  std::vector<int64_t> integers(Ref ref, const char* what) const;
  const Node& node(Ref ref) const { return nodes_[ref]; }
  const Node& expect(Ref ref, Type type, const char* what) const;
  std::string here() const;

  std::span<const uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
  std::string where_;
  size_t at_ = 0;
  uint64_t operations_ = 0;
  uint64_t decoded_bytes_ = 0;
  std::deque<Node> nodes_;
  std::shared_ptr<std::deque<std::string>> kept_;
  std::vector<Ref> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Ref> memo_;
  std::unordered_map<std::string, StorageInfo> storages_;
  Ref result_ = 0;
};

}  // namespace loci
