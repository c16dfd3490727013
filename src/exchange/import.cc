// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/import.h"

#include "guard.h"
#include "import_families.h"
#include "state_dict.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"

#include <algorithm>
#include <optional>

namespace loci {
namespace {

/// The registry: everything that can be imported, in the order in which files are tried.
std::vector<ImportFamily> all_families() {
  std::vector<ImportFamily> out;
  for (const auto& group : {relja_families(),
                            vit_head_families(),
                            vit_adapter_families(),
                            vit_conv_families(),
                            vit_families(),
                            gsv_families(),
                            torch_families(),
                            published_families(),
                            npz_families(),
                            onnx_families()}) {
    out.insert(out.end(), group.begin(), group.end());
  }
  return out;
}

std::string family_names() {
  std::string names;
  for (const ImportFamily& family : all_families())
    names += (names.empty() ? "" : ", ") + std::string(family.name);
  return names;
}

std::optional<ImportFamily> find_family(const FileTree& tree, const std::string& wanted) {
  for (const ImportFamily& family : all_families()) {
    if ((wanted.empty() || wanted == family.name) && family.detect(tree)) return family;
  }
  return std::nullopt;
}

struct Chosen {
  ImportFamily family;
  std::optional<FileTree> unwrapped;  ///< without a prefix that all weights of the network have
  std::string prefix;
};

/// The prefixes under which programs keep a network, up to two of them in a row.
std::optional<Chosen> choose_below(const FileTree& tree, const std::string& wanted) {
  static const std::vector<std::string> kPrefixes = {"model.",
                                                     "net.",
                                                     "network.",
                                                     "encoder.",
                                                     "backbone.",
                                                     "dinov2.",
                                                     "dinov2_with_registers.",
                                                     "vit.",
                                                     "deit.",
                                                     "student.",
                                                     "base_model.",
                                                     "feature_extractor.",
                                                     "ema.",
                                                     "teacher."};
  const StateDict dict(tree);
  for (const std::string& outer : kPrefixes) {
    auto inside = dict.below(tree, outer);
    if (!inside) continue;
    if (auto family = find_family(*inside, wanted))
      return Chosen{*family, std::move(inside), outer};
    const StateDict inner_dict(*inside);
    for (const std::string& inner : kPrefixes) {
      auto deeper = inner_dict.below(*inside, inner);
      if (!deeper) continue;
      if (auto family = find_family(*deeper, wanted))
        return Chosen{*family, std::move(deeper), outer + inner};
    }
  }
  return std::nullopt;
}

Chosen choose(const FileTree& tree, const std::string& given) {
  const std::string wanted = given == "auto" ? "" : given;
  if (auto family = find_family(tree, wanted)) return {*family, std::nullopt, ""};
  const bool named_tensors =
      tree.format.starts_with("torch") || tree.format == "pickle" || tree.format == "safetensors";
  if (named_tensors) {
    if (auto chosen = choose_below(tree, wanted)) return std::move(*chosen);
  }
  for (const ImportFamily& family : all_families()) {
    if (wanted == family.name) return {family, std::nullopt, ""};
  }
  if (!wanted.empty()) {
    throw Error(invalid_argument("there is no family '" + printable(wanted) +
                                 "'; those known are " + family_names()));
  }
  if (tree.root.is(FileValue::Kind::kOther)) {
    fail_unsupported(
        "holds an " + tree.root.describe() +
        ", which only the program that wrote it can make again; save its state dictionary "
        "(torch.save(model.state_dict(), FILE)) and import that");
  }
  fail_unsupported("is a " + tree.format + " file whose tensors fit no family that is known (" +
                   family_names() + "); 'loci inspect' shows what is in it");
}

std::string record_of(const ImportReport& report) {
  JsonWriter json;
  json.object().key("imported").object();
  json.member("file", report.path.substr(report.path.find_last_of('/') + 1));
  json.member("format", report.format).member("family", report.family).end().end();
  return json.str();
}

}  // namespace

Result<ImportedModel> import_model(const std::string& path, const ImportOptions& options) {
  LOCI_TRY(tree, read_tree(path));
  return import_tree(tree, options);
}

Result<ImportedModel> import_tree(const FileTree& tree, const ImportOptions& options) {
  return guarded(printable(tree.path), [&] {
    const Chosen chosen = choose(tree, options.family);
    const ImportFamily& family = chosen.family;
    const FileTree& weights = chosen.unwrapped ? *chosen.unwrapped : tree;
    ImportBuilder builder(weights, options);
    if (!chosen.prefix.empty())
      builder.report.checks.push_back("the weights under '" + chosen.prefix + "' are the network");
    builder.report.path = tree.path;
    builder.report.format = tree.format;
    builder.report.family = family.name;
    if (!family.detect(weights))
      builder.warn(std::string("the file does not look like one of family ") + family.name);
    family.import(builder);
    builder.spec.record = record_of(builder.report);
    return builder.finish();
  });
}

std::vector<ImportFamilyInfo> import_families() {
  std::vector<ImportFamilyInfo> out;
  for (const ImportFamily& family : all_families()) out.push_back({family.name, family.sentence});
  return out;
}

std::string ImportReport::to_text() const {
  std::string out = printable(path) + ": " + format + ", family " + family + ", architecture " +
                    architecture + "\n";
  size_t from_width = 0, found_width = 0;
  for (const Line& line : lines) {
    from_width = std::max(from_width, line.from.size());
    found_width = std::max(found_width, line.found.size());
  }
  for (const Line& line : lines) {
    std::string row = "  " + line.from;
    row.resize(from_width + 4, ' ');
    row += line.found;
    row.resize(from_width + found_width + 6, ' ');
    row += line.to.empty() ? "not used" : "-> " + line.to;
    if (!line.note.empty()) row += " (" + line.note + ")";
    out += row + "\n";
  }
  for (const std::string& check : checks) out += "  ok: " + check + "\n";
  for (const std::string& warning : warnings) out += "  warning: " + warning + "\n";
  if (needs_clusters)
    out += "  the file has no clusters: give photographs with --init-from to learn them\n";
  return out;
}

std::string ImportReport::to_json() const {
  JsonWriter json;
  json.object().member("path", path).member("format", format).member("family", family);
  json.member("architecture", architecture)
      .member("needs_clusters", needs_clusters)
      .key("tensors")
      .array();
  for (const Line& line : lines) {
    json.object().member("from", line.from).member("found", line.found);
    if (line.to.empty())
      json.key("to").null();
    else
      json.member("to", line.to);
    if (!line.note.empty()) json.member("note", line.note);
    json.end();
  }
  json.end().key("checks").array();
  for (const std::string& check : checks) json.value(check);
  json.end().key("warnings").array();
  for (const std::string& warning : warnings) json.value(warning);
  json.end().end();
  return json.str();
}

}  // namespace loci
