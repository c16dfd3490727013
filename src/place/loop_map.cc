// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_map.h"

#include "loci/base/check.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/model/safetensors.h"
#include "loci/model/spec.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace loci {
namespace {

constexpr int kVersion = 1;
constexpr const char* kFormat = "loci loop map";
constexpr const char* kDigest = "sha256";
constexpr const char* kOfModel = "model/";

template <class T>
Tensor tensor_of(DType type, std::vector<int64_t> shape, const T* values, size_t count) {
  auto copy = std::make_shared<AlignedBuffer<uint8_t>>(count * sizeof(T));
  if (count > 0) std::memcpy(copy->data(), values, count * sizeof(T));
  return {.dtype = type,
          .shape = std::move(shape),
          .bytes = {copy->data(), copy->size()},
          .owner = copy};
}

template <class T>
Tensor list_of(DType type, const std::vector<T>& values) {
  return tensor_of(type, {std::ssize(values)}, values.data(), values.size());
}

/// Strings one after another, and where each ends.
struct Strings {
  std::vector<uint8_t> bytes;
  std::vector<int64_t> ends;
  void add(const void* data, size_t size) {
    const auto* first = static_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
    ends.push_back(std::ssize(bytes));
  }
};

void put(TensorMap& to, const std::string& name, const Strings& strings) {
  to[name] = list_of(DType::kU8, strings.bytes);
  to[name + "_ends"] = list_of(DType::kI64, strings.ends);
}

std::string digest_of(const Safetensors& file) {
  Sha256 hash;
  const auto update = [&](const std::string& text) { hash.update(text.data(), text.size()); };
  for (const auto& [key, value] : file.metadata) {
    if (key != kDigest) update(key + '\n' + value + '\n');
  }
  for (const auto& [name, tensor] : file.tensors) {
    update(name + '\n' + tensor.to_string() + '\n');
    hash.update(tensor.bytes);
  }
  return hash.hex_digest();
}

bool same(const Tensor& a, const Tensor& b) {
  return a.dtype == b.dtype && a.shape == b.shape && std::ranges::equal(a.bytes, b.bytes);
}

Status damaged(const std::string& where, const std::string& what) {
  return corrupt(where + ": " + what + "; the map is damaged, make it anew");
}

/// What is in a file, checked as it is asked for.
class Reader {
 public:
  Reader(const Safetensors& file, std::string where) : file_(file), where_(std::move(where)) {}

  std::string text(const char* key) const {
    const auto at = file_.metadata.find(key);
    return at == file_.metadata.end() ? "" : at->second;
  }
  Result<int64_t> number(const char* key) const {
    const std::string found = text(key);
    int64_t value = -1;
    const auto [end, error] = std::from_chars(found.data(), found.data() + found.size(), value);
    if (error != std::errc() || end != found.data() + found.size() || value < 0)
      return damaged(where_, std::string(key) + " '" + printable(found) + "' is not a number");
    return value;
  }
  Result<Tensor> tensor(const std::string& name,
                        DType type,
                        const std::vector<int64_t>& shape) const {
    const auto at = file_.tensors.find(name);
    if (at == file_.tensors.end()) return damaged(where_, "there is no '" + name + "'");
    const Tensor& found = at->second;
    bool fits = found.dtype == type && found.shape.size() == shape.size();
    for (size_t i = 0; fits && i < shape.size(); ++i)
      fits = shape[i] < 0 || shape[i] == found.shape[i];
    if (!fits) return damaged(where_, "'" + name + "' is " + found.to_string());
    return found;
  }
  template <class T>
  Result<std::vector<T>> list(const std::string& name, DType type, int64_t count) const {
    LOCI_TRY(found, tensor(name, type, {count}));
    std::vector<T> out(static_cast<size_t>(found.size()));
    if (!out.empty()) std::memcpy(out.data(), found.bytes.data(), out.size() * sizeof(T));
    return out;
  }
  /// What put() wrote.
  Result<std::vector<std::span<const uint8_t>>> strings(const std::string& name,
                                                        int64_t count) const {
    LOCI_TRY(bytes, tensor(name, DType::kU8, {-1}));
    LOCI_TRY(ends, list<int64_t>(name + "_ends", DType::kI64, count));
    std::vector<std::span<const uint8_t>> out;
    int64_t begin = 0;
    for (const int64_t end : ends) {
      if (end < begin || end > std::ssize(bytes.bytes))
        return damaged(where_, "'" + name + "' ends at " + std::to_string(end));
      out.push_back(
          bytes.bytes.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
      begin = end;
    }
    return out;
  }

 private:
  const Safetensors& file_;
  std::string where_;
};

Status check_kind(const Reader& reader, const Safetensors& file, const std::string& where) {
  if (reader.text("format") != kFormat) {
    return invalid_argument(where +
                            ": is no map of loops; 'loci loops DRIVE --save-map FILE' makes one");
  }
  LOCI_TRY(version, reader.number("format_version"));
  if (version > kVersion) {
    return unsupported(where + format(": a map of version %lld, this program reads up to %d; use a "
                                      "newer loci",
                                      static_cast<long long>(version),
                                      kVersion));
  }
  if (reader.text(kDigest) != digest_of(file)) return damaged(where, "its digest is another");
  return {};
}

Status check_model(const Reader& reader, const Model* base, const std::string& where) {
  const std::string fingerprint = reader.text("fingerprint"), name = reader.text("model_name");
  if (fingerprint == (base == nullptr ? "" : base->fingerprint)) return {};
  const auto said = [](const std::string& model, const std::string& print) {
    return print.empty() ? "descriptors of one's own"
                         : "model '" + printable(model) + "' (" + print.substr(0, 12) + ")";
  };
  return invalid_argument(
      where + ": made with " + said(name, fingerprint) + ", not with " +
      said(base == nullptr ? "" : base->spec.name, base == nullptr ? "" : base->fingerprint) +
      "; load it with the same, or begin without it");
}

Result<std::shared_ptr<const Model>> own_model(const Reader& reader,
                                               const Safetensors& file,
                                               const Model* base,
                                               const std::string& where) {
  if (base == nullptr || reader.text("spec").empty()) return std::shared_ptr<const Model>();
  LOCI_TRY(spec, parse_spec(reader.text("spec"), where));
  TensorMap tensors;
  for (const std::string& name : split(reader.text("shared_tensors"), '\n')) {
    const auto at = base->tensors.find(name);
    if (at != base->tensors.end()) tensors[name] = at->second;
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with(kOfModel)) tensors[name.substr(std::strlen(kOfModel))] = tensor;
  }
  auto model = make_model(std::move(spec), std::move(tensors));
  if (model->fingerprint != reader.text("own_fingerprint"))
    return damaged(where, "its centers are not those that it names");
  return model;
}

Result<std::vector<LoopMemoryFrame>> frames_of(const Reader& reader,
                                               int64_t next_number,
                                               const std::string& where) {
  LOCI_TRY(numbers, reader.list<int64_t>("numbers", DType::kI64, -1));
  const auto count = std::ssize(numbers);
  LOCI_TRY(stamps, reader.list<double>("stamps_s", DType::kF64, count));
  LOCI_TRY(twins, reader.list<int64_t>("twins", DType::kI64, count));
  LOCI_TRY(sessions, reader.list<int64_t>("sessions", DType::kI64, count));
  LOCI_TRY(names, reader.strings("names", count));
  LOCI_TRY(points, reader.strings("points", count));
  LOCI_TRY(pictures, reader.strings("pictures", count));
  std::vector<LoopMemoryFrame> out;
  for (size_t i = 0; i < numbers.size(); ++i) {
    LoopMemoryFrame frame{.number = numbers[i],
                          .stamp_s = stamps[i],
                          .session = sessions[i],
                          .name = std::string(names[i].begin(), names[i].end()),
                          .jpeg = {pictures[i].begin(), pictures[i].end()},
                          .twin = twins[i]};
    const bool follows =
        i == 0 || (frame.number > out.back().number && frame.session >= out.back().session);
    const bool twin = frame.twin < 0 || std::ranges::binary_search(numbers, frame.twin);
    if (!follows || frame.number < 0 || frame.number >= next_number || !twin ||
        !std::isfinite(frame.stamp_s)) {
      return damaged(where, "its frame " + std::to_string(i) + " makes no sense");
    }
    if (!points[i].empty()) {
      LOCI_TRY(kept, unpack_kept(points[i], where));
      frame.points = std::move(kept);
    }
    out.push_back(std::move(frame));
  }
  return out;
}

}  // namespace

Status write_loop_map(const std::string& path, const LoopMap& map, const Model* base) {
  Safetensors file;
  file.metadata = {{"format", kFormat},
                   {"format_version", std::to_string(kVersion)},
                   {"next_number", std::to_string(map.next_number)},
                   {"checked_by", map.checked_by},
                   {"model_name", map.model_name},
                   {"fingerprint", map.fingerprint}};
  std::vector<int64_t> numbers, twins, sessions;
  std::vector<double> stamps;
  Strings names, points, pictures;
  for (const LoopMemoryFrame& each : map.frames) {
    numbers.push_back(each.number);
    twins.push_back(each.twin);
    sessions.push_back(each.session);
    stamps.push_back(each.stamp_s);
    names.add(each.name.data(), each.name.size());
    const std::vector<uint8_t> packed =
        each.points.width > 0 ? pack(each.points) : std::vector<uint8_t>();
    points.add(packed.data(), packed.size());
    pictures.add(each.jpeg.data(), each.jpeg.size());
  }
  file.tensors["numbers"] = list_of(DType::kI64, numbers);
  file.tensors["twins"] = list_of(DType::kI64, twins);
  file.tensors["sessions"] = list_of(DType::kI64, sessions);
  file.tensors["stamps_s"] = list_of(DType::kF64, stamps);
  put(file.tensors, "names", names);
  put(file.tensors, "points", points);
  put(file.tensors, "pictures", pictures);
  file.tensors["rows"] =
      tensor_of(DType::kF16, {map.rows.rows(), map.dim}, map.rows.data(), map.rows.size());
  if (map.own != nullptr) {
    LOCI_REQUIRE(base != nullptr, "own centers belong to a model");
    std::string shared;
    for (const auto& [name, tensor] : map.own->tensors) {
      const auto at = base->tensors.find(name);
      if (at != base->tensors.end() && same(at->second, tensor)) {
        shared += (shared.empty() ? "" : "\n") + name;
      } else {
        file.tensors[kOfModel + name] = tensor;
      }
    }
    file.metadata["spec"] = to_json(map.own->spec);
    file.metadata["own_fingerprint"] = map.own->fingerprint;
    file.metadata["shared_tensors"] = shared;
  }
  file.metadata[kDigest] = digest_of(file);
  return write_safetensors(path, file);
}

Result<LoopMap> read_loop_map(const std::string& path, const Model* base) {
  const std::string where = printable(path);
  LOCI_TRY(file, read_safetensors(path));
  const Reader reader(file, where);
  LOCI_RETURN_IF_ERROR(check_kind(reader, file, where));
  LOCI_RETURN_IF_ERROR(check_model(reader, base, where));
  LoopMap map{.checked_by = reader.text("checked_by"),
              .model_name = reader.text("model_name"),
              .fingerprint = reader.text("fingerprint")};
  LOCI_TRY(next_number, reader.number("next_number"));
  map.next_number = next_number;
  LOCI_TRY(own, own_model(reader, file, base, where));
  map.own = std::move(own);
  LOCI_TRY(frames, frames_of(reader, next_number, where));
  map.frames = std::move(frames);
  LOCI_TRY(rows, reader.tensor("rows", DType::kF16, {std::ssize(map.frames), -1}));
  map.dim = rows.shape[1];
  if (map.dim < 1) return damaged(where, "its descriptors have no dimensions");
  map.rows = MatrixOf<uint16_t>(rows.shape[0], map.dim);
  if (!rows.bytes.empty()) std::memcpy(map.rows.data(), rows.bytes.data(), rows.bytes.size());
  return map;
}

}  // namespace loci
