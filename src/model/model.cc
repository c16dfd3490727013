// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/model.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/base/version.h"
#include "loci/model/safetensors.h"

namespace loci {
namespace {

/// Digest of names, types, shapes and bytes of all tensors, in order of the names.
std::string digest_tensors(const TensorMap& tensors) {
  Sha256 hash;
  for (const auto& [name, tensor] : tensors) {
    const std::string head = name + '\n' + tensor.to_string() + '\n';
    hash.update(head.data(), head.size());
    hash.update(tensor.bytes);
  }
  return hash.hex_digest();
}

/// The fingerprint covers what decides the descriptor: not the name and not the story of the training.
std::string fingerprint_of(const ModelSpec& spec, const std::string& tensors_sha256) {
  ModelSpec bare = spec;
  bare.name.clear();
  bare.record = "{}";
  const std::string text = to_json(bare) + '\n' + tensors_sha256;
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex_digest();
}

Result<std::shared_ptr<const Model>> model_of(Safetensors file, const std::string& where) {
  const auto spec_text = file.metadata.find("loci");
  const auto digest = file.metadata.find("tensors_sha256");
  if (spec_text == file.metadata.end()) {
    return invalid_argument(
        where +
        ": is a safetensors file, but no loci model (it has no description); make one of it with "
        "'loci import'");
  }
  if (digest == file.metadata.end() || digest->second.size() != 64) {
    return corrupt(where + ": the digest of its tensors is missing");
  }
  LOCI_TRY(spec, parse_spec(spec_text->second, where));
  auto model = std::make_shared<Model>();
  model->fingerprint = fingerprint_of(spec, digest->second);
  model->spec = std::move(spec);
  model->tensors = std::move(file.tensors);
  return std::shared_ptr<const Model>(std::move(model));
}

}  // namespace

std::shared_ptr<const Model> make_model(ModelSpec spec, TensorMap tensors) {
  auto model = std::make_shared<Model>();
  model->fingerprint = fingerprint_of(spec, digest_tensors(tensors));
  model->spec = std::move(spec);
  model->tensors = std::move(tensors);
  return model;
}

Result<std::shared_ptr<const Model>> load_model(const std::string& path) {
  LOCI_TRY(file, read_safetensors(path));
  return model_of(std::move(file), printable(path));
}

Result<std::shared_ptr<const Model>> parse_model(std::span<const uint8_t> bytes,
                                                 std::shared_ptr<const void> owner,
                                                 const std::string& where) {
  LOCI_TRY(file, parse_safetensors(bytes, std::move(owner), where));
  return model_of(std::move(file), where);
}

Status save_model(const Model& model, const std::string& path) {
  Safetensors file;
  file.tensors = model.tensors;
  file.metadata["loci"] = to_json(model.spec);
  file.metadata["loci_version"] = version();
  file.metadata["tensors_sha256"] = digest_tensors(model.tensors);
  return write_safetensors(path, file);
}

Status verify_model(const Model& model) {
  if (fingerprint_of(model.spec, digest_tensors(model.tensors)) == model.fingerprint) return {};
  return corrupt("model '" + model.spec.name +
                 "': its tensors do not have the digest that the file states; it was changed "
                 "or damaged after it was written");
}

}  // namespace loci
