// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// The kernels of winograd.h for any vector width: a source file defines LOCI_VECTOR (floats a
// vector), LOCI_ROWS (tiles of the matrix product kept in registers) and includes this inside its
// anonymous namespace. Plain loops and pointers only, so that nothing compiled here for one
// instruction set can be merged with code of another.

typedef float Vec __attribute__((vector_size(LOCI_VECTOR * 4), aligned(4), may_alias));
constexpr long kV = LOCI_VECTOR;
constexpr long kOut = 2 * kV;  // channels out a block
constexpr long kRowPad =
    16;  // floats after each row of planes, so that rows do not fall on the same cache sets

inline __attribute__((always_inline)) Vec load(const float* p) {
  return *reinterpret_cast<const Vec*>(p);
}
inline __attribute__((always_inline)) void store(float* p, Vec v) {
  *reinterpret_cast<Vec*>(p) = v;
}
inline __attribute__((always_inline)) Vec splat(float x) { return x - Vec{}; }
inline __attribute__((always_inline)) Vec at_least(Vec v, Vec low) { return v < low ? low : v; }
inline __attribute__((always_inline)) Vec at_most(Vec v, Vec high) { return v > high ? high : v; }

/// B^T applied to six values.
inline __attribute__((always_inline)) void transform_in(const Vec* d, Vec* t, long step) {
  const Vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step],
            d5 = d[5 * step];
  const Vec a = d4 - 4.f * d2, b = d3 - 4.f * d1, c = d4 - d2, e = 2.f * (d3 - d1);
  t[0] = 4.f * d0 - 5.f * d2 + d4;
  t[1] = a + b;
  t[2] = a - b;
  t[3] = c + e;
  t[4] = c - e;
  t[5] = 4.f * d1 - 5.f * d3 + d5;
}

/// A^T applied to six values.
inline __attribute__((always_inline)) void transform_out(const Vec* m, Vec* y, long step) {
  const Vec a = m[step] + m[2 * step], b = m[step] - m[2 * step];
  const Vec c = m[3 * step] + m[4 * step], e = m[3 * step] - m[4 * step];
  y[0] = m[0] + a + c;
  y[1] = b + 2.f * e;
  y[2] = a + 4.f * c;
  y[3] = b + 8.f * e + m[5 * step];
}

struct TilePlace {
  long image, y, x;  // of the tile's first output
};

inline TilePlace place_of(const WinogradArgs& args, long tile) {
  const long x = tile % args.tiles_x, row = tile / args.tiles_x;
  return {row / args.tiles_y, (row % args.tiles_y) * 4, x * 4};
}

/// A 6x6 patch of V channels with zeros outside of the map.
inline void load_border(const WinogradArgs& args, const float* map, long y0, long x0, Vec* d) {
  for (long i = 0; i < 6; ++i) {
    for (long j = 0; j < 6; ++j) {
      const long y = y0 + i, x = x0 + j;
      const bool inside = y >= 0 && y < args.in_h && x >= 0 && x < args.in_w;
      d[i * 6 + j] = inside ? load(map + (y * args.in_w + x) * kV) : Vec{};
    }
  }
}

void input_kernel(
    const WinogradArgs& args, long begin, long end, float* planes, long plane_stride) {
  const long row = args.in_blocks * kV + kRowPad;
  for (long tile = begin; tile < end; ++tile) {
    const TilePlace place = place_of(args, tile);
    const long y0 = place.y - args.pad_top, x0 = place.x - args.pad_left;
    const bool inside = y0 >= 0 && x0 >= 0 && y0 + 6 <= args.in_h && x0 + 6 <= args.in_w;
    const float* map = args.src + place.image * args.in_blocks * args.in_h * args.in_w * kV;
    float* out = planes + (tile - begin) * row;
    for (long block = 0; block < args.in_blocks; ++block) {
      Vec d[36], t[36];
      if (inside) {
        const float* p = map + (y0 * args.in_w + x0) * kV;
#pragma GCC unroll 6
        for (long j = 0; j < 6; ++j) {
          for (long i = 0; i < 6; ++i) d[i] = load(p + (i * args.in_w + j) * kV);
          Vec column[6];
          transform_in(d, column, 1);
          for (long i = 0; i < 6; ++i) t[i * 6 + j] = column[i];
        }
      } else {
        load_border(args, map, y0, x0, d);
        for (long j = 0; j < 6; ++j) {
          Vec column[6];
          transform_in(d + j, column, 6);
          for (long i = 0; i < 6; ++i) t[i * 6 + j] = column[i];
        }
      }
#pragma GCC unroll 6
      for (long i = 0; i < 6; ++i) {
        Vec line[6];
        transform_in(t + i * 6, line, 1);
        for (long j = 0; j < 6; ++j) store(out + (i * 6 + j) * plane_stride, line[j]);
      }
      map += args.in_h * args.in_w * kV;
      out += kV;
    }
  }
}

/// ROWS tiles x VECTORS vectors of channels out, summed over all channels in.
template <int ROWS, int VECTORS>
void product(const float* a, long a_row, const float* b, long depth, float* c) {
  Vec sum[ROWS][VECTORS];
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) sum[i][j] = Vec{};
  }
  for (long k = 0; k < depth; ++k) {
    Vec w[VECTORS];
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) w[j] = load(b + j * kV);
    b += kOut;
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) {
      const Vec x = splat(a[i * a_row + k]);
#pragma GCC unroll 2
      for (int j = 0; j < VECTORS; ++j) sum[i][j] += x * w[j];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) store(c + i * kOut + j * kV, sum[i][j]);
  }
}

using Product = void (*)(const float*, long, const float*, long, float*);
template <int VECTORS>
Product product_of(long rows) {
  switch (rows) {
    case 1:
      return product<1, VECTORS>;
    case 2:
      return product<2, VECTORS>;
    case 3:
      return product<3, VECTORS>;
    case 4:
      return product<4, VECTORS>;
    case 5:
      return product<5, VECTORS>;
#if LOCI_ROWS >= 12
    case 7:
      return product<7, VECTORS>;
    case 8:
      return product<8, VECTORS>;
    case 9:
      return product<9, VECTORS>;
    case 10:
      return product<10, VECTORS>;
    case 11:
      return product<11, VECTORS>;
    case 12:
      return product<12, VECTORS>;
#endif
    default:
      return product<6, VECTORS>;
  }
}

void products(const WinogradArgs& args,
              long tiles,
              long block,
              long vectors,
              const float* planes,
              long plane_stride,
              float* sums,
              long sums_stride) {
  const long depth = args.in_blocks * kV, row = depth + kRowPad;
  const float* weights = args.weights + block * 36 * depth * kOut;
  const Product whole = vectors == 2 ? product_of<2>(LOCI_ROWS) : product_of<1>(LOCI_ROWS);
  const long rest = tiles % LOCI_ROWS;
  const Product last = vectors == 2 ? product_of<2>(rest) : product_of<1>(rest);
  for (long plane = 0; plane < 36; ++plane) {
    const float* a = planes + plane * plane_stride;
    const float* b = weights + plane * depth * kOut;
    float* c = sums + plane * sums_stride;
    for (long i = 0; i + LOCI_ROWS <= tiles; i += LOCI_ROWS)
      whole(a + i * row, row, b, depth, c + i * kOut);
    if (rest != 0) last(a + (tiles - rest) * row, row, b, depth, c + (tiles - rest) * kOut);
  }
}

/// Writes the part of a 4x4 block of outputs that lies inside the map.
inline void store_block(
    const WinogradArgs& args, const TilePlace& place, const float* sum, float* map, Vec* y) {
  const Vec low = splat(args.low), high = splat(args.high);
  const long rows = args.out_h - place.y < 4 ? args.out_h - place.y : 4;
  const long columns = args.out_w - place.x < 4 ? args.out_w - place.x : 4;
  if (args.pool == 0) {
    for (long i = 0; i < rows; ++i) {
      for (long j = 0; j < columns; ++j) {
        const long at = ((place.y + i) * args.out_w + place.x + j) * kV;
        const Vec v = sum != nullptr ? y[i * 4 + j] + load(sum + at) : y[i * 4 + j];
        store(map + at, at_most(at_least(v, low), high));
      }
    }
    return;
  }
  const long width = args.out_w / 2;
  for (long i = 0; i + 2 <= rows; i += 2) {
    for (long j = 0; j + 2 <= columns; j += 2) {
      const Vec top = at_least(y[i * 4 + j], y[i * 4 + j + 1]);
      const Vec bottom = at_least(y[i * 4 + 4 + j], y[i * 4 + 5 + j]);
      const Vec v = at_least(top, bottom);
      store(map + ((place.y + i) / 2 * width + (place.x + j) / 2) * kV,
            at_most(at_least(v, low), high));
    }
  }
}

void output_kernel(const WinogradArgs& args,
                   long begin,
                   long end,
                   long block,
                   const float* planes,
                   long plane_stride,
                   float* sums,
                   long sums_stride) {
  const long left = args.out_blocks - 2 * block, vectors = left < 2 ? left : 2;
  products(args, end - begin, block, vectors, planes, plane_stride, sums, sums_stride);
  const long area = args.pool != 0 ? (args.out_h / 2) * (args.out_w / 2) : args.out_h * args.out_w;
  for (long tile = begin; tile < end; ++tile) {
    const TilePlace place = place_of(args, tile);
    for (long j = 0; j < vectors; ++j) {
      const float* m = sums + (tile - begin) * kOut + j * kV;
      Vec t[24], y[16];
#pragma GCC unroll 6
      for (long i = 0; i < 6; ++i) {
        Vec column[6];
        for (long k = 0; k < 6; ++k) column[k] = load(m + (k * 6 + i) * sums_stride);
        Vec part[4];
        transform_out(column, part, 1);
        for (long k = 0; k < 4; ++k) t[k * 6 + i] = part[k];
      }
      const Vec bias = load(args.bias + block * kOut + j * kV);
#pragma GCC unroll 4
      for (long i = 0; i < 4; ++i) {
        transform_out(t + i * 6, y + i * 4, 1);
        for (long k = 0; k < 4; ++k) y[i * 4 + k] += bias;
      }
      const long offset = (place.image * args.out_blocks + block * 2 + j) * area * kV;
      store_block(
          args, place, args.sum != nullptr ? args.sum + offset : nullptr, args.dst + offset, y);
    }
  }
}

/// G applied to three values.
inline __attribute__((always_inline)) void transform_weight(
    Vec g0, Vec g1, Vec g2, Vec* u, long step) {
  const Vec outer = g0 + g2, fine = g0 * (1.f / 24) + g2 * (1.f / 6);
  u[0] = g0 * 0.25f;
  u[step] = (outer + g1) * (-1.f / 6);
  u[2 * step] = (outer - g1) * (-1.f / 6);
  u[3 * step] = fine + g1 * (1.f / 12);
  u[4 * step] = fine - g1 * (1.f / 12);
  u[5 * step] = g2;
}

void weights_kernel(
    const float* weights, long out, long in, long in_padded, long block, float* packed) {
  for (long k = 0; k < in_padded; ++k) {
    for (long j = 0; j < 2; ++j) {
      const long first = block * kOut + j * kV;
      Vec g[9] = {};
      for (long lane = 0; k < in && lane < kV && first + lane < out; ++lane) {
        const float* filter = weights + ((first + lane) * in + k) * 9;
        for (long i = 0; i < 9; ++i) g[i][lane] = filter[i];
      }
      Vec t[18], u[36];
      for (long i = 0; i < 3; ++i) transform_weight(g[i], g[3 + i], g[6 + i], t + i, 3);
      for (long i = 0; i < 6; ++i)
        transform_weight(t[i * 3], t[i * 3 + 1], t[i * 3 + 2], u + i * 6, 1);
      for (long plane = 0; plane < 36; ++plane)
        store(packed + (plane * in_padded + k) * kOut + j * kV, u[plane]);
    }
  }
}

constexpr WinogradKernels kKernels = {LOCI_VECTOR, input_kernel, output_kernel, weights_kernel};
