// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Points that would lie on each other are drawn as one. Cells are fixed to the ground for each whole zoom, so that
// nothing jumps while the map is moved; 10,000 points take about a millisecond a zoom and are kept.
import type { MapPoints } from '../api/types';
import { scaleOf, unwrap, worldX, worldY } from './mercator';
import type { Box } from './mercator';

const CELL_PX = 46;

export interface Cluster {
  x: number;
  y: number;
  /** places in the columns of MapPoints */
  members: number[];
}

export class Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly box: Box | null;
  readonly centre: number;
  private readonly kept = new Map<number, Cluster[]>();

  constructor(readonly source: MapPoints) {
    const bounds = source.bounds;
    const east = bounds ? (bounds.east < bounds.west ? bounds.east + 360 : bounds.east) : 0;
    this.centre = bounds ? worldX((bounds.west + east) / 2) : 0.5;
    this.box = bounds && {
      west: worldX(bounds.west),
      east: worldX(east),
      north: worldY(bounds.north),
      south: worldY(bounds.south),
    };
    this.x = Float64Array.from(source.lon, (lon) => unwrap(worldX(lon), this.centre));
    this.y = Float64Array.from(source.lat, worldY);
  }

  clusters(zoom: number): Cluster[] {
    const whole = Math.round(zoom);
    const old = this.kept.get(whole);
    if (old) return old;
    const cells = new Map<number, number[]>();
    const cell = CELL_PX / scaleOf(whole);
    for (let i = 0; i < this.x.length; i++) {
      const key = Math.floor(this.x[i]! / cell) * 2 ** 26 + Math.floor(this.y[i]! / cell);
      const members = cells.get(key);
      if (members) members.push(i);
      else cells.set(key, [i]);
    }
    const found = [...cells.values()].map((members) => {
      let x = 0;
      let y = 0;
      for (const i of members) {
        x += this.x[i]!;
        y += this.y[i]!;
      }
      return { x: x / members.length, y: y / members.length, members };
    });
    found.sort((a, b) => a.members.length - b.members.length); // the large ones on top
    this.kept.set(whole, found);
    return found;
  }

  extent(members: number[]): Box {
    const xs = members.map((i) => this.x[i]!);
    const ys = members.map((i) => this.y[i]!);
    return { west: Math.min(...xs), east: Math.max(...xs), north: Math.min(...ys), south: Math.max(...ys) };
  }
}

export const clusterRadius = (count: number) => (count === 1 ? 4.5 : 8 + 5 * Math.log10(count));
