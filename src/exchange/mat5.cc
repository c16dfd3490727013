// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "mat5.h"

#include "byte_reader.h"
#include "inflate.h"
#include "mat5_element.h"
#include "mat_text.h"
#include "numeric.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

constexpr size_t kHeader = 128;
constexpr int kMaxDepth = 48;

enum ArrayClass {
  kCell = 1,
  kStruct = 2,
  kObject = 3,
  kChar = 4,
  kSparse = 5,
  kDouble = 6,
  kUint64 = 15
};

/// mxINT8 and so on, from class number 6 on.
constexpr NumberType kClassTypes[] = {{'f', 8},
                                      {'f', 4},
                                      {'i', 1},
                                      {'u', 1},
                                      {'i', 2},
                                      {'u', 2},
                                      {'i', 4},
                                      {'u', 4},
                                      {'i', 8},
                                      {'u', 8}};

class MatReader {
 public:
  MatReader(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner)
      : bytes_(bytes),
        owner_(std::move(owner)),
        budget_(bytes.size()),
        values_left_((uint64_t{1} << 18) + bytes.size() / 4) {}

  FileValue read() {
    FileValue root = FileValue::make_dict();
    ByteReader in(bytes_, kHeader);
    while (in.left() >= 8) {
      const MatElement element = next_element(in);
      std::string name;
      if (element.type == kMatMatrix) {
        FileValue value = matrix(element.data, "", 0, &name);
        root.add(std::move(name), std::move(value));
      } else if (element.type == kMatCompressed) {
        FileValue value = compressed(element.data, &name);
        root.add(std::move(name), std::move(value));
      }
    }
    return root;
  }

 private:
  FileValue compressed(std::span<const uint8_t> packed, std::string* name) {
    uint8_t tag[8] = {};
    if (inflate_prefix(packed, tag) != sizeof tag) fail_corrupt("a compressed variable is damaged");
    uint32_t type, size;
    std::memcpy(&type, tag, 4);
    std::memcpy(&size, tag + 4, 4);
    if (type != kMatMatrix)
      return FileValue::make_other("compressed element of type " + std::to_string(type));
    const SharedBytes plain =
        inflate_exactly(packed, uint64_t{size} + 8, /*raw=*/false, budget_, "a variable");
    const std::shared_ptr<const void> outer = std::exchange(owner_, plain);
    FileValue value = matrix(plain->span().subspan(8), "", 0, name);
    owner_ = outer;
    return value;
  }

  std::string named(const std::string& path) const {
    return path.empty() ? "a variable" : "'" + printable(to_utf8(path)) + "'";
  }

  FileValue matrix(std::span<const uint8_t> data,
                   const std::string& path,
                   int depth,
                   std::string* name) {
    if (depth > kMaxDepth)
      fail_corrupt(named(path) + " is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    if (values_left_-- == 0)
      fail_corrupt(named(path) + ": the file holds more values than a real file of its size");
    if (data.empty()) return FileValue::make_list();  // an unset cell
    ByteReader in(data);
    const MatElement flags = next_element(in);
    if (flags.type != 6 || flags.data.size() != 8)
      fail_corrupt(named(path) + " has no array flags");
    const int array_class = flags.data[0];
    const bool complex = (flags.data[1] & 8) != 0;
    if (array_class == 16 || array_class == 17)
      return FileValue::make_other("function or object, not read");
    const std::vector<int64_t> shape = dimensions(next_element(in), path);
    const MatElement name_element = next_element(in);
    const std::string own_name(reinterpret_cast<const char*>(name_element.data.data()),
                               name_element.data.size());
    if (name != nullptr) *name = own_name;
    const std::string place = path.empty() ? own_name : path;
    switch (array_class) {
      case kCell:
        return cells(in, shape, place, depth);
      case kObject:
        next_element(in);
        [[fallthrough]];
      case kStruct:
        return structure(in, shape, place, depth);
      case kChar:
        return text(next_element(in), shape, place);
      case kSparse:
        return FileValue::make_other("sparse matrix, not read");
      default:
        break;
    }
    if (array_class < kDouble || array_class > kUint64)
      return FileValue::make_other("array of class " + std::to_string(array_class));
    if (complex) return FileValue::make_other("complex array, not read");
    return numbers(next_element(in), kClassTypes[array_class - kDouble], shape, place);
  }

  std::vector<int64_t> dimensions(const MatElement& element, const std::string& path) const {
    if (element.type != 5 || element.data.size() % 4 != 0 || element.data.size() > 4 * 32 ||
        element.data.size() < 8) {
      fail_corrupt(named(path) + " has no dimensions");
    }
    std::vector<int64_t> shape;
    ByteReader in(element.data);
    while (!in.done()) shape.push_back(in.number<int32_t>());
    count_elements(shape, named(path));
    return shape;
  }

  FileValue numbers(const MatElement& element,
                    NumberType type,
                    const std::vector<int64_t>& shape,
                    const std::string& path) {
    const auto stored = storage_type(element.type);
    if (!stored) fail_corrupt(named(path) + " is stored as type " + std::to_string(element.type));
    return FileValue::make_tensor(
        numeric_tensor(*stored, dtype_for(type), shape, element.data, owner_, named(path)),
        /*column_major=*/true);
  }

  FileValue text(const MatElement& element,
                 const std::vector<int64_t>& shape,
                 const std::string& path) {
    std::string all;
    if (element.type == 16 || element.type == 1 || element.type == 2) {
      all.assign(reinterpret_cast<const char*>(element.data.data()), element.data.size());
      if (element.type != 16) all.erase(std::remove(all.begin(), all.end(), '\0'), all.end());
    } else if (element.type == 4 || element.type == 17) {
      std::vector<uint16_t> units(element.data.size() / 2);
      if (!units.empty()) std::memcpy(units.data(), element.data.data(), units.size() * 2);
      all = utf16_to_utf8(units);
    } else if (!element.data.empty()) {
      fail_corrupt(named(path) + ": text stored as type " + std::to_string(element.type));
    }
    const auto rows = static_cast<size_t>(shape[0]);
    const size_t width = rows == 0 ? 0 : all.size() / rows;
    if (rows <= 1 || width * rows != all.size()) return FileValue::make_text(std::move(all));
    // A matrix of letters, column after column: every row is a text padded with blanks.
    if (rows > values_left_)
      fail_corrupt(named(path) + ": the file holds more values than a real file of its size");
    values_left_ -= rows;
    FileValue list = FileValue::make_list();
    for (size_t r = 0; r < rows; ++r) {
      std::string row;
      for (size_t c = 0; c < width; ++c) row += all[c * rows + r];
      list.items.push_back(FileValue::make_text(std::string(trim(row))));
    }
    return list;
  }

  FileValue cells(ByteReader& in,
                  const std::vector<int64_t>& shape,
                  const std::string& path,
                  int depth) {
    const uint64_t count = count_elements(shape, named(path));
    if (count > in.left() / 8)
      fail_corrupt(named(path) + " announces " + std::to_string(count) +
                   " cells, its bytes cannot hold them");
    FileValue list = FileValue::make_list();
    list.items.reserve(static_cast<size_t>(std::min<uint64_t>(count, values_left_)));
    for (uint64_t i = 0; i < count; ++i)
      list.items.push_back(child(in, path + "{" + std::to_string(i + 1) + "}", depth));
    return list;
  }

  FileValue child(ByteReader& in, const std::string& path, int depth) {
    const MatElement element = next_element(in);
    if (element.type != kMatMatrix) fail_corrupt(named(path) + " is no array");
    return matrix(element.data, path, depth + 1, nullptr);
  }

  FileValue structure(ByteReader& in,
                      const std::vector<int64_t>& shape,
                      const std::string& path,
                      int depth) {
    const MatElement width_element = next_element(in);
    if (width_element.data.size() != 4) fail_corrupt(named(path) + " has no field name length");
    const uint32_t width = ByteReader(width_element.data).u32();
    const MatElement names = next_element(in);
    if (width == 0 || width > 256 || names.data.size() % width != 0)
      fail_corrupt(named(path) + " has damaged field names");
    const size_t num_fields = names.data.size() / width;
    const uint64_t count = count_elements(shape, named(path));
    if (num_fields == 0 && count > values_left_)
      fail_corrupt(named(path) + " has too many elements");
    if (num_fields != 0 && count > in.left() / 8 / num_fields) {
      fail_corrupt(named(path) + " announces " + std::to_string(count) +
                   " structures, its bytes cannot hold them");
    }
    std::vector<FileValue> elements;
    for (uint64_t i = 0; i < count; ++i) {
      if (num_fields == 0) --values_left_;
      FileValue dict = FileValue::make_dict();
      for (size_t f = 0; f < num_fields; ++f) {
        const char* begin = reinterpret_cast<const char*>(names.data.data()) + f * width;
        const std::string field(begin, strnlen(begin, width));
        FileValue value = child(in, (path.size() < 200 ? path + "." : "") + field, depth);
        dict.add(field, std::move(value));
      }
      elements.push_back(std::move(dict));
    }
    return struct_array(std::move(elements));
  }

  std::span<const uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
  InflateBudget budget_;
  uint64_t values_left_;
};

}  // namespace

FileValue struct_array(std::vector<FileValue> elements) {
  if (elements.size() == 1) return std::move(elements[0]);
  FileValue list = FileValue::make_list();
  list.items = std::move(elements);
  return list;
}

bool is_mat5(std::span<const uint8_t> bytes) {
  return bytes.size() >= kHeader && bytes[126] == 'I' && bytes[127] == 'M' && bytes[125] == 1;
}

FileValue read_mat5(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  return MatReader(bytes, std::move(owner)).read();
}

}  // namespace loci
