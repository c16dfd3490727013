// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Stands in for `loci serve` while the page is developed and in tests of states that a real server rarely is in.
//   node mock/server.mjs [--port 8090] [--photos N | --folder DIR [--hold-out N]] [--token T] [--changeable]
//                        [--no-positions] [--delay-ms MS] [--grouping-ms MS] [--fail CODE] [--tile-url URL] [--tile-credit TEXT]
// Answers have the form of docs/openapi.json; scores and heat maps are invented.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Refusal, mockRoutes } from './routes.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const PAGE = {
  '/': ['index.html', 'text/html'],
  '/app.js': ['app.js', 'text/javascript'],
  '/app.css': ['app.css', 'text/css'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/licences.txt': ['licences.txt', 'text/plain'],
};
// As a real server sends them: what the page may do is tried under the same rules.
const POLICY = (tiles) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:${tiles ? ` ${new URL(tiles).origin}` : ''}; ` +
  "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STATUS = {
  InvalidArgument: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  Timeout: 408,
  TooLarge: 413,
  Unsupported: 415,
  Corrupt: 422,
  Io: 500,
  Busy: 503,
};

export function startMock(options = {}) {
  const { photos, routes } = mockRoutes(options);
  function respond(request, url, body) {
    if (url.pathname in PAGE) {
      const [file, type] = PAGE[url.pathname];
      return { $bytes: readFileSync(DIST + file), $type: type };
    }
    const image = /\/(file|thumbnail)$/.test(url.pathname);
    const given =
      request.headers.authorization === `Bearer ${options.token}` ||
      (image && (request.headers.cookie ?? '').split('; ').includes(`loci_token=${options.token}`));
    if (options.token && !given && url.pathname !== '/healthz')
      throw new Refusal('Unauthorized', 'this server asks for a token; give the one it was started with');
    if (options.fail && url.pathname !== '/v1/stats' && !image)
      throw new Refusal(
        options.fail,
        options.failMessage ?? 'the catalogue cannot be read: disk I/O error; run `loci verify --db DIR`',
      );
    for (const [method, pattern, handle] of routes) {
      const found = url.pathname.match(pattern);
      if (found && method === request.method) return handle(found.slice(1), url, body);
    }
    throw new Refusal('NotFound', `no route ${url.pathname}; see /v1/openapi.json`);
  }

  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () =>
      setTimeout(
        () => {
          let out;
          let headers = {};
          try {
            const {
              $status = 200,
              $headers = {},
              $bytes,
              $type,
              ...json
            } = respond(request, new URL(request.url, 'http://mock'), Buffer.concat(parts));
            out = [$status, $type ?? 'application/json', $bytes ?? JSON.stringify(json)];
            headers = $headers;
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            out = [
              STATUS[error.code],
              'application/json',
              JSON.stringify({ code: error.code, message: error.message }),
            ];
            if (error.code === 'Busy') headers = { 'Retry-After': '2' };
          }
          response.writeHead(out[0], {
            'Content-Type': out[1],
            'Content-Security-Policy': POLICY(options.tileUrl),
            'Referrer-Policy': 'no-referrer',
            ...headers,
          });
          response.end(request.method === 'HEAD' ? undefined : out[2]);
        },
        request.url.startsWith('/v1/') && request.method === 'POST' ? (options.delayMs ?? 0) : 0,
      ),
    );
  });
  return new Promise((resolve) =>
    server.listen(options.port ?? 0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}/`,
        options,
        photos,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      }),
    ),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { port: 8090 };
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, '').replace(/-(\w)/g, (_, c) => c.toUpperCase());
    const next = words[i + 1];
    options[name] =
      next === undefined || next.startsWith('--') ? true : /^\d+$/.test(words[++i]) ? Number(words[i]) : words[i];
  }
  const { url, photos } = await startMock(options);
  console.log(`${photos.length} photos at ${url}`);
}
