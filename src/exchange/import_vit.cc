// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Vision transformers as such: DINOv2, ViT and DeiT under the names of their authors, timm and transformers.
#include "import_families.h"
#include "token_import.h"

#include "loci/base/text.h"

#include <cmath>

namespace loci {
namespace {

/// The file's names of what is not in a block.
struct OuterNames {
  const char *class_token, *positions, *patches, *registers, *norm;
};
OuterNames outer_names(VitNames names, bool timm_registers) {
  if (names == VitNames::kOriginal) {
    return {"cls_token",
            "pos_embed",
            "patch_embed.proj",
            timm_registers ? "reg_token" : "register_tokens",
            "norm"};
  }
  return {"embeddings.cls_token",
          "embeddings.position_embeddings",
          "embeddings.patch_embeddings.projection",
          "embeddings.register_tokens",
          "layernorm"};
}

std::string block_prefix(VitNames names) {
  return names == VitNames::kOriginal ? "blocks." : "encoder.layer.";
}

/// The name of the file for a tensor of block `i` by our name; query, key and value apart.
std::string block_name(VitNames names, int i, const std::string& ours) {
  static const std::pair<const char*, std::pair<const char*, const char*>> kOther[] = {
      {"norm1", {"norm1", "layernorm_before"}},
      {"norm2", {"norm2", "layernorm_after"}},
      {"attn.proj", {"attention.output.dense", "attention.output.dense"}},
      {"mlp.fc1", {"mlp.fc1", "intermediate.dense"}},
      {"mlp.fc2", {"mlp.fc2", "output.dense"}},
      {"mlp.w12", {"mlp.weights_in", "mlp.weights_in"}},
      {"mlp.w3", {"mlp.weights_out", "mlp.weights_out"}},
      {"ls1", {"layer_scale1.lambda1", ""}},
      {"ls2", {"layer_scale2.lambda1", ""}}};
  std::string name = ours.starts_with("ls") ? ours + ".gamma" : ours;
  for (const auto& [key, others] : kOther) {
    if (names != VitNames::kOriginal && ours == key)
      name = names == VitNames::kDinoHf ? others.first : others.second;
  }
  return block_prefix(names) + std::to_string(i) + "." + name;
}

std::string name_of_shape(const VitShape& shape) {
  for (const VitShape& known : vit_shapes()) {
    if (known.width == shape.width && known.depth == shape.depth && known.patch == shape.patch &&
        known.registers == shape.registers && known.layer_scale == shape.layer_scale) {
      return known.name;
    }
  }
  return "vit";
}

void use_qkv(
    TokenImport& in, const std::string& prefix, const VitShape& shape, VitNames names, int i) {
  const std::string to = format("blocks.%d.attn.qkv", i);
  const int64_t d = shape.width;
  if (names == VitNames::kOriginal) return in.linear(prefix + to, to, {3 * d, d});
  std::vector<float> weight, bias;
  for (const char* part : {"query", "key", "value"}) {
    const std::string from = prefix + format("encoder.layer.%d.attention.attention.%s", i, part);
    const std::vector<float> w = in.tensor(from + ".weight", {d, d}).to_floats();
    const std::vector<float> v = in.tensor(from + ".bias", {d}).to_floats();
    weight.insert(weight.end(), w.begin(), w.end());
    bias.insert(bias.end(), v.begin(), v.end());
  }
  const std::string from = prefix + format("encoder.layer.%d.attention.attention.query", i);
  in.b.use(from + ".weight",
           in.dict.value(from + ".weight"),
           to + ".weight",
           make_tensor({3 * d, d}, weight),
           "with key and value below");
  in.b.use(from + ".bias",
           in.dict.value(from + ".bias"),
           to + ".bias",
           make_tensor({3 * d}, bias),
           "with key and value below");
}

}  // namespace

VitShape vit_shape(TokenImport& in, const std::string& prefix, VitNames names) {
  const bool original = names == VitNames::kOriginal;
  const OuterNames outer = outer_names(names, in.dict.has(prefix + "reg_token"));
  VitShape shape;
  shape.width = in.side(prefix + outer.class_token, 2, 3);
  if (shape.width % 64 != 0) {
    fail_unsupported(format("tensor '%s%s' has %d channels, which are no heads of 64",
                            prefix.c_str(),
                            outer.class_token,
                            shape.width));
  }
  shape.heads = shape.width / 64;
  shape.patch = in.side(prefix + outer.patches + ".weight", 2, 4);
  shape.depth = in.count(prefix + block_prefix(names),
                         names == VitNames::kVitHf ? ".layernorm_before.weight" : ".norm1.weight");
  if (shape.depth == 0)
    fail_corrupt("tensor '" + prefix + block_name(names, 0, "norm1") +
                 ".weight' is missing from the file");
  const auto block = [&](const char* ours) { return prefix + block_name(names, 0, ours); };
  shape.layer_scale = names != VitNames::kVitHf && in.dict.has(block("ls1"));
  shape.swiglu = in.dict.has(block("mlp.w12") + ".weight");
  shape.hidden = shape.swiglu ? in.side(block("mlp.w3") + ".weight", 1, 2)
                              : in.side(block("mlp.fc1") + ".weight", 0, 2);
  const std::string distilled = original ? "dist_token" : "embeddings.distillation_token";
  shape.tokens = in.dict.has(prefix + distilled) ? 2 : 1;
  const std::string registers = prefix + outer.registers;
  if (in.dict.has(registers)) shape.registers = in.side(registers, 1, 3);
  shape.norm_eps = names == VitNames::kVitHf ? 1e-12 : 1e-6;

  const std::string positions = prefix + outer.positions;
  const int rows = in.side(positions, 1, 3);
  const auto square = [](int n) {
    const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(n))));
    return n > 0 && side * side == n ? side : 0;
  };
  shape.positions_of_patches = square(rows - shape.tokens) == 0 && square(rows) != 0;
  const int side = square(shape.positions_of_patches ? rows : rows - shape.tokens);
  if (side == 0) {
    fail_corrupt(
        format("tensor '%s' has %d rows, expected those of a square of patches after %d "
               "of tokens",
               positions.c_str(),
               rows,
               shape.tokens));
  }
  shape.table_height = shape.table_width = side;
  // The rule is the program's, not the file's. mask_token tells DINOv2's own files from timm's.
  if (original && (shape.registers > 0 || !in.dict.has(prefix + "mask_token")))
    shape.positions = PositionRule::kAntialias;
  if (names == VitNames::kDinoHf)
    shape.positions = shape.registers > 0 ? PositionRule::kAntialias : PositionRule::kSize;
  if (names == VitNames::kVitHf) shape.positions = PositionRule::kSize;
  shape.name = name_of_shape(shape);
  return shape;
}

VitShape vpr_shape(TokenImport& in, const std::string& prefix) {
  VitShape shape = vit_shape(in, prefix, VitNames::kOriginal);
  shape.positions = PositionRule::kOffset;
  return shape;
}

void use_vit(TokenImport& in, const std::string& prefix, const VitShape& shape, VitNames names) {
  const OuterNames outer = outer_names(names, in.dict.has(prefix + "reg_token"));
  const int64_t d = shape.width;
  in.linear(prefix + outer.patches, "patch_embed.proj", {d, 3, shape.patch, shape.patch});
  in.use(prefix + outer.class_token, "cls_token.weight", {1, d});
  const int64_t tokens = shape.positions_of_patches ? 0 : shape.tokens;
  const int64_t rows = int64_t{shape.table_height} * shape.table_width + tokens;
  in.use(prefix + outer.positions, "pos_embed.weight", {rows, d});
  if (shape.tokens > 1) {
    const bool original = names == VitNames::kOriginal;
    in.use(prefix + (original ? "dist_token" : "embeddings.distillation_token"),
           "dist_token.weight",
           {1, d});
  }
  if (shape.registers > 0)
    in.use(prefix + outer.registers, "register_tokens.weight", {shape.registers, d});
  for (int i = 0; i < shape.depth; ++i) {
    const auto from = [&](const char* ours) { return prefix + block_name(names, i, ours); };
    const auto to = [&](const char* ours) { return format("blocks.%d.%s", i, ours); };
    in.layer_norm(from("norm1"), to("norm1"), d);
    in.layer_norm(from("norm2"), to("norm2"), d);
    use_qkv(in, prefix, shape, names, i);
    in.linear(from("attn.proj"), to("attn.proj"), {d, d});
    if (shape.layer_scale) {
      in.use(from("ls1"), to("ls1.weight"), {d});
      in.use(from("ls2"), to("ls2.weight"), {d});
    }
    if (shape.swiglu) {
      in.linear(from("mlp.w12"), to("mlp.w12"), {2 * shape.hidden, d});
      in.linear(from("mlp.w3"), to("mlp.w3"), {d, shape.hidden});
    } else {
      in.linear(from("mlp.fc1"), to("mlp.fc1"), {shape.hidden, d});
      in.linear(from("mlp.fc2"), to("mlp.fc2"), {d, shape.hidden});
    }
  }
  in.layer_norm(prefix + outer.norm, "norm", d);
}

namespace {

bool detect_original(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("cls_token") && dict.has("patch_embed.proj.weight") &&
         dict.has_prefix("blocks.0.");
}
bool detect_hf(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("embeddings.cls_token") && dict.has_prefix("encoder.layer.0.");
}

void import_encoder(ImportBuilder& builder, VitNames names) {
  TokenImport in(builder);
  const VitShape shape = vit_shape(in, "", names);
  use_vit(in, "", shape, names);
  in.net.network = vit_network(shape);
  in.finish(shape.name,
            {"mask_token",
             "head.weight",
             "head.bias",
             "head_dist.weight",
             "head_dist.bias",
             "pooler.dense.weight",
             "pooler.dense.bias"});
  builder.set_untrained_pooling("netvlad");
  Preprocessing& p = builder.spec.preprocessing;
  vit_preprocessing(p, 0, "bilinear_antialias", false, shape.patch);
  p.resize = Preprocessing::Resize::kMaxSide;
  p.max_side = 640;
  if (!shape.layer_scale && shape.name.starts_with("vit_")) {
    builder.warn(
        "the file does not say how pixels are scaled: ImageNet's mean and deviation are "
        "used (DeiT, DINOv2); timm's augreg models want 0.5 for both");
  }
}

void import_original(ImportBuilder& builder) { import_encoder(builder, VitNames::kOriginal); }
void import_hf(ImportBuilder& builder) {
  const bool plain = StateDict(builder.tree).has("encoder.layer.0.layernorm_before.weight");
  import_encoder(builder, plain ? VitNames::kVitHf : VitNames::kDinoHf);
}

constexpr ImportFamily kFamilies[] = {
    {"dinov2",
     "DINOv2 S, B, L and g, with and without registers, ViT and DeiT, by the names of their "
     "authors "
     "and timm: features (the patches) and class_token",
     detect_original,
     import_original},
    {"dinov2-hf",
     "the same from transformers (model.safetensors of Dinov2Model, Dinov2WithRegistersModel, "
     "ViTModel, DeiTModel)",
     detect_hf,
     import_hf}};

}  // namespace

std::span<const ImportFamily> vit_families() { return kFamilies; }

}  // namespace loci
