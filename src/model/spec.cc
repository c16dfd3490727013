// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/spec.h"

#include "format_version.h"
#include "json_fields.h"
#include "match_odds_json.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

using internal::Json;
using internal::JsonFields;
using internal::parse_description;

void fields(JsonFields& v, Preprocessing& p) {
  v.choice("resize", p.resize, {"none", "fixed", "max_side", "shorter_side", "fit"});
  v("width", p.width);
  v("height", p.height);
  v("max_side", p.max_side);
  v("min_side", p.min_side);
  v("resampling", p.resampling);
  v("resize_as_float", p.resize_as_float);
  v("bgr", p.bgr);
  v("scale", p.scale);
  v("mean", p.mean);
  v("std", p.std);
  v("ignore_orientation", p.ignore_orientation);
  v.unless("side_multiple", p.side_multiple, 1);
  v.unless("nearest_multiple", p.nearest_multiple, false);
}

void fields(JsonFields& v, Op& op) {
  v.choice("type",
           op.type,
           {"conv",   "max_pool",   "avg_pool",  "add",           "concat",      "relu",
            "clip",   "lrn",        "l2_norm",   "instance_norm", "upsample",    "space_to_depth",
            "linear", "layer_norm", "scale",     "tokens",        "positions",   "attention",
            "swiglu", "rows",       "join_rows", "learnt",        "signed_power"});
  v("name", op.name);
  v("inputs", op.inputs);
  v("out_channels", op.out_channels);
  v("kernel_h", op.kernel_h);
  v("kernel_w", op.kernel_w);
  v("stride", op.stride);
  v("dilation", op.dilation);
  v("groups", op.groups);
  v("pad_top", op.pad_top);
  v("pad_left", op.pad_left);
  v("pad_bottom", op.pad_bottom);
  v("pad_right", op.pad_right);
  v("pad_same", op.pad_same);
  v("ceil_mode", op.ceil_mode);
  v("has_bias", op.has_bias);
  v.choice("activation", op.activation, {"none", "relu", "clip", "sigmoid", "gelu"});
  v("clip_low", op.clip_low);
  v("clip_high", op.clip_high);
  v("lrn_size", op.lrn_size);
  v("lrn_alpha", op.lrn_alpha);
  v("lrn_beta", op.lrn_beta);
  v("lrn_k", op.lrn_k);
  v("norm_eps", op.norm_eps);
  v("heads", op.heads);
  v("row", op.row);
  v("count", op.count);
  v("table_height", op.table_height);
  v("table_width", op.table_width);
  v.choice("positions", op.positions, {"exact", "offset", "size", "antialias"});
}

void fields(JsonFields& v, NetworkOutput& output) {
  v("name", output.name);
  v("op", output.op);
}

void fields(JsonFields& v, LocalSpec& l) {
  v("dense", l.dense);
  v("step_px", l.step_px);
  v("num_scales", l.num_scales);
  v("first_bin_px", l.first_bin_px);
  v("min_contrast", l.min_contrast);
  v("max_features", l.max_features);
  v("upright", l.upright);
  v("min_side_px", l.min_side_px);
  v("max_side_px", l.max_side_px);
}

void fields(JsonFields& v, PoolingSpec& p) {
  v("type", p.type);
  v("num_clusters", p.num_clusters);
  v("normalize_features", p.normalize_features);
  v("intra_norm", p.intra_norm);
  v("final_norm", p.final_norm);
  v("signed_sqrt", p.signed_sqrt);
  v("dimension_outer", p.dimension_outer);
  v.choice("eps", p.eps, {"clamp", "root"});
  v("gem_p", p.gem_p);
  v("rmac_levels", p.rmac_levels);
  v("grid_height", p.grid_height);
  v("grid_width", p.grid_width);
  v.unless("features_output", p.features_output, std::string());
  v.unless("weights_output", p.weights_output, std::string());
}

void fields(JsonFields& v, WhiteningSpec& w) {
  v("output_dim", w.output_dim);
  v("final_norm", w.final_norm);
  v.unless("sketched", w.sketched, 0);
  v.unless("similarity_offset", w.similarity_offset, 0.0);
  v.unless("similarity_slope", w.similarity_slope, 1.0);
}

template <class Part>
Json part_json(const Part& part) {
  Json json = Json::object();
  Part copy = part;
  JsonFields v(&json);
  fields(v, copy);
  return json;
}

template <class Part>
Status read_part(const Json& parent, const char* name, Part& part) {
  if (!parent.contains(name)) return {};
  if (!parent[name].is_object()) return corrupt(std::string(name) + ": is no object");
  JsonFields v(&parent[name], name);
  fields(v, part);
  return v.status();
}

template <class Item>
Status read_list(const Json& json, const char* name, size_t most, std::vector<Item>& out) {
  if (!json.contains(name)) return {};
  const std::string list = std::string("network.") + name;
  if (!json[name].is_array() || json[name].size() > most)
    return corrupt(list + ": is no list of at most " + std::to_string(most));
  for (size_t i = 0; i < json[name].size(); ++i) {
    const Json& item = json[name][i];
    const std::string where = list + "[" + std::to_string(i) + "]";
    if (!item.is_object()) return corrupt(where + ": is no object");
    JsonFields v(&item, where);
    fields(v, out.emplace_back());
    LOCI_RETURN_IF_ERROR(v.status());
  }
  return {};
}

Status read_network(const Json& json, Network& network) {
  if (!json.is_object()) return corrupt("network: is no object");
  JsonFields v(&json, "network");
  v("architecture", network.architecture);
  LOCI_RETURN_IF_ERROR(v.status());
  LOCI_RETURN_IF_ERROR(read_list(json, "ops", 10000, network.ops));
  return read_list(json, "outputs", 100, network.outputs);
}

Status read_spec(const Json& json, ModelSpec& spec, bool own_network);

bool is_branch_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

Status read_branch(const Json& json, Branch& branch) {
  if (!json.is_object()) return corrupt("is no object");
  JsonFields v(&json, "branch");
  v("name", branch.name);
  v("weight", branch.weight);
  v("shares", branch.shares);
  v("fixed_centers", branch.fixed_centers);
  LOCI_RETURN_IF_ERROR(v.status());
  if (!is_branch_name(branch.name)) return corrupt("name: is no name of a branch");
  if (!(branch.weight > 0 && branch.weight <= 1e6))
    return corrupt("weight: expected more than 0 and at most 1,000,000");
  if (!json.contains("spec") || !json["spec"].is_object()) return corrupt("spec: is no object");
  if (json["spec"].contains("branches")) return corrupt("spec: a branch has no branches");
  LOCI_RETURN_IF_ERROR(read_spec(json["spec"], branch.spec, branch.shares.empty()));
  if (branch.spec.whitening.output_dim > 0) return corrupt("spec: a branch has no whitening");
  return {};
}

Status read_branches(const Json& json, std::vector<Branch>& branches) {
  constexpr size_t kMostBranches = 16;
  if (!json.is_array() || json.empty() || json.size() > kMostBranches)
    return corrupt("branches: expected a list of 1 to 16");
  for (size_t i = 0; i < json.size(); ++i) {
    Branch branch;
    if (Status status = read_branch(json[i], branch); !status.ok())
      return status.with_context("branches[" + std::to_string(i) + "] '" + branch.name + "'");
    bool found = branch.shares.empty();
    for (const Branch& other : branches) {
      if (other.name == branch.name)
        return corrupt("branches: the name '" + branch.name + "' is there twice");
      found |= other.name == branch.shares && other.shares.empty();
    }
    if (!found) {
      return corrupt("branches: '" + branch.name + "' shares the network of '" + branch.shares +
                     "', which is no earlier branch with one of its own");
    }
    branches.push_back(std::move(branch));
  }
  return {};
}

Status read_spec(const Json& json, ModelSpec& spec, bool own_network) {
  JsonFields v(&json, "spec");
  int version = 0;
  v("format_version", version);
  v("name", spec.name);
  v("features", spec.features);
  v("own_centers", spec.own_centers);
  LOCI_RETURN_IF_ERROR(v.status());
  if (version < 1) return corrupt("spec.format_version: is missing");
  if (version > internal::kFormatVersion) {
    return unsupported("the model file has format version " + std::to_string(version) +
                       ", this loci reads up to " + std::to_string(internal::kFormatVersion) +
                       "; use a newer loci");
  }
  LOCI_RETURN_IF_ERROR(read_part(json, "whitening", spec.whitening));
  LOCI_RETURN_IF_ERROR(internal::read_match_odds(json, spec.match_odds));
  if (json.contains("record")) spec.record = json["record"].dump();
  if (json.contains("branches")) return read_branches(json["branches"], spec.branches);
  LOCI_RETURN_IF_ERROR(read_part(json, "preprocessing", spec.preprocessing));
  if (spec.preprocessing.side_multiple < 1 || spec.preprocessing.side_multiple > 4096)
    return corrupt("preprocessing.side_multiple: expected 1 to 4096");
  LOCI_RETURN_IF_ERROR(read_part(json, "local", spec.local));
  LOCI_RETURN_IF_ERROR(read_part(json, "pooling", spec.pooling));
  if (json.contains("network")) LOCI_RETURN_IF_ERROR(read_network(json["network"], spec.network));
  if (spec.features != "network" && spec.features != "rootsift") {
    return unsupported("spec.features: '" + spec.features + "' is neither network nor rootsift");
  }
  return spec.features == "network" && own_network ? validate(spec.network) : Status();
}

Json network_json(const Network& network) {
  Json ops = Json::array();
  const Json defaults = part_json(Op{});
  for (const Op& op : network.ops) {
    // Only what differs from the default, so that the list stays readable.
    Json item = part_json(op);
    for (const auto& [key, value] : defaults.items()) {
      if (key != "type" && key != "name" && item[key] == value) item.erase(key);
    }
    ops.push_back(std::move(item));
  }
  Json json = {{"architecture", network.architecture}, {"ops", std::move(ops)}};
  for (const NetworkOutput& output : network.outputs) json["outputs"].push_back(part_json(output));
  return json;
}

/// The producer of features and its pooling.
void add_features(const ModelSpec& spec, Json& json) {
  json["preprocessing"] = part_json(spec.preprocessing);
  const bool deep = spec.features == "network";
  json[deep ? "network" : "local"] = deep ? network_json(spec.network) : part_json(spec.local);
  json["pooling"] = part_json(spec.pooling);
}

Json spec_json(const ModelSpec& spec) {
  Json json = {{"format_version", internal::version_needed(spec)},
               {"name", spec.name},
               {"features", spec.features}};
  if (spec.own_centers) json["own_centers"] = true;
  if (spec.branches.empty()) {
    add_features(spec, json);
  } else {
    json["branches"] = Json::array();
    for (const Branch& branch : spec.branches) {
      Json item = {{"name", branch.name}, {"weight", branch.weight}};
      if (!branch.shares.empty()) item["shares"] = branch.shares;
      if (branch.fixed_centers) item["fixed_centers"] = true;
      item["spec"] = spec_json(branch.spec);
      json["branches"].push_back(std::move(item));
    }
  }
  json["whitening"] = part_json(spec.whitening);
  if (spec.match_odds.learnt()) json["match_odds"] = internal::match_odds_json(spec.match_odds);
  Json record = parse_description(spec.record);
  json["record"] = record.is_discarded() ? Json::object() : std::move(record);
  return json;
}

}  // namespace

std::string to_json(const ModelSpec& spec) {
  return spec_json(spec).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ModelSpec> parse_spec(std::string_view text, const std::string& where) {
  int depth = 0;
  for (const char c : text) {  // the parser recurses; a bound on brackets bounds its depth
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    if (depth > 64) return corrupt(where + ": the description is nested too deep");
  }
  const Json json = parse_description(text);
  if (!json.is_object()) return corrupt(where + ": the description is no JSON object");
  ModelSpec spec;
  if (Status status = read_spec(json, spec, true); !status.ok()) return status.with_context(where);
  return spec;
}

}  // namespace loci
