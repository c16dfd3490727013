// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// The loops of MapKernels over vectors of LOCI_VECTOR floats; a source file of one instruction set includes
// winograd_vector.inc.h and then this in its anonymous namespace.

typedef unsigned Bits __attribute__((vector_size(LOCI_VECTOR * 4), may_alias));
typedef int Ints __attribute__((vector_size(LOCI_VECTOR * 4), may_alias));
typedef unsigned short Halves __attribute__((vector_size(LOCI_VECTOR * 2), aligned(2), may_alias));
typedef unsigned char Bytes __attribute__((vector_size(LOCI_VECTOR), aligned(1), may_alias));
typedef signed char SignedBytes __attribute__((vector_size(LOCI_VECTOR), aligned(1), may_alias));

LOCI_INLINE Vec load_as(const float* p, float) { return load(p); }
LOCI_INLINE Vec load_as(const unsigned short* p, float) {
  const Bits bits = __builtin_convertvector(*reinterpret_cast<const Halves*>(p), Bits) << 16;
  return reinterpret_cast<const Vec&>(bits);
}
LOCI_INLINE Vec load_as(const unsigned char* p, float scale) {
  const Ints q = __builtin_convertvector(*reinterpret_cast<const Bytes*>(p), Ints);
  return __builtin_convertvector(q, Vec) * scale;
}
LOCI_INLINE Vec load_as(const signed char* p, float scale) {
  const Ints q = __builtin_convertvector(*reinterpret_cast<const SignedBytes*>(p), Ints);
  return __builtin_convertvector(q, Vec) * scale;
}

/// Adding 1.5 * 2^23 leaves the nearest whole number in a float's low bits.
LOCI_INLINE Ints nearest(Vec v, float low, float high) {
  const Vec held = at_most(at_least(v, splat(low)), splat(high)) + 12582912.0f;
  return reinterpret_cast<const Ints&>(held) - 0x4b400000;
}
LOCI_INLINE void store_as(float* p, Vec v, float) { store(p, v); }
LOCI_INLINE void store_as(unsigned short* p, Vec v, float) {
  const Bits bits = reinterpret_cast<const Bits&>(v);
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  *reinterpret_cast<Halves*>(p) = __builtin_convertvector(rounded, Halves);
}
LOCI_INLINE void store_as(unsigned char* p, Vec v, float inverse) {
  *reinterpret_cast<Bytes*>(p) = __builtin_convertvector(nearest(v * inverse, 0, 255), Bytes);
}
LOCI_INLINE void store_as(signed char* p, Vec v, float inverse) {
  *reinterpret_cast<SignedBytes*>(p) =
      __builtin_convertvector(nearest(v * inverse, -128, 127), SignedBytes);
}

/// A row that does not fill a vector goes through one on the stack.
template <class T>
LOCI_INLINE void load_row(const T* src, float scale, long n, float* dst) {
  long i = 0;
  for (; i + kV <= n; i += kV) store(dst + i, load_as(src + i, scale));
  if (i == n) return;
  T rest[kV] = {};
  float out[kV];
  for (long k = i; k < n; ++k) rest[k - i] = src[k];
  store(out, load_as(rest, scale));
  for (long k = i; k < n; ++k) dst[k] = out[k - i];
}

template <class T>
LOCI_INLINE void store_row(const float* src, long n, float inverse, T* dst) {
  long i = 0;
  for (; i + kV <= n; i += kV) store_as(dst + i, load(src + i), inverse);
  if (i == n) return;
  float rest[kV] = {};
  T out[kV];
  for (long k = i; k < n; ++k) rest[k - i] = src[k];
  store_as(out, load(rest), inverse);
  for (long k = i; k < n; ++k) dst[k] = out[k - i];
}

void load_map(const MapRow& row, long n, float* dst) {
  switch (row.element) {
    case Element::kFloat:
      return load_row(static_cast<const float*>(row.data), 1, n, dst);
    case Element::kBf16:
      return load_row(static_cast<const unsigned short*>(row.data), 1, n, dst);
    case Element::kU8:
      return load_row(static_cast<const unsigned char*>(row.data), row.scale, n, dst);
    case Element::kS8:
      return load_row(static_cast<const signed char*>(row.data), row.scale, n, dst);
  }
}

void store_map(const float* src, long n, Element element, float inverse, void* dst) {
  switch (element) {
    case Element::kFloat:
      return store_row(src, n, 1, static_cast<float*>(dst));
    case Element::kBf16:
      return store_row(src, n, 1, static_cast<unsigned short*>(dst));
    case Element::kU8:
      return store_row(src, n, inverse, static_cast<unsigned char*>(dst));
    case Element::kS8:
      return store_row(src, n, inverse, static_cast<signed char*>(dst));
  }
}

constexpr long kGroup = 1024;  // positions whose sum float32 holds well

LOCI_INLINE float total(Vec v) {
  float sum = 0;
  for (long i = 0; i < kV; ++i) sum += v[i];
  return sum;
}

/// One channel: positions are the vector's lanes.
LOCI_INLINE double plane_moment(const float* src, long positions, float mean, int power) {
  double sum = 0;
  for (long begin = 0; begin < positions; begin += kGroup) {
    const long end = begin + kGroup < positions ? begin + kGroup : positions;
    Vec a = Vec{}, b = Vec{};
    long i = begin;
    for (; i + 2 * kV <= end; i += 2 * kV) {
      const Vec x = load(src + i) - mean, y = load(src + i + kV) - mean;
      a += power == 2 ? x * x : x;
      b += power == 2 ? y * y : y;
    }
    float rest = 0;
    for (; i < end; ++i) {
      const float x = src[i] - mean;
      rest += power == 2 ? x * x : x;
    }
    sum += static_cast<double>(total(a + b)) + static_cast<double>(rest);
  }
  return sum;
}

void moments(
    const float* src, long positions, long channels, const float* mean, int power, double* sums) {
  if (channels == 1) {
    sums[0] += plane_moment(src, positions, mean[0], power);
    return;
  }
  for (long begin = 0; begin < positions; begin += kGroup) {
    const long end = begin + kGroup < positions ? begin + kGroup : positions;
    long c = 0;
    for (; c + kV <= channels; c += kV) {
      Vec sum = Vec{};
      for (long p = begin; p < end; ++p) {
        const Vec x = load(src + p * channels + c) - load(mean + c);
        sum += power == 2 ? x * x : x;
      }
      for (long k = 0; k < kV; ++k) sums[c + k] += static_cast<double>(sum[k]);
    }
    for (; c < channels; ++c) {
      float sum = 0;
      for (long p = begin; p < end; ++p) {
        const float x = src[p * channels + c] - mean[c];
        sum += power == 2 ? x * x : x;
      }
      sums[c] += static_cast<double>(sum);
    }
  }
}

void normalise(const float* src,
               long positions,
               long channels,
               const float* mean,
               const float* factor,
               float* dst) {
  if (channels == 1) {
    long i = 0;
    for (; i + kV <= positions; i += kV) store(dst + i, (load(src + i) - mean[0]) * factor[0]);
    for (; i < positions; ++i) dst[i] = (src[i] - mean[0]) * factor[0];
    return;
  }
  for (long p = 0; p < positions; ++p, src += channels, dst += channels) {
    long c = 0;
    for (; c + kV <= channels; c += kV) {
      store(dst + c, (load(src + c) - load(mean + c)) * load(factor + c));
    }
    for (; c < channels; ++c) dst[c] = (src[c] - mean[c]) * factor[c];
  }
}

void mix(
    const float* src, long positions, long channels, const float* weight, float bias, float* dst) {
  const float w[4] = {weight[0],
                      channels > 1 ? weight[1] : 0,
                      channels > 2 ? weight[2] : 0,
                      channels > 3 ? weight[3] : 0};
  if (channels == 3) {  // the image: a count the compiler can see
    for (long p = 0; p < positions; ++p, src += 3) {
      dst[p] = bias + (w[0] * src[0] + w[1] * src[1] + w[2] * src[2]);
    }
    return;
  }
  for (long p = 0; p < positions; ++p, src += channels) {
    float sum = bias;
    for (long c = 0; c < channels; ++c) sum += w[c] * src[c];
    dst[p] = sum;
  }
}

void blend(const float* a, const float* b, float share, long n, float* dst) {
  long i = 0;
  for (; i + kV <= n; i += kV) {
    const Vec from = load(a + i);
    store(dst + i, from + share * (load(b + i) - from));
  }
  for (; i < n; ++i) dst[i] = a[i] + share * (b[i] - a[i]);
}

void spread(const float* row,
            const int* left,
            const int* right,
            const float* share,
            long width,
            long channels,
            const float* sum,
            float* dst) {
  for (long x = 0; x < width; ++x, dst += channels) {
    const float *a = row + left[x] * channels, *b = row + right[x] * channels;
    const float s = share[x];
    long c = 0;
    for (; c + kV <= channels; c += kV) {
      const Vec from = load(a + c);
      Vec v = from + s * (load(b + c) - from);
      if (sum != nullptr) v += load(sum + x * channels + c);
      store(dst + c, v);
    }
    for (; c < channels; ++c) {
      const float v = a[c] + s * (b[c] - a[c]);
      dst[c] = sum != nullptr ? v + sum[x * channels + c] : v;
    }
  }
}

const MapKernels kMapKernels = {load_map, store_map, moments, normalise, mix, blend, spread};
