// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Invented answers in the form of docs/openapi.json: the same question gets the same answer.
import { random } from './scene.mjs';

export const publicPhoto = ({ id, image, name, width, height, lat, lon, heading_deg, taken, group, grouped }) => ({
  id,
  image,
  name,
  width,
  height,
  lat,
  lon,
  heading_deg,
  taken,
  place: grouped ? group : null,
});

export function metres(a, b) {
  if (a?.lat == null || b?.lat == null) return null;
  const north = (b.lat - a.lat) * 111_195;
  const east = (b.lon - a.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, north);
}

function geometry(rng, same) {
  const candidates = 60 + Math.floor(rng() * 60);
  const inliers = Math.floor(candidates * (same ? 0.3 + rng() * 0.4 : 0.08));
  return { method: 'rootsift', candidates, inliers, geometry: 'fundamental', verified: same };
}

export function answer(photos, place, query, k, verify) {
  const rng = random((place ?? 999) * 13 + 1);
  const scored = photos
    .filter((p) => p.id !== query.id)
    .map((p) => ({ p, same: p.group === place, score: p.group === place ? 0.62 + rng() * 0.3 : 0.05 + rng() * 0.24 }));
  scored.sort((a, b) => b.score - a.score);
  const best = scored.slice(0, k);
  const agreeing = best
    .filter((s) => s.same && s.p.lat !== null)
    .slice(0, 5)
    .map((s) => s.p);
  const known = best.some((s) => s.same);
  const mean = (field) => agreeing.reduce((sum, p) => sum + p[field], 0) / agreeing.length;
  const location =
    known && agreeing.length
      ? { lat: mean('lat'), lon: mean('lon'), radius_m: 14.2, support: agreeing.length, confidence: 0.83 }
      : null;
  const reason = location ? null : !photos.length ? 'empty_collection' : known ? 'no_positions' : 'no_match';
  const sentence = {
    empty_collection: 'The collection holds no photos yet; add some with `loci index PHOTOS --db DIR`.',
    no_positions: 'The place is known, but none of its photos carries a position.',
    no_match: 'No photo of the collection seems to show this place. The ones below are merely the most alike.',
  };
  return {
    query,
    verdict: known ? 'known' : 'unknown',
    known_place: known,
    confidence: known ? 0.9987 : photos.length ? 0.21 : 0,
    location,
    unknown_reason: reason,
    unknown_message: reason && sentence[reason],
    verified: verify,
    matches: best.map(({ p, same, score }) => ({
      ...publicPhoto(p),
      score,
      distance_m: metres(location, p),
      geometry: verify ? geometry(rng, same) : null,
    })),
    times: {
      queue_ms: 0.1,
      describe_ms: 38.4,
      search_ms: 0.9,
      verify_ms: verify ? 120 : 0,
      total_ms: verify ? 159.8 : 39.6,
    },
  };
}

/** A bump at (x, y) of the given width, in parts of the picture. */
const bump = (rows, cols, x, y, wide) =>
  Array.from({ length: rows * cols }, (_, i) => {
    const dx = ((i % cols) + 0.5) / cols - x;
    const dy = (Math.floor(i / cols) + 0.5) / rows - y;
    return Math.exp(-(dx * dx + dy * dy) / (2 * wide * wide));
  });

export function why(id, place, maxClusters, maxLinks) {
  const rng = random(place * 71 + 3);
  const rows = 15;
  const cols = 20;
  const grid = (values) => ({ rows, cols, values });
  const clusters = Array.from({ length: Math.min(8, maxClusters) }, (_, i) => {
    const x = 0.15 + rng() * 0.7;
    const y = 0.2 + rng() * 0.5;
    const wide = 0.05 + rng() * 0.08;
    return {
      cluster: Math.floor(rng() * 64),
      agreement: 0.16 / (i + 1),
      query: grid(bump(rows, cols, x, y, wide)),
      match: grid(bump(rows, cols, x + 0.03, y, wide)),
    };
  });
  const sum = (side) =>
    grid(
      Array.from(
        { length: rows * cols },
        (_, i) => clusters.reduce((s, c) => s + c.agreement * c[side].values[i], 0) / 12 - 0.0008,
      ),
    );
  const count = Math.min(64, maxLinks);
  const inliers = Math.floor(count * 0.64);
  const links = Array.from({ length: count }, (_, i) => {
    const inlier = i < inliers;
    const x = 0.05 + rng() * 0.85;
    const y = 0.12 + rng() * 0.7;
    const size = 0.05;
    const match = inlier ? { x: x * 0.98 + 0.02, y: y * 0.98 + 0.01, size } : { x: rng(), y: rng(), size };
    return { query: { x, y, size }, match, similarity: 0.95 - 0.3 * rng(), inlier };
  });
  return {
    id,
    score: 0.78,
    unwhitened_score: 0.7,
    num_clusters: 64,
    contribution: { query: sum('query'), match: sum('match') },
    clusters,
    links,
    geometry: { method: 'rootsift', candidates: count, inliers, geometry: 'fundamental', verified: true },
    message: `${inliers} of ${count} matched regions fit one geometry; clusters ${clusters
      .slice(0, 3)
      .map((c) => c.cluster)
      .join(', ')} agree most`,
  };
}

export function groups(photos) {
  const by = new Map();
  for (const p of photos) by.set(p.group, [...(by.get(p.group) ?? []), p]);
  const all = [...by.values()].sort((a, b) => b.length - a.length);
  const many = all.filter((g) => g.length > 1);
  return {
    groups: many.map((g, place) => {
      const dated = g.filter((p) => p.taken).sort((a, b) => (a.taken < b.taken ? -1 : 1));
      const placed = g.filter((p) => p.lat !== null);
      const mean = (f) => (placed.length ? placed.reduce((s, p) => s + p[f], 0) / placed.length : null);
      return {
        place,
        ids: [...dated, ...g.filter((p) => !p.taken)].map((p) => p.id),
        cover: g[0].id,
        links: g.length * 2,
        first_taken: dated[0]?.taken ?? null,
        last_taken: dated.at(-1)?.taken ?? null,
        lat: mean('lat'),
        lon: mean('lon'),
        proposals: placed.length ? g.length - placed.length : 0,
      };
    }),
    ungrouped: all.length - many.length,
  };
}

export function place(photos, of, radius) {
  const near = (p) => radius > 0 && (metres(of, p) ?? Infinity) <= radius;
  const images = photos.filter((p) => p.group === of.group || near(p));
  images.sort((a, b) => ((a.taken ?? '9') < (b.taken ?? '9') ? -1 : 1));
  const basis =
    images.length < 2
      ? 'none'
      : images.some((p) => p.group !== of.group)
        ? 'both'
        : radius > 0 && of.lat !== null
          ? 'both'
          : 'appearance';
  return {
    id: of.id,
    basis,
    images: images.map((p) => ({
      ...publicPhoto(p),
      distance_m: metres(of, p),
      score: p === of ? 1 : p.group === of.group ? 0.7 : 0.2,
    })),
  };
}
