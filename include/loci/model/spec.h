// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/match_odds.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// How an image becomes the numbers a network sees: resize, then (pixel * scale - mean[c]) / std[c] for R G B (or B G R).
struct Preprocessing {
  enum class Resize {
    kNone,         ///< native size
    kFixed,        ///< exactly width x height, aspect not kept
    kMaxSide,      ///< longer side to max_side, only when it is longer (aspect kept)
    kShorterSide,  ///< shorter side to min_side, growing or shrinking (aspect kept)
    kFit,  ///< longer side shrunk to max_side at most, then grown until the shorter side is min_side (aspect kept)
  };
  Resize resize = Resize::kNone;
  int width = 0, height = 0;        ///< kFixed
  int max_side = 0, min_side = 0;   ///< the other modes; 0: no bound
  std::string resampling = "area";  ///< area, bilinear, bilinear_antialias, bicubic_antialias
  bool resize_as_float = false;  ///< resample float pixels without rounding to 8 bits (hloc does)
  bool bgr = false;              ///< channel order the network expects
  double scale = 1;
  std::array<double, 3> mean{0, 0, 0};  ///< in the network's channel order, after `scale`
  std::array<double, 3> std{1, 1, 1};
  bool ignore_orientation = false;  ///< decode as stored (hloc ignores EXIF orientation)
  /// Both sides are cut to multiples of this, pixels, after `resize`: floor(side / m) * m, at least m, by bilinear
  /// resampling of float pixels without smoothing. 1: not at all
  int side_multiple = 1;
  /// Instead the nearest multiple (ties to the even one), by antialiased bilinear resampling.
  bool nearest_multiple = false;
};

/// Operators a network is made of. Weights of operator `name` are `name.weight` and `name.bias`.
enum class OpType {
  kConv,  ///< weight [out, in/groups, kh, kw], optional bias [out]; depthwise is groups == in == out
  kMaxPool,
  kAvgPool,  ///< padding does not count
  kAdd,      ///< sum of two inputs
  kConcat,   ///< along channels
  kRelu,
  kClip,  ///< min(max(x, clip_low), clip_high)
  kLrn,  ///< across channels: x / (lrn_k + lrn_alpha / size * sum x^2)^lrn_beta (alpha as in Caffe)
  kL2Norm,        ///< per position across channels
  kInstanceNorm,  ///< per channel over the map: (x - mean) / sqrt(variance + norm_eps), variance by N
  /// The first input at the height and width of the second, bilinear between pixel centres: output i looks at
  /// (i + 0.5) * in / out - 0.5, held inside the map (PyTorch's align_corners=false). Channels stay.
  kUpsample,
  /// Blocks of stride x stride positions become channels: channel c * stride^2 + dy * stride + dx. Rows and columns
  /// past the last whole block are dropped.
  kSpaceToDepth,

  // Transformers. A map is also a list of tokens: its rows are the positions, row-major, and `kTokens` puts learnt
  // rows in front of them. "C" below is the channels of the first input.

  /// At each row y = W x + b: weight [out, C], optional bias [out]; then the activation
  kLinear,
  /// At each row (x - mean) / sqrt(variance + norm_eps) * weight + bias, variance by C; weight and bias [C]
  kLayerNorm,
  kScale,  ///< each channel times a learnt number: weight [C]
  /// Learnt rows weight [count, C] put in before row `row`, which lies at or before the first position
  kTokens,
  /// Adds learnt rows weight [count, C], a table for a grid of table_height x table_width behind as many rows as the
  /// map has tokens, resampled to the map's grid by `positions`
  kPositions,
  /// softmax(q k^T / sqrt(width / heads)) v by heads: of one input [q|k|v] of 3 x width channels, of q and [k|v], or of
  /// three
  kAttention,
  kSwiGlu,    ///< silu(first half of the channels) * second half; silu(x) = x / (1 + exp(-x))
  kRows,      ///< rows `row` to row + count - 1; count 0: all from `row`
  kJoinRows,  ///< the rows of one input after those of another
  kLearnt,  ///< learnt rows weight [count, out_channels], the same for every image; its input is not read
  /// sign(x) (|x| + 1e-6)^p + x, p = sigmoid(out(relu(hidden(mean of the rows)))): hidden.{weight [out_channels, C],
  /// bias}, out.{weight [1, out_channels], bias}
  kSignedPower,
};
const char* op_type_name(OpType type);

enum class Activation {
  kNone,
  kRelu,
  kClip,     ///< min(max(x, clip_low), clip_high)
  kSigmoid,  ///< 1 / (1 + exp(-x))
  kGelu,     ///< x / 2 * (1 + erf(x / sqrt(2))), after a linear
};

/// How a table of positions is resampled to another grid. All by cubic kernels in float; none where the sizes agree.
enum class PositionRule {
  kExact,  ///< not at all: the grid must be the table's
  /// Output i looks at (i + 0.5) * table / (size + 0.1) - 0.5, four taps, a = -0.75, border repeated (DINOv2 without
  /// registers)
  kOffset,
  /// The same at (i + 0.5) * table / size - 0.5 (Hugging Face's Dinov2Model)
  kSize,
  /// At (i + 0.5) * table / size - 0.5, a = -0.5, the kernel widened when shrinking and cut at the border (DINOv2 with
  /// registers, timm)
  kAntialias,
};

struct Op {
  OpType type = OpType::kConv;
  std::string name;
  std::vector<std::string>
      inputs;            ///< names of operators; "input" is the image; empty: the operator before
  int out_channels = 0;  ///< kConv
  int kernel_h = 1, kernel_w = 1, stride = 1, dilation = 1, groups = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  /// TensorFlow's SAME: pads computed from the input size (more below and right); the four numbers are not used then.
  bool pad_same = false;
  bool ceil_mode = false;  ///< pooling: round the output size up (Caffe)
  bool has_bias = true;
  Activation activation = Activation::kNone;  ///< after a conv or add
  double clip_low = 0, clip_high = 0;
  int lrn_size = 5;
  double lrn_alpha = 1e-4, lrn_beta = 0.75, lrn_k = 1;
  double norm_eps = 1e-5;                         ///< kInstanceNorm, kLayerNorm
  int heads = 1;                                  ///< kAttention
  int row = 0, count = 0;                         ///< kTokens, kRows, kLearnt, kPositions
  int table_height = 0, table_width = 0;          ///< kPositions
  PositionRule positions = PositionRule::kExact;  ///< kPositions
};

/// A map that a network returns.
struct NetworkOutput {
  std::string name;  ///< "features", "keypoint_logits", ...
  std::string op;    ///< the operator that makes it
  bool operator==(const NetworkOutput&) const = default;
};

/// A network: a list of operators in the order they run.
struct Network {
  std::string architecture;  ///< "vgg16", "" for one that has no name
  std::vector<Op> ops;
  /// What it returns: the feature map first, named "features", then any others. Empty: the last operator's map alone.
  std::vector<NetworkOutput> outputs = {};
  bool empty() const { return ops.empty(); }
};

/// The outputs of a network that has operators, the rule for an empty list applied.
std::vector<NetworkOutput> outputs_of(const Network& network);
/// The position among the operators of the one that makes the feature map.
size_t features_op(const Network& network);

/// Features made by hand instead of by a network.
struct LocalSpec {
  bool dense = true;
  int step_px = 8;
  int num_scales = 3;
  double first_bin_px = 4;
  double min_contrast = 1;
  int max_features = 2000;
  bool upright = true;
  int min_side_px = 240;
  int max_side_px = 640;
};

/// How small a norm must be before division by it is damped. The systems differ, and so do descriptors of few features.
enum class NormEps {
  kClamp,  ///< x / max(norm, 1e-12): PyTorch, hloc
  kRoot,  ///< x / sqrt(norm^2 + 1e-12) for features and clusters, x / (norm + 1e-12) for the whole: Relja/netvlad
};

/// How N x D features become one descriptor. Tensors are named `pooling.*`.
struct PoolingSpec {
  /// netvlad, vlad, gem, max, mean, rmac, salad, mixvpr, cosplace, convap, tokens, sage, regions
  std::string type = "netvlad";
  int num_clusters = 0;
  bool normalize_features = true;  ///< L2 of each feature before pooling (the paper's preL2)
  bool intra_norm = true;          ///< L2 of each cluster's residual sum
  bool final_norm = true;          ///< L2 of the whole
  bool signed_sqrt = false;        ///< sign(x) sqrt|x| after aggregation (classic VLAD's power law)
  /// Element of cluster (tokens: row) k, dimension d: k*D + d, or d*K + k when true (MATLAB and hloc).
  bool dimension_outer = false;
  NormEps eps = NormEps::kClamp;
  double gem_p = 3;  ///< gem, cosplace: the power when no tensor pooling.p is there
  int rmac_levels = 3;
  int grid_height = 2, grid_width = 2;  ///< convap: windows along each side of the map
  /// The network's output (Network::outputs) that is pooled; "" for the first.
  std::string features_output;
  /// netvlad, vlad: the network's output (Network::outputs, one channel) that says how much each
  /// feature counts; "" for all alike.
  std::string weights_output;
};

struct WhiteningSpec {
  int output_dim = 0;  ///< 0: none. Tensors whitening.weight [M, K*D] and whitening.bias [M]
  /// The last S of the M numbers are a sketch of what the others leave (Whitening): weight and bias
  /// have M - S rows, and tensors whitening.sketch [K*D], whitening.mixing [S, M - S] and
  /// whitening.sketch_bias [S] make the rest.
  int sketched = 0;
  bool final_norm = true;
  /// The similarity of two pooled descriptors is about offset + slope * that of the whitened ones,
  /// among photos that are much alike. ModelSpec::match_odds are of the former.
  double similarity_offset = 0, similarity_slope = 1;
};

struct Branch;

/// Everything about a describer but its numbers. A model has either one producer of features with
/// its pooling, or several side by side (`branches`); with branches, `features`, `preprocessing`,
/// `network`, `local` and `pooling` of the whole are not used.
struct ModelSpec {
  std::string name;
  std::string features = "network";  ///< "network" or "rootsift"
  Preprocessing preprocessing;
  Network network;
  LocalSpec local;
  PoolingSpec pooling;
  WhiteningSpec whitening;
  std::vector<Branch> branches;
  /// A collection learns the cluster centers from its own photos, and those here serve only while
  /// it has too few (adapt_model()). False for models whose centers were trained.
  bool own_centers = false;
  /// What a match of this model is worth.
  MatchOdds match_odds = {};
  /// JSON text: where the weights come from, how they were trained, recalls. Kept as it is.
  std::string record = "{}";
};

/// One of several describers over one decoded photo. The whole's descriptor is
/// [sqrt(w_1) d_1, sqrt(w_2) d_2, ...] / sqrt(w_1 + w_2 + ...), so the cosine similarity of two
/// photos is the weighted mean of the branches' similarities. Tensors are named
/// `<branch>/<tensor>`.
struct Branch {
  std::string name;  ///< letters, digits, '_', '-' and '.'
  /// An earlier branch whose preprocessing and network this one shares: one pass serves both, and
  /// `spec` says only how its features are pooled. "": a producer of its own.
  std::string shares;
  double weight = 1;  ///< w, above 0
  /// Keeps its centers where a collection learns its own: centers from general photos beside own
  /// ones hold better when the light of the query is not that of the collection.
  bool fixed_centers = false;
  ModelSpec spec;  ///< without branches and whitening of its own
};

/// The odds of a match for similarities of the descriptors as the model gives them: match_odds, and
/// the line of the whitening put in.
MatchOdds match_odds_of(const ModelSpec& spec);

/// The spec as JSON and back (docs/formats/model_file.md). Corrupt with the member's name for wrong types, unknown operators
/// or values out of range; Unsupported for a newer format version.
std::string to_json(const ModelSpec& spec);
Result<ModelSpec> parse_spec(std::string_view json, const std::string& where);

/// Checks names, inputs and numbers against each other.
Status validate(const Network& network);

}  // namespace loci
