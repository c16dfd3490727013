// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The photos that the mock server pretends to know: drawn ones, or the photos of a folder.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { drawScene, random } from './scene.mjs';

const CENTRE = { lat: 48.137, lon: 11.575 };
const METRES_PER_DEGREE = 111_195;

export const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

function at(east, north) {
  return {
    lat: CENTRE.lat + north / METRES_PER_DEGREE,
    lon: CENTRE.lon + east / METRES_PER_DEGREE / Math.cos((CENTRE.lat * Math.PI) / 180),
  };
}

/** Width and height from the header of a PNG or the frame header of a JPEG. */
export function sizeOf(bytes) {
  if (bytes[0] === 0x89) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  for (let i = 2; i + 9 < bytes.length;) {
    const marker = bytes[i + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(i + 5), width: bytes.readUInt16BE(i + 7) };
    }
    i += 2 + bytes.readUInt16BE(i + 2);
  }
  return { width: 4, height: 3 };
}

function photo(place, fields) {
  return {
    image: fields.name,
    width: 320,
    height: 240,
    lat: null,
    lon: null,
    heading_deg: null,
    taken: null,
    group: place,
    ...fields,
  };
}

/** `count` drawn photos of places on wandering streets, four times each. */
export function drawnCollection(count, { positions = true } = {}) {
  const photos = [];
  const rng = random(3);
  let east = 0;
  let north = 0;
  let way = 0;
  for (let i = 0; i < count; i++) {
    const place = Math.floor(i / 4);
    const time = i % 4;
    if (time === 0) {
      if (rng() < 0.03) {
        east = (rng() - 0.5) * 4000;
        north = (rng() - 0.5) * 2600;
      }
      if (rng() < 0.25) way = Math.floor(rng() * 4) * 90 + 12;
      east += Math.sin((way * Math.PI) / 180) * 38;
      north += Math.cos((way * Math.PI) / 180) * 38;
    }
    const where = positions && !(time === 3 && place % 5 === 0) ? at(east + rng() * 6, north + rng() * 6) : {};
    photos.push(
      photo(place, {
        name: `corner_${String(place).padStart(4, '0')}_${time}.png`,
        heading_deg: positions ? way : null,
        ...where,
        taken: `${2014 + time}-${String(1 + ((place + time * 5) % 12)).padStart(2, '0')}-14T${['11', '18', '23', '08'][time]}:30:00`,
        bytes: () => drawScene(place, time),
        type: 'image/png',
      }),
    );
  }
  return { photos, queries: new Map() };
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory()
        ? walk(join(folder, entry.name))
        : /\.jpe?g$/i.test(entry.name)
          ? [join(folder, entry.name)]
          : [],
    );
}

/** What the name of a file says: `@east@north@...@lat@lon@...@heading@...@time@@`, or a date and an hour. */
function facts(name) {
  const fields = name.split('@');
  if (fields.length >= 14) {
    const time = fields[13].replace(/\D/g, '');
    return {
      lat: Number(fields[5]),
      lon: Number(fields[6]),
      heading_deg: fields[9] ? Number(fields[9]) : null,
      taken: time.length >= 12 ? isoTime(time) : null,
    };
  }
  const time = name.match(/(\d{8})_(\d{6})/);
  return { taken: time ? isoTime(time[1] + time[2]) : null };
}

function isoTime(digits) {
  const d = digits.padEnd(14, '0');
  return `${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6, 8)}T${d.slice(8, 10)}:${d.slice(10, 12)}:${d.slice(12, 14)}`;
}

/** Photos below `folder`; those in folders named `queries`, and every `holdOut`-th, are questions and not in the collection. */
export function folderCollection(folder, { holdOut = 0 } = {}) {
  const photos = [];
  const queries = new Map();
  const places = new Map();
  const rng = random(11);
  walk(folder).forEach((file, i) => {
    const known = facts(basename(file));
    const key = known.lat === undefined ? dirname(file) : `${known.lat.toFixed(4)} ${known.lon.toFixed(4)}`;
    if (!places.has(key))
      places.set(key, {
        place: places.size,
        east: (rng() - 0.5) * 1600,
        north: (rng() - 0.5) * 900,
        way: Math.floor(rng() * 360),
      });
    const { place, east, north, way } = places.get(key);
    const bytes = readFileSync(file);
    if (file.split(sep).includes('queries') || (holdOut && i % holdOut === holdOut - 1)) {
      queries.set(sha(bytes), place);
      return;
    }
    const where = known.lat === undefined ? { ...at(east + rng() * 14, north + rng() * 14), heading_deg: way } : {};
    photos.push(
      photo(place, {
        image: file,
        name: basename(file),
        ...sizeOf(bytes),
        ...where,
        ...known,
        bytes: () => readFileSync(file),
        type: 'image/jpeg',
      }),
    );
  });
  return { photos, queries };
}
