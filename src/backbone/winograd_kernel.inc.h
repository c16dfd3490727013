// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// The kernels of winograd.h for any vector width and element: a source file defines LOCI_VECTOR
// (floats a vector) and LOCI_ROWS (tiles of the matrix product kept in registers), includes
// winograd_vector.inc.h and what its elements need (winograd_fp32.inc.h), and then this, all inside
// its anonymous namespace.
//
// The interpolation points are 0, +-2/3, +-3/2 and infinity instead of the usual 0, +-1, +-2:
// rounded to bfloat16, products of these are 2.3 times as exact (measured on normal numbers), at
// the same cost.

constexpr float kA = 2.f / 3, kB = 3.f / 2;
constexpr float kA2 = 4.f / 9, kB2 = 9.f / 4, kA3 = 8.f / 27, kB3 = 27.f / 8;
constexpr float kSquares = 97.f / 36;  // kA2 + kB2; kA * kB = 1

/// Elements after each row of planes, so that rows do not fall on the same cache sets.
constexpr long kRowPad = 64 / sizeof(Element);

/// B^T applied to six values.
LOCI_INLINE void transform_in(const Vec* d, Vec* t, long step) {
  const Vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step],
            d5 = d[5 * step];
  const Vec even_a = d4 - kB2 * d2, odd_a = kA * d3 - kB * d1;
  const Vec even_b = d4 - kA2 * d2, odd_b = kB * d3 - kA * d1;
  t[0] = d0 - kSquares * d2 + d4;
  t[1] = even_a + odd_a;
  t[2] = even_a - odd_a;
  t[3] = even_b + odd_b;
  t[4] = even_b - odd_b;
  t[5] = d1 - kSquares * d3 + d5;
}

/// A^T applied to six values.
LOCI_INLINE void transform_out(const Vec* m, Vec* y, long step) {
  const Vec even_a = m[step] + m[2 * step], odd_a = m[step] - m[2 * step];
  const Vec even_b = m[3 * step] + m[4 * step], odd_b = m[3 * step] - m[4 * step];
  y[0] = m[0] + even_a + even_b;
  y[1] = kA * odd_a + kB * odd_b;
  y[2] = kA2 * even_a + kB2 * even_b;
  y[3] = kA3 * odd_a + kB3 * odd_b + m[5 * step];
}

struct TilePlace {
  long image, y, x;  // of the tile's first output
};

inline TilePlace place_of(const WinogradArgs& args, long tile) {
  const long x = tile % args.tiles_x, row = tile / args.tiles_x;
  return {row / args.tiles_y, (row % args.tiles_y) * 4, x * 4};
}

/// A 6x6 patch of V channels with zeros outside of the map.
inline void load_border(const WinogradArgs& args, const Element* map, long y0, long x0, Vec* d) {
  for (long i = 0; i < 6; ++i) {
    for (long j = 0; j < 6; ++j) {
      const long y = y0 + i, x = x0 + j;
      const bool inside = y >= 0 && y < args.in_h && x >= 0 && x < args.in_w;
      d[i * 6 + j] = inside ? load_map(map + (y * args.in_w + x) * args.src.pixel) : Vec{};
    }
  }
}

void input_kernel(const WinogradArgs& args, long begin, long end, void* out, long plane_stride) {
  const long row = args.in_blocks * kV + kRowPad, pixel = args.src.pixel;
  for (long tile = begin; tile < end; ++tile) {
    const TilePlace place = place_of(args, tile);
    const long y0 = place.y - args.pad_top, x0 = place.x - args.pad_left;
    const bool inside = y0 >= 0 && x0 >= 0 && y0 + 6 <= args.in_h && x0 + 6 <= args.in_w;
    const Element* map = static_cast<const Element*>(args.src.data) + place.image * args.src.image;
    Element* planes = static_cast<Element*>(out) + (tile - begin) * row;
    for (long block = 0; block < args.in_blocks; ++block) {
      Vec d[36], t[36];
      if (inside) {
        const Element* p = map + (y0 * args.in_w + x0) * pixel;
#pragma GCC unroll 6
        for (long j = 0; j < 6; ++j) {
          for (long i = 0; i < 6; ++i) d[i] = load_map(p + (i * args.in_w + j) * pixel);
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
        for (long j = 0; j < 6; ++j) store_map(planes + (i * 6 + j) * plane_stride, line[j]);
      }
      map += args.src.block;
      planes += kV;
    }
  }
}

using Product = void (*)(const Element*, long, const Element*, long, float*);
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
              const void* planes,
              long plane_stride,
              float* sums,
              long sums_stride) {
  const long depth = args.in_blocks * kV, row = depth + kRowPad;
  const Element* weights = static_cast<const Element*>(args.weights) + block * 36 * depth * kOut;
  const Product whole = vectors == 2 ? product_of<2>(LOCI_ROWS) : product_of<1>(LOCI_ROWS);
  const long rest = tiles % LOCI_ROWS;
  const Product last = vectors == 2 ? product_of<2>(rest) : product_of<1>(rest);
  for (long plane = 0; plane < 36; ++plane) {
    const Element* a = static_cast<const Element*>(planes) + plane * plane_stride;
    const Element* b = weights + plane * depth * kOut;
    float* c = sums + plane * sums_stride;
    for (long i = 0; i + LOCI_ROWS <= tiles; i += LOCI_ROWS)
      whole(a + i * row, row, b, depth, c + i * kOut);
    if (rest != 0) last(a + (tiles - rest) * row, row, b, depth, c + (tiles - rest) * kOut);
  }
}

LOCI_INLINE void write(float* p, Vec v) { store(p, v); }
#ifdef LOCI_NARROW
LOCI_INLINE void write(Element* p, Vec v) { store_map(p, v); }
#endif

/// Writes the part of a 4x4 block of outputs that lies inside the map.
template <class Out>
void store_block(
    const WinogradArgs& args, const TilePlace& place, const Element* sum, Out* map, Vec* y) {
  const Vec low = splat(args.low), high = splat(args.high);
  const long pixel = args.dst.pixel;
  const long rows = args.out_h - place.y < 4 ? args.out_h - place.y : 4;
  const long columns = args.out_w - place.x < 4 ? args.out_w - place.x : 4;
  if (args.pool == 0) {
    for (long i = 0; i < rows; ++i) {
      for (long j = 0; j < columns; ++j) {
        const long at = ((place.y + i) * args.out_w + place.x + j) * pixel;
        const Vec v = sum != nullptr ? y[i * 4 + j] + load_map(sum + at) : y[i * 4 + j];
        write(map + at, at_most(at_least(v, low), high));
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
      write(map + ((place.y + i) / 2 * width + (place.x + j) / 2) * pixel,
            at_most(at_least(v, low), high));
    }
  }
}

void output_kernel(const WinogradArgs& args,
                   long begin,
                   long end,
                   long block,
                   const void* planes,
                   long plane_stride,
                   float* sums,
                   long sums_stride) {
  const long left = args.out_blocks - 2 * block, vectors = left < 2 ? left : 2;
  products(args, end - begin, block, vectors, planes, plane_stride, sums, sums_stride);
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
      const long at = place.image * args.dst.image + (block * 2 + j) * args.dst.block;
      const auto* sum = args.sum != nullptr ? static_cast<const Element*>(args.sum) + at : nullptr;
#ifdef LOCI_NARROW
      if (args.dst_float == 0) {
        store_block(args, place, sum, static_cast<Element*>(args.dst.data) + at, y);
        continue;
      }
#endif
      store_block(args, place, sum, static_cast<float*>(args.dst.data) + at, y);
    }
  }
}

/// G applied to three values.
LOCI_INLINE void transform_weight(Vec g0, Vec g1, Vec g2, Vec* u, long step) {
  constexpr float kOfA = 1 / (2 * kA2 * (kA2 - kB2)), kOfB = 1 / (2 * kB2 * (kB2 - kA2));
  const Vec even_a = (g0 + kA2 * g2) * kOfA, odd_a = g1 * (kA * kOfA);
  const Vec even_b = (g0 + kB2 * g2) * kOfB, odd_b = g1 * (kB * kOfB);
  u[0] = g0;
  u[step] = even_a + odd_a;
  u[2 * step] = even_a - odd_a;
  u[3 * step] = even_b + odd_b;
  u[4 * step] = even_b - odd_b;
  u[5 * step] = g2;
}

void weights_kernel(
    const float* weights, long out, long in, long in_padded, long block, void* packed) {
  for (long k = 0; k < in_padded; k += kDepth) {
    for (long j = 0; j < 2; ++j) {
      Vec u[36][kDepth];
      for (long each = 0; each < kDepth; ++each) {
        const long first = block * kOut + j * kV;
        Vec g[9] = {};
        for (long lane = 0; k + each < in && lane < kV && first + lane < out; ++lane) {
          const float* filter = weights + ((first + lane) * in + k + each) * 9;
          for (long i = 0; i < 9; ++i) g[i][lane] = filter[i];
        }
        Vec t[18], line[6];
        for (long i = 0; i < 3; ++i) transform_weight(g[i], g[3 + i], g[6 + i], t + i, 3);
        for (long i = 0; i < 6; ++i) {
          transform_weight(t[i * 3], t[i * 3 + 1], t[i * 3 + 2], line, 1);
          for (long n = 0; n < 6; ++n) u[i * 6 + n][each] = line[n];
        }
      }
      for (long plane = 0; plane < 36; ++plane) {
        store_weights(
            static_cast<Element*>(packed) + (plane * in_padded + k) * kOut + j * kV * kDepth,
            u[plane]);
      }
    }
  }
}

constexpr WinogradKernels kKernels = {
    LOCI_VECTOR, sizeof(Element), input_kernel, output_kernel, weights_kernel};
