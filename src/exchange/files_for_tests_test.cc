// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include <cstring>
#include <zlib.h>

namespace loci::testing_files {
namespace {

std::string pickle_int(int value) { return "J" + raw(static_cast<int32_t>(value)); }

std::string pickle_tuple(const std::vector<int>& values) {
  std::string out = "(";
  for (const int value : values) out += pickle_int(value);
  return out + "t";
}

}  // namespace

std::string deflate(const std::string& plain, bool raw) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, raw ? -MAX_WBITS : MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string make_zip(const std::vector<ZipMember>& members, uint32_t claimed_size) {
  std::string out, directory;
  for (const ZipMember& member : members) {
    const std::string packed = member.deflated ? deflate(member.content, true) : member.content;
    const auto size = static_cast<uint32_t>(
        member.deflated && claimed_size != 0 ? claimed_size : member.content.size());
    const auto crc =
        static_cast<uint32_t>(crc32(0,
                                    reinterpret_cast<const Bytef*>(member.content.data()),
                                    static_cast<uInt>(member.content.size())));
    const std::string common = raw<uint16_t>(0) + raw<uint16_t>(member.deflated ? 8 : 0) +
                               raw<uint32_t>(0) + raw(crc) +
                               raw(static_cast<uint32_t>(packed.size())) + raw(size) +
                               raw(static_cast<uint16_t>(member.name.size())) + raw<uint16_t>(0);
    directory += raw<uint32_t>(0x02014b50) + raw<uint16_t>(20) + raw<uint16_t>(20) + common +
                 raw<uint16_t>(0) + raw<uint16_t>(0) + raw<uint16_t>(0) + raw<uint32_t>(0) +
                 raw(static_cast<uint32_t>(out.size())) + member.name;
    out += raw<uint32_t>(0x04034b50) + raw<uint16_t>(20) + common + member.name + packed;
  }
  const auto count = static_cast<uint16_t>(members.size());
  const auto at = static_cast<uint32_t>(out.size());
  return out + directory + raw<uint32_t>(0x06054b50) + raw<uint32_t>(0) + raw(count) + raw(count) +
         raw(static_cast<uint32_t>(directory.size())) + raw(at) + raw<uint16_t>(0);
}

std::string mat_element(uint32_t type, const std::string& data) {
  return raw(type) + raw(static_cast<uint32_t>(data.size())) + data +
         std::string((8 - data.size() % 8) % 8, '\0');
}

std::string mat_matrix(int array_class,
                       const std::vector<int32_t>& shape,
                       const std::string& name,
                       const std::string& body) {
  std::string dims;
  for (const int32_t side : shape) dims += raw(side);
  return mat_element(14,
                     mat_element(6, raw(static_cast<uint32_t>(array_class)) + raw<uint32_t>(0)) +
                         mat_element(5, dims) + mat_element(1, name) + body);
}

std::string mat_floats(const std::vector<float>& values,
                       const std::vector<int32_t>& shape,
                       const std::string& name) {
  return mat_matrix(7, shape, name, mat_element(7, floats(values)));
}

std::string mat_text(const std::string& text, const std::string& name) {
  return mat_matrix(4, {1, static_cast<int32_t>(text.size())}, name, mat_element(16, text));
}

std::string mat_cell(const std::vector<std::string>& items, const std::string& name) {
  std::string body;
  for (const std::string& item : items) body += item;
  return mat_matrix(1, {1, static_cast<int32_t>(items.size())}, name, body);
}

std::string mat_struct(const std::vector<std::pair<std::string, std::string>>& fields,
                       const std::string& name) {
  std::string names, body;
  for (const auto& [field, value] : fields) {
    names += field + std::string(32 - field.size(), '\0');
    body += value;
  }
  return mat_matrix(
      2, {1, 1}, name, mat_element(5, raw<int32_t>(32)) + mat_element(1, names) + body);
}

std::string mat_file(const std::vector<std::string>& variables, bool compressed) {
  std::string out("MATLAB 5.0 MAT-file");
  out.resize(124, ' ');
  out += raw<uint16_t>(0x0100) + "IM";
  for (const std::string& variable : variables) {
    if (!compressed) {
      out += variable;
      continue;
    }
    const std::string packed = deflate(variable, false);
    out += raw<uint32_t>(15) + raw(static_cast<uint32_t>(packed.size())) + packed;
  }
  return out;
}

std::string pickle_tensor(int elements,
                          int offset,
                          const std::vector<int>& shape,
                          const std::vector<int>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + pickle_text("storage") +
         "ctorch\nFloatStorage\n" + pickle_text("0") + pickle_text("cpu") + pickle_int(elements) +
         "tQ" + pickle_int(offset) + pickle_tuple(shape) + pickle_tuple(strides) +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

std::string torch_zip(const std::string& pickle, const std::string& storage) {
  return make_zip({{"archive/data.pkl", pickle}, {"archive/data/0", storage}});
}

}  // namespace loci::testing_files
