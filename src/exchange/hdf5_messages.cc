// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The messages of an HDF5 object header: data type, shape, layout, filters, attributes, links.
#include "byte_reader.h"
#include "hdf5_message.h"
#include "hdf5_tree.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

struct Datatype {
  int type_class = -1;
  uint32_t size = 0;
  std::optional<NumberType> number;
  bool is_reference = false;
  std::string unreadable;
};

Datatype parse_datatype(std::span<const uint8_t> data, int depth = 0) {
  ByteReader in(data);
  Datatype out;
  const uint8_t first = in.u8();
  out.type_class = first & 15;
  const uint8_t bits = in.u8();
  in.take(2);
  out.size = in.u32();
  const bool big_endian = (bits & 1) != 0;
  const bool usual = out.size == 1 || out.size == 2 || out.size == 4 || out.size == 8;
  if (out.type_class == 0 && usual && !big_endian) {
    out.number = NumberType{(bits & 8) != 0 ? 'i' : 'u', static_cast<int>(out.size)};
  } else if (out.type_class == 1 && usual && out.size != 1 && !big_endian) {
    out.number = NumberType{'f', static_cast<int>(out.size)};
  } else if (out.type_class == 7 && (bits & 15) == 0 && out.size == 8) {
    out.is_reference = true;
  } else if (out.type_class == 8 && depth == 0) {
    const Datatype base =
        parse_datatype(in.take(in.left()), 1);  // an enumeration, such as h5py's bool
    out.number = base.number;
  } else {
    out.unreadable = "HDF5 type of class " + std::to_string(out.type_class);
  }
  return out;
}

uint64_t padded(uint64_t size) { return (size + 7) / 8 * 8; }

}  // namespace

void Hdf5Reader::message(int type, std::span<const uint8_t> data, Hdf5Object* out) {
  switch (type) {
    case kDataspace:
      dataspace(data, out);
      break;
    case kDatatype: {
      const Datatype parsed = parse_datatype(data);
      out->type = parsed.number;
      out->is_reference = parsed.is_reference;
      if (!parsed.unreadable.empty()) out->unreadable = parsed.unreadable;
      break;
    }
    case kLayout:
      layout(data, out);
      break;
    case kFilters:
      filters(data, out);
      break;
    case kExternalFiles:
      out->unreadable = "numbers kept in another file, which is not opened";
      break;
    case kAttribute:
      attribute(data, out);
      break;
    case kLink:
      link(data, out);
      break;
    case kLinkInfo: {
      out->is_group = true;
      ByteReader in(data);
      in.u8();
      if ((in.u8() & 1) != 0) in.u64();
      if (in.u64() != kHdf5Undefined)
        fail_unsupported(
            "an HDF5 group in dense storage is not read; write it with h5py's default libver");
      break;
    }
    case kSymbolTable: {
      out->is_group = true;
      ByteReader in(data);
      const uint64_t tree = in.u64();
      ByteReader heap(at(in.u64(), 32));
      if (heap.text(4) != "HEAP") fail_corrupt("an HDF5 group has no names");
      heap.take(4);
      const uint64_t size = heap.u64();
      heap.u64();
      group_tree(tree, at(heap.u64(), size), 0, out);
      break;
    }
    default:
      break;
  }
}

void Hdf5Reader::dataspace(std::span<const uint8_t> data, Hdf5Object* out) {
  ByteReader in(data);
  const uint8_t version = in.u8();
  const uint8_t rank = in.u8();
  in.take(version == 1 ? 6 : 2);
  if (rank > 32) fail_corrupt("an HDF5 array of " + std::to_string(rank) + " axes");
  out->shape.clear();
  for (int d = 0; d < rank; ++d)
    out->shape.push_back(static_cast<int64_t>(std::min(in.u64(), kHdf5Undefined >> 1)));
  count_elements(out->shape, "an HDF5 array");
}

void Hdf5Reader::layout(std::span<const uint8_t> data, Hdf5Object* out) {
  ByteReader in(data);
  const uint8_t version = in.u8();
  if (version == 1 || version == 2) {
    const uint8_t rank = in.u8();
    out->layout_class = in.u8();
    in.take(5);
    if (out->layout_class != 0) out->data_at = in.u64();
    for (int d = 0; d < rank; ++d) out->chunk.push_back(in.u32());
    if (out->layout_class == 2 && !out->chunk.empty()) out->chunk.pop_back();
    if (out->layout_class == 0) out->compact = in.take(in.u32());
    return;
  }
  out->layout_class = in.u8();
  if (version > 4 || (version == 4 && out->layout_class > 1)) {
    out->unreadable = "HDF5 layout of version " + std::to_string(version);
    return;
  }
  if (out->layout_class == 0) {
    out->compact = in.take(in.u16());
  } else if (out->layout_class == 1) {
    out->data_at = in.u64();
  } else if (out->layout_class == 2) {
    const uint8_t rank = in.u8();
    out->data_at = in.u64();
    for (int d = 0; d + 1 < rank; ++d) out->chunk.push_back(in.u32());
  } else {
    out->unreadable = "HDF5 layout of class " + std::to_string(out->layout_class);
  }
}

void Hdf5Reader::filters(std::span<const uint8_t> data, Hdf5Object* out) {
  ByteReader in(data);
  const uint8_t version = in.u8();
  const uint8_t number = in.u8();
  if (version == 1) in.take(6);
  for (int i = 0; i < number; ++i) {
    const uint16_t id = in.u16();
    const uint16_t name_size = version == 1 || id >= 256 ? in.u16() : 0;
    in.u16();
    const uint16_t values = in.u16();
    in.take(version == 1 ? padded(name_size) : name_size);
    in.take(uint64_t{4} * values);
    if (version == 1 && values % 2 != 0) in.take(4);
    if (id == 1 && !out->deflate)
      out->deflate = true;
    else if (id == 2 && !out->deflate)
      out->shuffle = true;
    else
      out->unreadable = "HDF5 filter " + std::to_string(id);
  }
}

void Hdf5Reader::attribute(std::span<const uint8_t> data, Hdf5Object* out) {
  ByteReader in(data);
  const uint8_t version = in.u8();
  const uint8_t flags = in.u8();
  const uint16_t name_size = in.u16(), type_size = in.u16(), space_size = in.u16();
  if (version == 3) in.u8();
  if (version > 3 || (version > 1 && (flags & 3) != 0)) return;
  const auto part = [&](uint16_t size) {
    return in.take(version == 1 ? padded(size) : size).first(size);
  };
  const auto name_bytes = part(name_size);
  std::string name(reinterpret_cast<const char*>(name_bytes.data()), name_bytes.size());
  name = name.c_str();
  const Datatype type = parse_datatype(part(type_size));
  Hdf5Object space;
  dataspace(part(space_size), &space);
  const auto value = in.take(in.left());
  if (type.type_class == 3 && type.size <= value.size()) {
    const std::string text(reinterpret_cast<const char*>(value.data()), type.size);
    out->text_attributes[name] = text.c_str();
  } else if (type.number && type.number->kind != 'f' && type.size <= value.size()) {
    int64_t number = 0;
    std::memcpy(&number, value.data(), std::min<size_t>(type.size, 8));
    out->number_attributes[name] = number;
  }
}

void Hdf5Reader::link(std::span<const uint8_t> data, Hdf5Object* out) {
  out->is_group = true;
  ByteReader in(data);
  in.u8();
  const uint8_t flags = in.u8();
  const uint8_t type = (flags & 8) != 0 ? in.u8() : 0;
  if ((flags & 4) != 0) in.u64();
  if ((flags & 16) != 0) in.u8();
  const int width = flags & 3;
  const uint64_t size = width == 0   ? in.u8()
                        : width == 1 ? in.u16()
                        : width == 2 ? in.u32()
                                     : in.u64();
  const std::string name(in.text(size));
  if (type == 0) out->links.emplace_back(name, in.u64());
}

}  // namespace loci
