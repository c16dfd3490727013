// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// The loops of Int8Kernels over vectors of LOCI_VECTOR integers; a source file of one instruction set includes
// winograd_vector.inc.h and vector_exp.inc.h, defines dot(), and then includes this, all in its anonymous namespace.
// LOCI_ROWS: rows of sums that stay in registers, beside two vectors of columns. LOCI_LARGEST: integer of an activation.

typedef unsigned char Bytes __attribute__((vector_size(LOCI_VECTOR), aligned(1), may_alias));

constexpr long kRows = LOCI_ROWS;
constexpr long kColumns = 2 * kV;

void peaks(const float* src, long channels, float* peaks) {
  long c = 0;
  for (; c + kV <= channels; c += kV) {
    const Vec x = load(src + c);
    store(peaks + c, at_least(x < 0.0f ? -x : x, load(peaks + c)));
  }
  for (; c < channels; ++c) {
    const float x = src[c] < 0 ? -src[c] : src[c];
    if (x > peaks[c]) peaks[c] = x;
  }
}

void quantise(
    const float* src, long channels, const float* keep, unsigned char* q, float* scale, int* zero) {
  Vec lows = {}, highs = {};
  long c = 0;
  for (; c + kV <= channels; c += kV) {
    const Vec x = load(src + c) * load(keep + c);
    lows = at_most(x, lows);
    highs = at_least(x, highs);
  }
  float low = 0, high = 0;
  for (long i = 0; i < kV; ++i) {
    low = lows[i] < low ? lows[i] : low;
    high = highs[i] > high ? highs[i] : high;
  }
  for (; c < channels; ++c) {
    const float x = src[c] * keep[c];
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  constexpr float kLargest = LOCI_LARGEST;
  const float step = high - low > 1e-30f ? (high - low) / kLargest : 1.0f;
  const float inverse = 1 / step;
  const int origin = static_cast<int>(-low * inverse + 0.5f);
  *scale = step;
  *zero = origin;
  const Ints largest = Ints{} + LOCI_LARGEST;
  const auto integers = [&](Vec x) {
    Ints i = nearest(x * inverse) + origin;
    i = i < 0 ? Ints{} : i;
    i = i > largest ? largest : i;
    return __builtin_convertvector(i, Bytes);
  };
  for (c = 0; c + kV <= channels; c += kV)
    *reinterpret_cast<Bytes*>(q + c) = integers(load(src + c) * load(keep + c));
  if (c < channels) {
    float rest[kV] = {};
    for (long i = 0; c + i < channels; ++i) rest[i] = src[c + i] * keep[c + i];
    const Bytes bytes = integers(load(rest));
    for (long i = 0; c + i < channels; ++i) q[c + i] = bytes[i];
  }
  for (c = channels; c % 4 != 0; ++c) q[c] = 0;
}

/// `have` rows of one panel.
template <long kHave>
__attribute__((noinline)) void panel_rows(const Int8Product& args, long row, long panel) {
  Ints sums[kHave][2] = {};
  const unsigned char* x = args.x + row * 4 * args.fours;
  const signed char* w = args.weights.values + panel * kColumns * 4 * args.fours;
  for (long p = 0; p < args.fours; ++p) {
    const Ints w0 = *reinterpret_cast<const Ints*>(w),
               w1 = *reinterpret_cast<const Ints*>(w + 4 * kV);
    w += 4 * kColumns;
#pragma GCC unroll 16
    for (long r = 0; r < kHave; ++r) {
      int four = 0;
      __builtin_memcpy(&four, x + r * 4 * args.fours, 4);
      const Ints each = four - Ints{};
      sums[r][0] = dot(sums[r][0], each, w0);
      sums[r][1] = dot(sums[r][1], each, w1);
    }
    x += 4;
  }
  const long column = panel * kColumns;
  Vec values[kHave][2];
  for (long v = 0; v < 2; ++v) {
    const long at = column + v * kV;
    const Ints of_column = *reinterpret_cast<const Ints*>(args.weights.sums + at);
    const Vec scales = load(args.weights.scales + at), bias = load(args.weights.bias + at);
#pragma GCC unroll 16
    for (long r = 0; r < kHave; ++r) {
      const Ints exact = sums[r][v] - of_column * args.x_zeros[row + r];
      values[r][v] = __builtin_convertvector(exact, Vec) * (scales * args.x_scales[row + r]) + bias;
    }
  }
  for (long k = 0; k < args.num_kept; ++k) {
    const Vec w0 = load(args.weight[k] + column), w1 = load(args.weight[k] + column + kV);
#pragma GCC unroll 16
    for (long r = 0; r < kHave; ++r) {
      const Vec each = splat(args.kept[(row + r) * args.num_kept + k]);
      values[r][0] += each * w0;
      values[r][1] += each * w1;
    }
  }
  const long have = args.columns - column < kColumns ? args.columns - column : kColumns;
  for (long r = 0; r < kHave; ++r) {
    float* to = args.out + (row + r) * args.columns + column;
    float edge[kColumns];
    float* const at = have == kColumns ? to : edge;
    if (at == edge) __builtin_memcpy(edge, to, static_cast<unsigned long>(have) * sizeof(float));
    for (long v = 0; v < 2; ++v) {
      Vec value = values[r][v];
      if (args.add) value += load(at + v * kV);
      if (args.after == Int8Product::kRelu) value = at_least(value, Vec{});
      if (args.after == Int8Product::kGelu) value = gelu(value);
      store(at + v * kV, value);
    }
    if (at == edge) __builtin_memcpy(to, edge, static_cast<unsigned long>(have) * sizeof(float));
  }
}

template <long kHave>
LOCI_INLINE void any_rows(const Int8Product& args, long row, long panel, long have) {
  if constexpr (kHave > 0) {
    if (have == kHave) {
      panel_rows<kHave>(args, row, panel);
    } else {
      any_rows<kHave - 1>(args, row, panel, have);
    }
  }
}

/// A panel of weights at a time goes over all rows: it stays in the nearest caches.
void product(const Int8Product& args) {
  for (long panel = args.first_panel; panel < args.last_panel; ++panel) {
    for (long row = 0; row < args.rows; row += kRows)
      any_rows<kRows>(args, row, panel, args.rows - row < kRows ? args.rows - row : kRows);
  }
}

constexpr Int8Kernels kInt8Kernels = {kColumns, LOCI_LARGEST, peaks, quantise, product};
