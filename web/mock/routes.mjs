// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What the mock server answers to each route of docs/openapi.json.
import { answer, groups, place, publicPhoto, why } from './answers.mjs';
import { drawnCollection, folderCollection, sha, sizeOf } from './collection.mjs';

const MAX_UPLOAD = 20 * 2 ** 20;

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function imageType(bytes) {
  if (bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes.length > 8 && bytes.toString('latin1', 1, 4) === 'PNG') return 'image/png';
  throw new Refusal(
    'Corrupt',
    'the body is not an image: it begins like no format this server reads; send a JPEG, PNG, WebP, TIFF, BMP or GIF',
  );
}

/** The photos and the routes over them: method, pattern and handler of (captures, url, body). */
export function mockRoutes(options) {
  const { photos, queries } = options.folder
    ? folderCollection(options.folder, { holdOut: options.holdOut })
    : drawnCollection(options.photos ?? 60, { positions: !options.noPositions });
  photos.forEach((p, i) => {
    p.id = i + 1;
  });
  let nextId = photos.length + 1;
  let groupingSince = 0;
  let hashes = null;
  const find = (id) =>
    photos.find((p) => p.id === id) ??
    (() => {
      throw new Refusal('NotFound', `no photo has the number ${id}; it may have been removed`);
    })();
  const grouping = () => {
    groupingSince ||= Date.now();
    const part = Math.min(1, (Date.now() - groupingSince) / (options.groupingMs ?? 0.001));
    if (part < 1)
      return {
        state: 'running',
        done: Math.floor(part * photos.length),
        total: photos.length,
        groups: [],
        ungrouped: 0,
        message: null,
      };
    const found = groups(photos);
    found.groups.forEach((g) =>
      g.ids.forEach((id) => {
        const p = find(id);
        p.group = g.place;
        p.grouped = true;
      }),
    );
    return { state: 'ready', done: photos.length, total: photos.length, ...found, message: null };
  };
  const placeOf = (bytes) => {
    if (queries.has(sha(bytes))) return queries.get(sha(bytes));
    const text = bytes
      .subarray(0, 80)
      .toString('latin1')
      .match(/tEXtplace\0(\d+)/);
    if (text) return Number(text[1]);
    hashes ??= new Map(photos.filter((p) => options.folder).map((p) => [sha(p.bytes()), p.group]));
    return hashes.get(sha(bytes)) ?? null;
  };
  const asked = (bytes) => ({ ...sizeOf(bytes), lat: null, lon: null, taken: null, heading_deg: null, id: null });
  const number = (url, name, fallback) => Number(url.searchParams.get(name) ?? fallback);
  const verify = (url) => url.searchParams.get('verify') === 'true';

  const routes = [
    ['GET', /^\/healthz$/, () => ({ status: 'ok', version: '0.0.0', images: photos.length })],
    [
      'GET',
      /^\/v1\/stats$/,
      () => {
        const times = photos
          .map((p) => p.taken)
          .filter(Boolean)
          .sort();
        return {
          version: '0.0.0',
          images: photos.length,
          with_position: photos.filter((p) => p.lat !== null).length,
          with_time: times.length,
          first_taken: times[0] ?? null,
          last_taken: times.at(-1) ?? null,
          changeable: !!options.changeable,
          model: {
            name: 'rootsift-vlad',
            fingerprint: '0f3a',
            dim: 8192,
            features: 'rootsift',
            pooling: 'vlad',
            num_clusters: 64,
            precision: 'fp32',
          },
          tile_url: options.tileUrl ?? null,
          tile_credit: options.tileCredit ?? null,
          queue_depth: 0,
          uptime_s: 12,
          limits: {
            max_upload_bytes: MAX_UPLOAD,
            max_pixels: 100e6,
            max_matches: 100,
            queue: 32,
            request_timeout_s: 30,
          },
        };
      },
    ],
    [
      'GET',
      /^\/v1\/map$/,
      () => {
        const at = photos.filter((p) => p.lat !== null);
        const range = (f) => [Math.min(...at.map(f)), Math.max(...at.map(f))];
        const [south, north] = range((p) => p.lat);
        const [west, east] = range((p) => p.lon);
        return {
          count: at.length,
          without_position: photos.length - at.length,
          ids: at.map((p) => p.id),
          lat: at.map((p) => p.lat),
          lon: at.map((p) => p.lon),
          heading_deg: at.map((p) => p.heading_deg),
          taken: at.map((p) => (p.taken ? Date.parse(p.taken + 'Z') / 1000 : null)),
          bounds: at.length ? { south, west, north, east } : null,
        };
      },
    ],
    [
      'GET',
      /^\/v1\/groups$/,
      () => {
        const g = grouping();
        return { $status: g.state === 'running' ? 202 : 200, $headers: { 'Retry-After': '1' }, ...g };
      },
    ],
    [
      'POST',
      /^\/v1\/query$/,
      (_, url, body) => {
        imageType(body);
        return answer(photos, placeOf(body), asked(body), number(url, 'k', 10), verify(url));
      },
    ],
    [
      'POST',
      /^\/v1\/why$/,
      (_, url, body) => {
        imageType(body);
        return why(
          find(number(url, 'id')).id,
          placeOf(body) ?? 5,
          number(url, 'max_clusters', 8),
          number(url, 'max_links', 200),
        );
      },
    ],
    [
      'GET',
      /^\/v1\/images$/,
      (_, url) => {
        const after = number(url, 'after', 0);
        const limit = number(url, 'limit', 100);
        const rest = photos.filter((p) => p.id > after);
        const page = rest.slice(0, limit);
        return {
          total: photos.length,
          images: page.map(publicPhoto),
          next_after: rest.length > limit ? page.at(-1).id : null,
        };
      },
    ],
    [
      'POST',
      /^\/v1\/images$/,
      (_, url, body) => {
        if (!options.changeable)
          throw new Refusal('Forbidden', 'this server was started without --changeable; photos cannot be added');
        const type = imageType(body);
        const hash = sha(body);
        const old = photos.find((p) => p.hash === hash);
        if (old) return { id: old.id, image: old.image, state: 'unchanged' };
        const name = url.searchParams.get('name') ?? `${hash.slice(0, 12)}.jpg`;
        photos.push({
          id: nextId++,
          image: `uploads/${name}`,
          name,
          ...sizeOf(body),
          lat: null,
          lon: null,
          heading_deg: null,
          taken: null,
          group: placeOf(body) ?? 100000 + nextId,
          hash,
          bytes: () => body,
          type,
        });
        return { $status: 201, id: nextId - 1, image: `uploads/${name}`, state: 'added' };
      },
    ],
    [
      'DELETE',
      /^\/v1\/images\/(\d+)$/,
      ([id]) => {
        if (!options.changeable)
          throw new Refusal('Forbidden', 'this server was started without --changeable; photos cannot be removed');
        const gone = find(Number(id));
        photos.splice(photos.indexOf(gone), 1);
        return { id: gone.id, image: gone.image, file_deleted: !!gone.hash };
      },
    ],
    ['GET', /^\/v1\/images\/(\d+)$/, ([id]) => publicPhoto(find(Number(id)))],
    [
      'GET',
      /^\/v1\/images\/(\d+)\/(?:file|thumbnail)$/,
      ([id]) => {
        const p = find(Number(id));
        return { $bytes: p.bytes(), $type: p.type };
      },
    ],
    [
      'GET',
      /^\/v1\/images\/(\d+)\/matches$/,
      ([id], url) => {
        const p = find(Number(id));
        const { width, height, lat, lon, taken, heading_deg } = p;
        return answer(
          photos,
          p.group,
          { width, height, lat, lon, taken, heading_deg, id: p.id },
          number(url, 'k', 10),
          verify(url),
        );
      },
    ],
    [
      'GET',
      /^\/v1\/images\/(\d+)\/why$/,
      ([id], url) =>
        why(
          find(number(url, 'match')).id,
          find(Number(id)).group,
          number(url, 'max_clusters', 8),
          number(url, 'max_links', 200),
        ),
    ],
    [
      'GET',
      /^\/v1\/images\/(\d+)\/place$/,
      ([id], url) => place(photos, find(Number(id)), number(url, 'radius_m', 25)),
    ],
  ];

  return { photos, routes };
}
