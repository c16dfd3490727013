// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// The loops of TokenKernels over vectors of LOCI_VECTOR floats; a source file of one instruction set includes
// winograd_vector.inc.h, vector_exp.inc.h and then this in its anonymous namespace. LOCI_QUERIES: rows of scores whose sums stay in
// registers, beside two vectors of keys.

typedef unsigned short Halves __attribute__((vector_size(LOCI_VECTOR * 2), aligned(2), may_alias));

constexpr long kQueries = LOCI_QUERIES;
constexpr long kPanel = 2 * kV;

LOCI_INLINE long padded(long n, long step) { return (n + step - 1) / step * step; }

LOCI_INLINE float sum_of(Vec v) {
  float sum = 0;
  for (long i = 0; i < kV; ++i) sum += v[i];
  return sum;
}
LOCI_INLINE float largest_of(Vec v) {
  float most = v[0];
  for (long i = 1; i < kV; ++i) most = v[i] > most ? v[i] : most;
  return most;
}

LOCI_INLINE void write_row(const float* src, long n, Element element, void* dst) {
  if (element == Element::kFloat) {
    __builtin_memcpy(dst, src, static_cast<unsigned long>(n) * sizeof(float));
    return;
  }
  auto* to = static_cast<unsigned short*>(dst);
  for (long i = 0; i < n; ++i) {
    unsigned bits = 0;
    __builtin_memcpy(&bits, src + i, sizeof bits);
    to[i] = static_cast<unsigned short>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }
}

/// sums[r][j] += a[p][r] * b[p][j] for kRows rows and two vectors; rows of a `a_step` apart, of b `b_step`.
template <long kRows>
LOCI_INLINE void multiply(
    long depth, const float* a, long a_step, const float* b, long b_step, float* out, long ld) {
  Vec sums[kRows][2] = {};
  for (long p = 0; p < depth; ++p) {
    const Vec b0 = load(b), b1 = load(b + kV);
    b += b_step;
#pragma GCC unroll 16
    for (long r = 0; r < kRows; ++r) {
      const Vec each = splat(a[r]);
      sums[r][0] += each * b0;
      sums[r][1] += each * b1;
    }
    a += a_step;
  }
#pragma GCC unroll 16
  for (long r = 0; r < kRows; ++r) {
    store(out + r * ld, sums[r][0]);
    store(out + r * ld + kV, sums[r][1]);
  }
}

/// Panels of two vectors of rows, [panel][column][row], rows past the last zero.
LOCI_INLINE void pack_columns(const float* src, long stride, long rows, long columns, float* dst) {
  for (long first = 0; first < rows; first += kPanel, dst += kPanel * columns) {
    const long have = rows - first < kPanel ? rows - first : kPanel;
    for (long r = 0; r < kPanel; ++r) {
      const float* from = src + (first + r) * stride;
      for (long c = 0; c < columns; ++c) dst[c * kPanel + r] = r < have ? from[c] : 0.0f;
    }
  }
}

/// e^(score - largest) of each row in place, [key][query] as the next product wants it; returns 1 / sum of each.
LOCI_INLINE void softmax_rows(float* scores, long keys, long ld, float* turned, float* inverse) {
  for (long r = 0; r < kQueries; ++r) {
    float* row = scores + r * ld;
    Vec most = splat(-3e38f);
    long i = 0;
    for (; i + kV <= keys; i += kV) most = at_least(most, load(row + i));
    float top = largest_of(most);
    for (; i < keys; ++i) top = row[i] > top ? row[i] : top;
    for (i = keys; i < padded(keys, kV); ++i) row[i] = -3e38f;
    Vec total = {};
    for (i = 0; i + kV <= keys; i += kV) {
      const Vec e = exponential(load(row + i) - top);
      total += e;
      store(row + i, e);
    }
    float sum = sum_of(total);
    if (i < keys) {
      const Vec e = exponential(load(row + i) - top);
      for (long k = 0; i + k < keys; ++k) sum += e[k];
      store(row + i, e);
    }
    inverse[r] = 1 / sum;
    for (long k = 0; k < keys; ++k) turned[k * kQueries + r] = row[k];
  }
}

long attention_floats(long keys, long dim, long value_dim) {
  const long columns = padded(keys, kPanel), width = padded(value_dim, kPanel);
  return columns * dim + keys * width + kQueries * (columns + keys + dim + width) + 2 * kQueries;
}

void attend(const AttentionArgs& args) {
  const long columns = padded(args.keys, kPanel), width = padded(args.value_dim, kPanel);
  float* keys = args.scratch;
  float* values = keys + columns * args.dim;
  float* scores = values + args.keys * width;
  float* turned = scores + kQueries * columns;
  float* queries = turned + kQueries * args.keys;
  float* out = queries + kQueries * args.dim;
  float* inverse = out + kQueries * width;
  pack_columns(args.k, args.k_stride, args.keys, args.dim, keys);
  for (long i = 0; i < args.keys; ++i) {
    for (long c = 0; c < width; ++c) {
      const float value = c < args.value_dim ? args.v[i * args.v_stride + c] : 0.0f;
      values[c / kPanel * kPanel * args.keys + i * kPanel + c % kPanel] = value;
    }
  }
  for (long first = 0; first < args.queries; first += kQueries) {
    const long have = args.queries - first < kQueries ? args.queries - first : kQueries;
    for (long r = 0; r < kQueries; ++r) {
      const float* from = args.q + (first + (r < have ? r : 0)) * args.q_stride;
      for (long c = 0; c < args.dim; ++c) queries[c * kQueries + r] = from[c] * args.scale;
    }
    for (long i = 0; i < columns; i += kPanel) {
      multiply<kQueries>(
          args.dim, queries, kQueries, keys + i * args.dim, kPanel, scores + i, columns);
    }
    softmax_rows(scores, args.keys, columns, turned, inverse);
    for (long c = 0; c < width; c += kPanel) {
      multiply<kQueries>(
          args.keys, turned, kQueries, values + c * args.keys, kPanel, out + c, width);
    }
    for (long r = 0; r < have; ++r) {
      float* row = out + r * width;
      for (long c = 0; c < width; c += kV) store(row + c, load(row + c) * inverse[r]);
      const long at = (first + r) * args.out_stride;
      void* to = args.element == Element::kFloat
                     ? static_cast<void*>(static_cast<float*>(args.out) + at)
                     : static_cast<void*>(static_cast<unsigned short*>(args.out) + at);
      write_row(row, args.value_dim, args.element, to);
    }
  }
}

void layer_norm(const float* src,
                long channels,
                const float* weight,
                const float* bias,
                float eps,
                float* dst) {
  const auto count = static_cast<float>(channels);
  Vec sums = {};
  long i = 0;
  for (; i + kV <= channels; i += kV) sums += load(src + i);
  float sum = sum_of(sums);
  for (; i < channels; ++i) sum += src[i];
  const float mean = sum / count;
  Vec squares = {};
  for (i = 0; i + kV <= channels; i += kV) {
    const Vec d = load(src + i) - mean;
    squares += d * d;
  }
  float square = sum_of(squares);
  for (; i < channels; ++i) square += (src[i] - mean) * (src[i] - mean);
  const float factor = 1 / __builtin_sqrtf(square / count + eps);
  for (i = 0; i + kV <= channels; i += kV) {
    store(dst + i, (load(src + i) - mean) * factor * load(weight + i) + load(bias + i));
  }
  for (; i < channels; ++i) dst[i] = (src[i] - mean) * factor * weight[i] + bias[i];
}

void swiglu(const float* a, const float* b, long channels, float* dst) {
  for (long i = 0; i < channels; i += kV) {
    const long have = channels - i < kV ? channels - i : kV;
    float x[kV] = {}, y[kV] = {}, z[kV];
    __builtin_memcpy(x, a + i, static_cast<unsigned long>(have) * sizeof(float));
    __builtin_memcpy(y, b + i, static_cast<unsigned long>(have) * sizeof(float));
    store(z, load(x) / (exponential(-load(x)) + 1.0f) * load(y));
    __builtin_memcpy(dst + i, z, static_cast<unsigned long>(have) * sizeof(float));
  }
}

constexpr TokenKernels kTokenKernels = {kQueries, attend, attention_floats, layer_norm, swiglu};
