// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Draws a street corner as a PNG: the same for the same place, in the light of the given time. A text chunk names
// the place, so that the mock server recognises a drawn query that is not in its collection.
import { deflateSync } from 'node:zlib';

/** A seeded generator of numbers in [0, 1) (mulberry32). */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const LIGHTS = [
  { name: 'day', sky: [134, 178, 222], low: [222, 232, 238], gain: 1, lamp: 0 },
  { name: 'dusk', sky: [82, 84, 138], low: [240, 160, 110], gain: 0.62, lamp: 0.5 },
  { name: 'night', sky: [14, 18, 36], low: [34, 38, 62], gain: 0.28, lamp: 1 },
  { name: 'overcast', sky: [176, 182, 188], low: [206, 208, 210], gain: 0.82, lamp: 0 },
];

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return out;
}

function png(width, height, rgb, text) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) rgb.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from(`place\0${text}`, 'latin1')),
    chunk('IDAT', deflateSync(rows, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The drawing of `place` at the `time`-th time, `shift` pixels to the side. */
export function drawScene(place, time, { width = 320, height = 240, shift = 0 } = {}) {
  const light = LIGHTS[time % LIGHTS.length];
  const rng = random(place * 7919 + 17);
  const houses = [];
  for (let x = -60; x < width + 60;) {
    const wide = 34 + rng() * 60;
    houses.push({
      x,
      wide,
      top: height * (0.12 + rng() * 0.4),
      tone: [110 + rng() * 120, 90 + rng() * 110, 80 + rng() * 100],
      gap: 9 + rng() * 7,
      floor: 13 + rng() * 9,
      lit: rng(),
    });
    x += wide;
  }
  const ground = height * 0.8;
  const noise = random(place * 31 + time * 101 + 5);
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = x + shift;
      const mix = Math.min(1, y / ground);
      let colour = light.sky.map((c, i) => c + (light.low[i] - c) * mix);
      let gain = 1;
      const house = houses.find((h) => at >= h.x && at < h.x + h.wide);
      if (y > ground) {
        colour = [104, 104, 108];
        gain = light.gain * (1 - 0.3 * ((y - ground) / (height - ground)));
      } else if (house && y > house.top) {
        const u = at - house.x;
        const v = y - house.top;
        const window =
          u % house.gap > house.gap * 0.45 && v % house.floor > house.floor * 0.4 && v > 8 && y < ground - 8;
        const lamp =
          window &&
          light.lamp &&
          Math.sin(Math.floor(u / house.gap) * 12.9 + Math.floor(v / house.floor) * 78.2 + house.lit) > 0.2;
        colour = lamp ? [250, 214, 130] : window ? house.tone.map((c) => c * 0.42) : house.tone;
        gain = lamp ? light.lamp : light.gain * (u < 2 ? 0.8 : 1);
      }
      const grain = (noise() - 0.5) * 10;
      const p = (y * width + x) * 3;
      for (let i = 0; i < 3; i++) rgb[p + i] = Math.max(0, Math.min(255, colour[i] * gain + grain));
    }
  }
  return png(width, height, rgb, String(place));
}
