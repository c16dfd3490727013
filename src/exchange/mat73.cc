// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "mat73.h"

#include "byte_reader.h"
#include "hdf5_tree.h"
#include "mat5.h"
#include "mat_text.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

constexpr int kMaxDepth = 48;

class Converter {
 public:
  Converter(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner)
      : file_(bytes, std::move(owner)), values_left_((uint64_t{1} << 18) + bytes.size() / 4) {}

  FileValue read() { return value(file_.root(), "", 0); }
  bool is_matlab() const { return is_matlab_; }

 private:
  FileValue value(uint64_t address, const std::string& path, int depth) {
    if (depth > kMaxDepth)
      fail_corrupt("'" + printable(path) + "' is nested deeper than " + std::to_string(kMaxDepth) +
                   " levels");
    if (values_left_-- == 0)
      fail_corrupt("'" + printable(path) +
                   "': the file holds more values than a real file of its size");
    const Hdf5Object object = file_.object(address);
    return object.is_group ? group(object, path, depth) : data_set(object, path, depth);
  }

  FileValue group(const Hdf5Object& object, const std::string& path, int depth) {
    FileValue dict = FileValue::make_dict();
    for (const auto& [name, address] : object.links) {
      if (depth == 0 && (name == "#refs#" || name == "#subsystem#")) continue;
      FileValue item =
          value(address, path.empty() ? name : path.substr(0, 200) + "." + name, depth + 1);
      dict.add(name, std::move(item));
    }
    return dict;
  }

  FileValue data_set(const Hdf5Object& object, const std::string& path, int depth) {
    const std::string what = "'" + printable(path) + "'";
    const auto found = object.text_attributes.find("MATLAB_class");
    const std::string matlab_class = found == object.text_attributes.end() ? "" : found->second;
    if (!matlab_class.empty()) is_matlab_ = true;
    if (!object.unreadable.empty()) return FileValue::make_other(object.unreadable);
    if (object.number_attributes.contains("MATLAB_empty") &&
        object.number_attributes.at("MATLAB_empty") != 0) {
      return empty(matlab_class);
    }
    if (object.is_reference) {
      FileValue list = FileValue::make_list();
      for (const uint64_t address : file_.references(object, what)) {
        list.items.push_back(
            value(address,
                  path.substr(0, 200) + "{" + std::to_string(list.items.size() + 1) + "}",
                  depth + 1));
      }
      return list;
    }
    if (!object.type) return FileValue::make_other("HDF5 data, not read");
    const SharedSpan raw = file_.read(object, what);
    if (matlab_class == "char") return text(raw.bytes, object);
    DType dtype = dtype_for(*object.type);
    if (matlab_class == "logical") dtype = object.type->bytes == 1 ? DType::kBool : dtype;
    std::vector<int64_t> shape = object.shape;
    // MATLAB's first axis runs fastest and is HDF5's last: the same bytes, the axes named the other
    // way round.
    if (!matlab_class.empty()) std::reverse(shape.begin(), shape.end());
    NumberType type = *object.type;
    if (dtype == DType::kBool) type.kind = 'b';
    return FileValue::make_tensor(numeric_tensor(type, dtype, shape, raw.bytes, raw.owner, what),
                                  !matlab_class.empty());
  }

  static FileValue empty(const std::string& matlab_class) {
    if (matlab_class == "char") return FileValue::make_text("");
    if (matlab_class == "cell" || matlab_class == "struct") return FileValue::make_list();
    return FileValue::make_tensor(make_tensor({0}, std::span<const float>()));
  }

  static FileValue text(std::span<const uint8_t> bytes, const Hdf5Object& object) {
    if (object.type->bytes == 1)
      return FileValue::make_text(std::string(bytes.begin(), bytes.end()));
    if (object.type->bytes != 2)
      return FileValue::make_other("text of " + std::to_string(object.type->bytes) +
                                   "-byte letters");
    std::vector<uint16_t> units(bytes.size() / 2);
    if (!units.empty()) std::memcpy(units.data(), bytes.data(), units.size() * 2);
    return FileValue::make_text(utf16_to_utf8(units));
  }

  Hdf5Reader file_;
  uint64_t values_left_;
  bool is_matlab_ = false;
};

}  // namespace

FileValue read_hdf5_tree(std::span<const uint8_t> bytes,
                         std::shared_ptr<const void> owner,
                         bool* is_matlab) {
  Converter converter(bytes, std::move(owner));
  FileValue root = converter.read();
  *is_matlab = converter.is_matlab();
  return root;
}

}  // namespace loci
