// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/spec.h"

#include "json_fields.h"

#include <cmath>

namespace loci {
namespace {

using internal::Json;
using internal::JsonFields;
using internal::parse_description;

constexpr int kFormatVersion = 1;

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
}

void fields(JsonFields& v, Op& op) {
  v.choice("type",
           op.type,
           {"conv", "max_pool", "avg_pool", "add", "concat", "relu", "clip", "lrn", "l2_norm"});
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
  v.choice("activation", op.activation, {"none", "relu", "clip"});
  v("clip_low", op.clip_low);
  v("clip_high", op.clip_high);
  v("lrn_size", op.lrn_size);
  v("lrn_alpha", op.lrn_alpha);
  v("lrn_beta", op.lrn_beta);
  v("lrn_k", op.lrn_k);
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
}

void fields(JsonFields& v, WhiteningSpec& w) {
  v("output_dim", w.output_dim);
  v("final_norm", w.final_norm);
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

Status read_network(const Json& json, Network& network) {
  if (!json.is_object()) return corrupt("network: is no object");
  JsonFields v(&json, "network");
  v("architecture", network.architecture);
  LOCI_RETURN_IF_ERROR(v.status());
  if (!json.contains("ops")) return {};
  if (!json["ops"].is_array() || json["ops"].size() > 10000)
    return corrupt("network.ops: is no list of operators");
  for (size_t i = 0; i < json["ops"].size(); ++i) {
    const Json& item = json["ops"][i];
    const std::string where = "network.ops[" + std::to_string(i) + "]";
    if (!item.is_object()) return corrupt(where + ": is no object");
    Op op;
    JsonFields fields_of_op(&item, where);
    fields(fields_of_op, op);
    LOCI_RETURN_IF_ERROR(fields_of_op.status());
    network.ops.push_back(std::move(op));
  }
  return {};
}

Status read_spec(const Json& json, ModelSpec& spec) {
  JsonFields v(&json, "spec");
  int version = 0;
  v("format_version", version);
  v("name", spec.name);
  v("features", spec.features);
  LOCI_RETURN_IF_ERROR(v.status());
  if (version < 1) return corrupt("spec.format_version: is missing");
  if (version > kFormatVersion) {
    return unsupported("the model file has format version " + std::to_string(version) +
                       ", this loci reads up to " + std::to_string(kFormatVersion) +
                       "; use a newer loci");
  }
  LOCI_RETURN_IF_ERROR(read_part(json, "preprocessing", spec.preprocessing));
  LOCI_RETURN_IF_ERROR(read_part(json, "local", spec.local));
  LOCI_RETURN_IF_ERROR(read_part(json, "pooling", spec.pooling));
  LOCI_RETURN_IF_ERROR(read_part(json, "whitening", spec.whitening));
  if (json.contains("network")) LOCI_RETURN_IF_ERROR(read_network(json["network"], spec.network));
  if (json.contains("record")) spec.record = json["record"].dump();
  if (spec.features != "network" && spec.features != "rootsift") {
    return unsupported("spec.features: '" + spec.features + "' is neither network nor rootsift");
  }
  return spec.features == "network" ? validate(spec.network) : Status();
}

}  // namespace

std::string to_json(const ModelSpec& spec) {
  Json json = {
      {"format_version", kFormatVersion}, {"name", spec.name}, {"features", spec.features}};
  json["preprocessing"] = part_json(spec.preprocessing);
  if (spec.features == "network") {
    Json ops = Json::array();
    const Json defaults = part_json(Op{});
    for (const Op& op : spec.network.ops) {
      // Only what differs from the default, so that the list stays readable.
      Json item = part_json(op);
      for (const auto& [key, value] : defaults.items()) {
        if (key != "type" && key != "name" && item[key] == value) item.erase(key);
      }
      ops.push_back(std::move(item));
    }
    json["network"] = {{"architecture", spec.network.architecture}, {"ops", std::move(ops)}};
  } else {
    json["local"] = part_json(spec.local);
  }
  json["pooling"] = part_json(spec.pooling);
  json["whitening"] = part_json(spec.whitening);
  Json record = parse_description(spec.record);
  json["record"] = record.is_discarded() ? Json::object() : std::move(record);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  if (Status status = read_spec(json, spec); !status.ok()) return status.with_context(where);
  return spec;
}

}  // namespace loci
