// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/safetensors.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include <nlohmann/json.hpp>

namespace loci {
namespace {

using Json = nlohmann::json;  // sorted: the ordered one looks every name up in all before it

constexpr uint64_t kMaxHeader = uint64_t{16}
                                << 20;  // the format allows 100 MB; real headers stay below 1
constexpr size_t kAlignment = 64;

std::optional<DType> dtype_from(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(DType::kBool); ++i) {
    if (name == dtype_name(static_cast<DType>(i))) return static_cast<DType>(i);
  }
  return std::nullopt;
}

struct Placed {
  uint64_t begin, end;
  std::string name;
};

/// One entry of the header, checked against the `data_size` bytes that follow it.
Result<Placed> parse_entry(const std::string& name,
                           const Json& entry,
                           uint64_t data_size,
                           Tensor* tensor) {
  const std::string where = "tensor '" + printable(name) + "'";
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets") || !entry["dtype"].is_string() ||
      !entry["shape"].is_array() || !entry["data_offsets"].is_array() ||
      entry["data_offsets"].size() != 2) {
    return corrupt(where + ": the header entry needs dtype, shape and two data_offsets");
  }
  const auto dtype = dtype_from(entry["dtype"].get<std::string>());
  if (!dtype)
    return unsupported(where + ": element type '" + entry["dtype"].get<std::string>() +
                       "' is not read");
  tensor->dtype = *dtype;
  uint64_t bytes = dtype_size(*dtype);
  for (const Json& side : entry["shape"]) {
    if (!side.is_number_unsigned() || side.get<uint64_t>() > (uint64_t{1} << 40) ||
        !checked_mul(bytes, side.get<uint64_t>(), &bytes)) {
      return corrupt(where + ": its shape makes no sense: " + entry["shape"].dump().substr(0, 80));
    }
    tensor->shape.push_back(static_cast<int64_t>(side.get<uint64_t>()));
  }
  const Json &first = entry["data_offsets"][0], &second = entry["data_offsets"][1];
  if (!first.is_number_unsigned() || !second.is_number_unsigned())
    return corrupt(where + ": offsets are no numbers");
  const Placed placed{first.get<uint64_t>(), second.get<uint64_t>(), name};
  if (placed.begin > placed.end || placed.end > data_size) {
    return corrupt(where + ": lies at bytes " + std::to_string(placed.begin) + " to " +
                   std::to_string(placed.end) + " of " + std::to_string(data_size) +
                   "; the file is cut short or damaged");
  }
  if (placed.end - placed.begin != bytes) {
    return corrupt(where + ": has " + std::to_string(placed.end - placed.begin) +
                   " bytes, its shape needs " + std::to_string(bytes));
  }
  return placed;
}

/// No byte may belong to two tensors or to none.
Status check_tiling(std::vector<Placed> placed, uint64_t data_size) {
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t at = 0;
  for (const Placed& p : placed) {
    if (p.begin < at)
      return corrupt("tensor '" + printable(p.name) + "' overlaps the one before it");
    if (p.begin > at) {
      return corrupt("tensor '" + printable(p.name) + "' leaves a gap of " +
                     std::to_string(p.begin - at) + " bytes");
    }
    at = p.end;
  }
  if (data_size > at) {
    return corrupt(std::to_string(data_size - at) + " bytes behind the last tensor belong to none");
  }
  return {};
}

/// The JSON parser recurses, so nesting is bounded before it sees the text.
bool nested_too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        quoted = false;
    } else if (text[i] == '"') {
      quoted = true;
    } else if (text[i] == '{' || text[i] == '[') {
      if (++depth > 16) return true;
    } else if (text[i] == '}' || text[i] == ']') {
      --depth;
    }
  }
  return false;
}

/// The header, and in `twice` a name that it has more than once.
Json parse_header(std::string_view text, std::string* twice) {
  std::unordered_set<std::string> names;
  return Json::parse(
      text,
      [&](int depth, Json::parse_event_t event, const Json& parsed) {
        if (event != Json::parse_event_t::key || depth != 1) return true;
        const auto& name = parsed.get_ref<const std::string&>();
        if (!names.insert(name).second) *twice = name;
        return true;
      },
      /*allow_exceptions=*/false);
}

}  // namespace

Result<Safetensors> parse_safetensors(std::span<const uint8_t> bytes,
                                      std::shared_ptr<const void> owner,
                                      const std::string& where) {
  if (bytes.size() < 8)
    return corrupt(where + ": is " + std::to_string(bytes.size()) +
                   " bytes long, no safetensors file");
  uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), 8);
  if (header_size > kMaxHeader || header_size > bytes.size() - 8) {
    return corrupt(where + ": says its header is " + std::to_string(header_size) +
                   " bytes long; the file has " + std::to_string(bytes.size() - 8) +
                   " and a header at most " + std::to_string(kMaxHeader));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, header_size);
  if (nested_too_deep(text)) return corrupt(where + ": the header is nested too deep");
  std::string twice;
  const Json header = parse_header(text, &twice);
  if (!header.is_object()) return corrupt(where + ": the header is no JSON object");
  if (!twice.empty())
    return corrupt(where + ": tensor '" + printable(twice) + "' stands twice in the header");

  Safetensors content;
  const std::span<const uint8_t> data = bytes.subspan(8 + header_size);
  std::vector<Placed> placed;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) return corrupt(where + ": __metadata__ is no object");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string())
          return corrupt(where + ": __metadata__ entry '" + printable(key) + "' is no text");
        content.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    Tensor tensor;
    Result<Placed> place = parse_entry(name, entry, data.size(), &tensor);
    if (!place.ok()) return place.status().with_context(where);
    tensor.bytes = data.subspan(place->begin, place->end - place->begin);
    tensor.owner = owner;
    if (reinterpret_cast<uintptr_t>(tensor.bytes.data()) % dtype_size(tensor.dtype) != 0) {
      // Other writers may leave a tensor at an odd address: copy that one.
      auto copy = std::make_shared<AlignedBuffer<uint8_t>>(tensor.bytes.size());
      std::memcpy(copy->data(), tensor.bytes.data(), tensor.bytes.size());
      tensor.bytes = {copy->data(), copy->size()};
      tensor.owner = std::move(copy);
    }
    content.tensors.emplace(name, std::move(tensor));
    placed.push_back(*place);
  }
  if (Status tiling = check_tiling(std::move(placed), data.size()); !tiling.ok())
    return tiling.with_context(where);
  return content;
}

Result<Safetensors> read_safetensors(const std::string& path) {
  // Read, not mapped: a model lives as long as a server, and its file may be overwritten in place meanwhile.
  LOCI_TRY(file, InputFile::open(path));
  auto bytes = std::make_shared<AlignedBuffer<uint8_t>>(file.size());
  LOCI_TRY(got, file.read_at(0, {bytes->data(), bytes->size()}));
  return parse_safetensors({bytes->data(), got}, bytes, printable(path));
}

Status write_safetensors(const std::string& path, const Safetensors& content) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  // Data that is aligned within the file stays aligned when the file is mapped. Tensors of a multiple of 64 bytes come
  // first, so that almost no padding is needed and other readers see a file without gaps.
  std::vector<const TensorMap::value_type*> order;
  for (const auto& item : content.tensors) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return (a->second.bytes.size() % kAlignment == 0) > (b->second.bytes.size() % kAlignment == 0);
  });
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return dtype_size(a->second.dtype) > dtype_size(b->second.dtype) &&
           a->second.bytes.size() % kAlignment != 0 && b->second.bytes.size() % kAlignment != 0;
  });
  uint64_t at = 0;
  for (const auto* item : order) {
    const Tensor& tensor = item->second;
    header[item->first] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {at, at + tensor.bytes.size()}}};
    at += tensor.bytes.size();
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  while ((8 + text.size()) % kAlignment != 0) text += ' ';
  const uint64_t header_size = text.size();
  LOCI_TRY(writer, FileWriter::create(path));
  LOCI_RETURN_IF_ERROR(writer.write(&header_size, 8));
  LOCI_RETURN_IF_ERROR(writer.write(text.data(), text.size()));
  for (const auto* item : order) {
    LOCI_RETURN_IF_ERROR(writer.write(item->second.bytes.data(), item->second.bytes.size()));
  }
  return writer.commit();
}

}  // namespace loci
