// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Stands in for `loci serve` while the page is developed and in tests of states that a real server rarely is in.
//   node mock/server.mjs [--port 8090] [--photos N | --folder DIR [--hold-out N]] [--token T] [--changeable]
//                        [--no-positions] [--delay-ms MS] [--grouping-ms MS] [--fail CODE] [--tile-url URL] [--tile-credit TEXT]
// Answers have the form of docs/openapi.json; scores and heat maps are invented.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { answer, groups, place, publicPhoto, why } from './answers.mjs';
import { drawnCollection, folderCollection, sha, sizeOf } from './collection.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const PAGE = { '/': ['index.html', 'text/html'], '/app.js': ['app.js', 'text/javascript'], '/app.css': ['app.css', 'text/css'],
               '/icon.svg': ['icon.svg', 'image/svg+xml'], '/licences.txt': ['licences.txt', 'text/plain'] };
// As a real server sends them: what the page may do is tried under the same rules.
const POLICY = (tiles) => `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:${tiles ? ` ${new URL(tiles).origin}` : ''}; ` +
  "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STATUS = { InvalidArgument: 400, Unauthorized: 401, Forbidden: 403, NotFound: 404, MethodNotAllowed: 405, Timeout: 408, TooLarge: 413,
                 Unsupported: 415, Corrupt: 422, Io: 500, Busy: 503 };
const MAX_UPLOAD = 20 * 2 ** 20;

class Refusal extends Error {
  constructor(code, message) { super(message); this.code = code; }
}

function imageType(bytes) {
  if (bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes.length > 8 && bytes.toString('latin1', 1, 4) === 'PNG') return 'image/png';
  throw new Refusal('Corrupt', 'the body is not an image: it begins like no format this server reads; send a JPEG, PNG, WebP, TIFF, BMP or GIF');
}

export function startMock(options = {}) {
  const { photos, queries } = options.folder ? folderCollection(options.folder, { holdOut: options.holdOut })
    : drawnCollection(options.photos ?? 60, { positions: !options.noPositions });
  photos.forEach((p, i) => { p.id = i + 1; });
  let nextId = photos.length + 1, groupingSince = 0, hashes = null;
  const find = (id) => photos.find((p) => p.id === id) ?? (() => { throw new Refusal('NotFound', `no photo has the number ${id}; it may have been removed`); })();
  const grouping = () => {
    groupingSince ||= Date.now();
    const part = Math.min(1, (Date.now() - groupingSince) / (options.groupingMs ?? 0.001));
    if (part < 1) return { state: 'running', done: Math.floor(part * photos.length), total: photos.length, groups: [], ungrouped: 0, message: null };
    const found = groups(photos);
    found.groups.forEach((g) => g.ids.forEach((id) => { const p = find(id); p.group = g.place; p.grouped = true; }));
    return { state: 'ready', done: photos.length, total: photos.length, ...found, message: null };
  };
  const placeOf = (bytes) => {
    if (queries.has(sha(bytes))) return queries.get(sha(bytes));
    const text = bytes.subarray(0, 80).toString('latin1').match(/tEXtplace\0(\d+)/);
    if (text) return Number(text[1]);
    hashes ??= new Map(photos.filter((p) => options.folder).map((p) => [sha(p.bytes()), p.group]));
    return hashes.get(sha(bytes)) ?? null;
  };
  const asked = (bytes) => ({ ...sizeOf(bytes), lat: null, lon: null, taken: null, heading_deg: null, id: null });
  const number = (url, name, fallback) => Number(url.searchParams.get(name) ?? fallback);
  const verify = (url) => url.searchParams.get('verify') === 'true';

  const routes = [
    ['GET', /^\/healthz$/, () => ({ status: 'ok', version: '0.0.0', images: photos.length })],
    ['GET', /^\/v1\/stats$/, () => {
      const times = photos.map((p) => p.taken).filter(Boolean).sort();
      return { version: '0.0.0', images: photos.length, with_position: photos.filter((p) => p.lat !== null).length, with_time: times.length,
               first_taken: times[0] ?? null, last_taken: times.at(-1) ?? null, changeable: !!options.changeable,
               model: { name: 'rootsift-vlad', fingerprint: '0f3a', dim: 8192, features: 'rootsift', pooling: 'vlad', num_clusters: 64, precision: 'fp32' },
               tile_url: options.tileUrl ?? null, tile_credit: options.tileCredit ?? null, queue_depth: 0, uptime_s: 12,
               limits: { max_upload_bytes: MAX_UPLOAD, max_pixels: 100e6, max_matches: 100, queue: 32, request_timeout_s: 30 } };
    }],
    ['GET', /^\/v1\/map$/, () => {
      const at = photos.filter((p) => p.lat !== null), range = (f) => [Math.min(...at.map(f)), Math.max(...at.map(f))];
      const [south, north] = range((p) => p.lat), [west, east] = range((p) => p.lon);
      return { count: at.length, without_position: photos.length - at.length, ids: at.map((p) => p.id), lat: at.map((p) => p.lat),
               lon: at.map((p) => p.lon), heading_deg: at.map((p) => p.heading_deg),
               taken: at.map((p) => (p.taken ? Date.parse(p.taken + 'Z') / 1000 : null)), bounds: at.length ? { south, west, north, east } : null };
    }],
    ['GET', /^\/v1\/groups$/, () => { const g = grouping(); return { $status: g.state === 'running' ? 202 : 200, $headers: { 'Retry-After': '1' }, ...g }; }],
    ['POST', /^\/v1\/query$/, (_, url, body) => { imageType(body); return answer(photos, placeOf(body), asked(body), number(url, 'k', 10), verify(url)); }],
    ['POST', /^\/v1\/why$/, (_, url, body) => {
      imageType(body);
      return why(find(number(url, 'id')).id, placeOf(body) ?? 5, number(url, 'max_clusters', 8), number(url, 'max_links', 200));
    }],
    ['GET', /^\/v1\/images$/, (_, url) => {
      const after = number(url, 'after', 0), limit = number(url, 'limit', 100), rest = photos.filter((p) => p.id > after), page = rest.slice(0, limit);
      return { total: photos.length, images: page.map(publicPhoto), next_after: rest.length > limit ? page.at(-1).id : null };
    }],
    ['POST', /^\/v1\/images$/, (_, url, body) => {
      if (!options.changeable) throw new Refusal('Forbidden', 'this server was started without --changeable; photos cannot be added');
      const type = imageType(body), hash = sha(body), old = photos.find((p) => p.hash === hash);
      if (old) return { id: old.id, image: old.image, state: 'unchanged' };
      const name = url.searchParams.get('name') ?? `${hash.slice(0, 12)}.jpg`;
      photos.push({ id: nextId++, image: `uploads/${name}`, name, ...sizeOf(body), lat: null, lon: null, heading_deg: null, taken: null,
                    group: placeOf(body) ?? 100000 + nextId, hash, bytes: () => body, type });
      return { $status: 201, id: nextId - 1, image: `uploads/${name}`, state: 'added' };
    }],
    ['DELETE', /^\/v1\/images\/(\d+)$/, ([id]) => {
      if (!options.changeable) throw new Refusal('Forbidden', 'this server was started without --changeable; photos cannot be removed');
      const gone = find(Number(id));
      photos.splice(photos.indexOf(gone), 1);
      return { id: gone.id, image: gone.image, file_deleted: !!gone.hash };
    }],
    ['GET', /^\/v1\/images\/(\d+)$/, ([id]) => publicPhoto(find(Number(id)))],
    ['GET', /^\/v1\/images\/(\d+)\/(?:file|thumbnail)$/, ([id]) => { const p = find(Number(id)); return { $bytes: p.bytes(), $type: p.type }; }],
    ['GET', /^\/v1\/images\/(\d+)\/matches$/, ([id], url) => {
      const p = find(Number(id)), { width, height, lat, lon, taken, heading_deg } = p;
      return answer(photos, p.group, { width, height, lat, lon, taken, heading_deg, id: p.id }, number(url, 'k', 10), verify(url));
    }],
    ['GET', /^\/v1\/images\/(\d+)\/why$/, ([id], url) =>
      why(find(number(url, 'match')).id, find(Number(id)).group, number(url, 'max_clusters', 8), number(url, 'max_links', 200))],
    ['GET', /^\/v1\/images\/(\d+)\/place$/, ([id], url) => place(photos, find(Number(id)), number(url, 'radius_m', 25))],
  ];

  function respond(request, url, body) {
    if (url.pathname in PAGE) {
      const [file, type] = PAGE[url.pathname];
      return { $bytes: readFileSync(DIST + file), $type: type };
    }
    const image = /\/(file|thumbnail)$/.test(url.pathname);
    const given = request.headers.authorization === `Bearer ${options.token}` ||
      (image && (request.headers.cookie ?? '').split('; ').includes(`loci_token=${options.token}`));
    if (options.token && !given && url.pathname !== '/healthz') throw new Refusal('Unauthorized', 'this server asks for a token; give the one it was started with');
    if (options.fail && url.pathname !== '/v1/stats' && !image) throw new Refusal(options.fail, options.failMessage ?? 'the catalogue cannot be read: disk I/O error; run `loci verify --db DIR`');
    for (const [method, pattern, handle] of routes) {
      const found = url.pathname.match(pattern);
      if (found && method === request.method) return handle(found.slice(1), url, body);
    }
    throw new Refusal('NotFound', `no route ${url.pathname}; see /v1/openapi.json`);
  }

  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => setTimeout(() => {
      let out, headers = {};
      try {
        const { $status = 200, $headers = {}, $bytes, $type, ...json } = respond(request, new URL(request.url, 'http://mock'), Buffer.concat(parts));
        out = [$status, $type ?? 'application/json', $bytes ?? JSON.stringify(json)];
        headers = $headers;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        out = [STATUS[error.code], 'application/json', JSON.stringify({ code: error.code, message: error.message })];
        if (error.code === 'Busy') headers = { 'Retry-After': '2' };
      }
      response.writeHead(out[0], { 'Content-Type': out[1], 'Content-Security-Policy': POLICY(options.tileUrl), 'Referrer-Policy': 'no-referrer', ...headers });
      response.end(request.method === 'HEAD' ? undefined : out[2]);
    }, request.url.startsWith('/v1/') && request.method === 'POST' ? options.delayMs ?? 0 : 0));
  });
  return new Promise((resolve) => server.listen(options.port ?? 0, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${server.address().port}/`, options, photos, close: () => { server.closeAllConnections(); server.close(); },
  })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { port: 8090 }, words = process.argv.slice(2);
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, '').replace(/-(\w)/g, (_, c) => c.toUpperCase());
    const next = words[i + 1];
    options[name] = next === undefined || next.startsWith('--') ? true : /^\d+$/.test(words[++i]) ? Number(words[i]) : words[i];
  }
  const { url, photos } = await startMock(options);
  console.log(`${photos.length} photos at ${url}`);
}
