// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "pickle.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <cstring>
#include <unordered_set>

namespace loci {

/// Turns the array of values of a pickle into a tree. A value that is referred to often is
/// repeated, so repetitions are counted; a loop ends at the depth bound.
class PickleTree {
 public:
  PickleTree(const Pickle& pickle, const Pickle::FindStorage& find)
      : pickle_(pickle),
        find_(find),
        values_left_(4096 + 4 * pickle.bytes_.size() + 16 * pickle.nodes_.size()),
        bytes_left_((uint64_t{16} << 20) + 4 * pickle.bytes_.size()) {}

  FileValue convert(Pickle::Ref ref, const std::string& name, int depth) {
    const Pickle::Node& node = pickle_.node(ref);
    if (depth > 64) fail_corrupt(at(name) + "is nested deeper than 64 levels, or contains itself");
    if (values_left_-- == 0) fail_corrupt(at(name) + "repeats its values too often");
    FileValue value;
    switch (node.type) {
      case Pickle::Type::kNone:
        return value;
      case Pickle::Type::kBool:
        value = FileValue::make_integer(node.integer);
        value.kind = FileValue::Kind::kBool;
        return value;
      case Pickle::Type::kInt:
        return FileValue::make_integer(node.integer);
      case Pickle::Type::kLong:
        return FileValue::make_other("integer of " + std::to_string(node.text.size()) + " bytes");
      case Pickle::Type::kFloat:
        return FileValue::make_real(node.real);
      case Pickle::Type::kText:
      case Pickle::Type::kBytes:
        spend(node.text.size(), name);
        value = FileValue::make_text(std::string(node.text));
        if (node.type == Pickle::Type::kBytes) value.kind = FileValue::Kind::kBytes;
        return value;
      case Pickle::Type::kList:
      case Pickle::Type::kTuple:
        return list(node, name, depth);
      case Pickle::Type::kDict:
        return dict(node, name, depth);
      case Pickle::Type::kTensor:
        return tensor(node, name);
      case Pickle::Type::kArray:
        return array(node, name);
      case Pickle::Type::kGlobal:
        return FileValue::make_other(
            node.text.empty() ? "a name" : "the name " + printable(to_utf8(node.text)));
      case Pickle::Type::kOpaque:
        return FileValue::make_other("object of " + printable(to_utf8(node.text)));
      case Pickle::Type::kStorage:
        return FileValue::make_other("torch storage");
      case Pickle::Type::kDtype:
        return FileValue::make_other("NumPy type " + printable(node.text.substr(0, 20)));
    }
    return value;
  }

 private:
  std::string at(const std::string& name) const {
    return pickle_.where_ + ": " +
           (name.empty() ? "the value " : "'" + printable(to_utf8(name)) + "' ");
  }
  void spend(uint64_t bytes, const std::string& name) {
    if (bytes > bytes_left_) fail_corrupt(at(name) + "repeats its values too often");
    bytes_left_ -= bytes;
  }

  FileValue list(const Pickle::Node& node, const std::string& name, int depth) {
    FileValue value = FileValue::make_list();
    for (size_t i = 0; i < node.items.size(); ++i) {
      value.items.push_back(convert(node.items[i], join(name, std::to_string(i)), depth + 1));
    }
    return value;
  }

  FileValue dict(const Pickle::Node& node, const std::string& name, int depth) {
    FileValue value = FileValue::make_dict();
    std::unordered_map<std::string, size_t> places;
    for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
      std::string key = key_text(pickle_.node(node.items[i]));
      spend(key.size(), name);
      FileValue item = convert(node.items[i + 1], join(name, key), depth + 1);
      const auto [it, fresh] = places.emplace(key, value.items.size());
      if (fresh)
        value.add(std::move(key), std::move(item));
      else
        value.items[it->second] = std::move(item);
    }
    return value;
  }

  static std::string join(const std::string& name, const std::string& part) {
    if (name.size() > 200) return name;
    return name.empty() ? part.substr(0, 200) : name + "." + part.substr(0, 200);
  }

  static std::string key_text(const Pickle::Node& node) {
    switch (node.type) {
      case Pickle::Type::kText:
      case Pickle::Type::kBytes:
        return std::string(node.text);
      case Pickle::Type::kInt:
      case Pickle::Type::kBool:
        return std::to_string(node.integer);
      case Pickle::Type::kFloat:
        return format("%.9g", node.real);
      case Pickle::Type::kNone:
        return "None";
      default:
        return "(value)";
    }
  }

  FileValue array(const Pickle::Node& node, const std::string& name) {
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(node.text.data()),
                                         node.text.size());
    spend(2 * bytes.size(), name);
    struct Owners {
      std::shared_ptr<const void> file;
      std::shared_ptr<std::deque<std::string>> kept;
    };
    auto owner = std::make_shared<Owners>(Owners{pickle_.owner_, pickle_.kept_});
    Tensor tensor =
        numeric_tensor(node.number, dtype_for(node.number), node.shape, bytes, owner, at(name));
    return FileValue::make_tensor(std::move(tensor), node.integer != 0);
  }

  FileValue tensor(const Pickle::Node& node, const std::string& name) {
    const Pickle::Node& storage = pickle_.node(node.items[0]);
    const std::string key(storage.text);
    const StorageInfo& info = pickle_.storages_.at(key);
    const size_t rank = node.shape.size() / 2;
    const std::vector<int64_t> shape(node.shape.begin(),
                                     node.shape.begin() + static_cast<std::ptrdiff_t>(rank));
    const std::vector<int64_t> strides(node.shape.begin() + static_cast<std::ptrdiff_t>(rank),
                                       node.shape.end());
    const uint64_t count = count_elements(shape, at(name));
    if (count > info.elements) {
      fail_corrupt(at(name) + "has " + std::to_string(count) + " elements, its storage " +
                   std::to_string(info.elements));
    }
    const StorageBytes content = find_(key, info);
    const uint64_t element = dtype_size(info.dtype);
    if (content.bytes.size() / element < info.elements) {
      fail_corrupt(at(name) + "needs a storage of " + std::to_string(info.elements) +
                   " elements, the file holds " + std::to_string(content.bytes.size() / element));
    }
    check_reach(node.integer, shape, strides, count, info.elements, name);
    return FileValue::make_tensor(gather(content, info, node.integer, shape, strides, count, name));
  }

  /// The furthest element must lie in the storage.
  void check_reach(int64_t offset,
                   const std::vector<int64_t>& shape,
                   const std::vector<int64_t>& strides,
                   uint64_t count,
                   uint64_t elements,
                   const std::string& name) {
    bool inside = offset >= 0;
    uint64_t last = inside ? static_cast<uint64_t>(offset) : 0;
    for (size_t d = 0; count != 0 && d < shape.size(); ++d) {
      uint64_t step = 0;
      inside = inside && strides[d] >= 0 &&
               checked_mul(
                   static_cast<uint64_t>(strides[d]), static_cast<uint64_t>(shape[d] - 1), &step) &&
               checked_add(last, step, &last);
    }
    if (!inside || (count != 0 && last >= elements)) {
      fail_corrupt(at(name) + "reaches outside its storage of " + std::to_string(elements) +
                   " elements");
    }
  }

  Tensor gather(const StorageBytes& content,
                const StorageInfo& info,
                int64_t offset,
                const std::vector<int64_t>& shape,
                const std::vector<int64_t>& strides,
                uint64_t count,
                const std::string& name) {
    const uint64_t element = dtype_size(info.dtype);
    Tensor tensor;
    tensor.dtype = info.dtype;
    tensor.shape = shape;
    int64_t expected = 1;
    bool contiguous = true;
    for (size_t d = shape.size(); d-- > 0;) {
      if (shape[d] == 1) continue;
      contiguous = contiguous && strides[d] == expected;
      expected *= std::max<int64_t>(shape[d], 1);
    }
    const uint8_t* begin =
        content.bytes.data() + (count == 0 ? 0 : static_cast<uint64_t>(offset) * element);
    const bool aligned = reinterpret_cast<uintptr_t>(begin) % element == 0;
    if ((contiguous && aligned) || count == 0) {
      tensor.bytes = {begin, static_cast<size_t>(count * element)};
      tensor.owner = content.owner;
      return tensor;
    }
    if (seen_.insert(content.bytes.data()).second) copies_left_ += 4 * content.bytes.size();
    if (count * element > copies_left_) fail_corrupt(at(name) + "copies one storage too often");
    copies_left_ -= count * element;
    auto out = std::make_shared<AlignedBuffer<uint8_t>>(static_cast<size_t>(count * element));
    std::vector<int64_t> index(shape.size(), 0);
    uint64_t at_element = 0;
    for (uint64_t i = 0; i < count; ++i) {
      std::memcpy(out->data() + i * element, begin + at_element * element, element);
      for (size_t d = shape.size(); d-- > 0;) {
        at_element += static_cast<uint64_t>(strides[d]);
        if (++index[d] < shape[d]) break;
        at_element -= static_cast<uint64_t>(strides[d]) * static_cast<uint64_t>(shape[d]);
        index[d] = 0;
      }
    }
    tensor.bytes = out->span();
    tensor.owner = std::move(out);
    return tensor;
  }

  const Pickle& pickle_;
  const Pickle::FindStorage& find_;
  uint64_t values_left_;
  uint64_t bytes_left_;
  uint64_t copies_left_ = uint64_t{16} << 20;
  std::unordered_set<const uint8_t*> seen_;
};

FileValue Pickle::to_tree(const FindStorage& find) const {
  return PickleTree(*this, find).convert(result_, "", 0);
}

}  // namespace loci
