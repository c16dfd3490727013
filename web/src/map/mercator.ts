// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The Web Mercator world: a square of side 1, (0, 0) at its north-west corner, so that map tiles fit the drawn grid.
const EQUATOR_M = 40_075_016.7;
export const TILE = 256;
export const MAX_ZOOM = 22;
export const MIN_ZOOM = 1;

export interface View {
  x: number;
  y: number;
  /** one world is 256 * 2^zoom pixels wide */
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const scaleOf = (zoom: number) => TILE * 2 ** zoom;

export const worldX = (lon: number) => lon / 360 + 0.5;

export function worldY(lat: number): number {
  const s = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

export const latitude = (y: number) => (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;

/** Metres of ground that one world is wide at height y. */
export const worldMetres = (y: number) => EQUATOR_M * Math.cos((latitude(y) * Math.PI) / 180);

/** The x nearest to `about` that shows the same meridian: a collection may lie on both sides of the 180th. */
export const unwrap = (x: number, about: number) => x + Math.round(about - x);

export const toScreen = (view: View, size: Size, x: number, y: number) => {
  const s = scaleOf(view.zoom);
  return { x: (x - view.x) * s + size.width / 2, y: (y - view.y) * s + size.height / 2 };
};

export const toWorld = (view: View, size: Size, px: number, py: number) => {
  const s = scaleOf(view.zoom);
  return { x: view.x + (px - size.width / 2) / s, y: view.y + (py - size.height / 2) / s };
};

export function zoomed(view: View, size: Size, by: number, px = size.width / 2, py = size.height / 2): View {
  const zoom = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, view.zoom + by));
  const fixed = toWorld(view, size, px, py);
  const s = scaleOf(zoom);
  return { x: fixed.x - (px - size.width / 2) / s, y: fixed.y - (py - size.height / 2) / s, zoom };
}

export interface Box {
  west: number;
  east: number;
  north: number;
  south: number;
}

/** The view that shows a box of world coordinates with a margin, no closer than `least_m` metres across. */
export function fit(box: Box, size: Size, leastM = 120, marginPx = 44): View {
  const x = (box.west + box.east) / 2;
  const y = (box.north + box.south) / 2;
  const least = leastM / worldMetres(y);
  const wide = Math.max(box.east - box.west, least);
  const high = Math.max(box.south - box.north, least * 0.6);
  const s = Math.min(Math.max(40, size.width - 2 * marginPx) / wide, Math.max(40, size.height - 2 * marginPx) / high);
  return { x, y, zoom: Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, Math.log2(s / TILE))) };
}

/** The largest of 1, 2, 5 times a power of ten that is no more than `metres`. */
export function roundLength(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return (metres >= 5 * power ? 5 : metres >= 2 * power ? 2 : 1) * power;
}
