// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// dist/ is committed, so that a build of loci needs no npm: it must be what the sources give, small, and ask nobody.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const files = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((f) => statSync(join(folder, f)).isFile())
    .sort();

describe('dist', () => {
  it('is what the sources give (npm run build)', async () => {
    const out = mkdtempSync(join(tmpdir(), 'loci-web-'));
    try {
      await build({ root, logLevel: 'error', build: { outDir: out, emptyOutDir: true } });
      assert.deepEqual(files(dist), files(out));
      for (const file of files(out))
        assert.ok(readFileSync(join(dist, file)).equals(readFileSync(join(out, file))), `${file} is not up to date`);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
  it('is small', () => {
    const size = files(dist).reduce((sum, f) => sum + statSync(join(dist, f)).size, 0);
    assert.ok(size < 150_000, `${size} bytes`);
  });
  it('names no other site, and has no script or style within the page', () => {
    for (const file of files(dist).filter((f) => f !== 'licences.txt')) {
      const others = readFileSync(join(dist, file), 'utf8').match(/(https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}/gi) ?? [];
      assert.deepEqual(
        others.filter((o) => o !== 'http://www.w3.org'),
        [],
        file,
      );
    }
    const page = readFileSync(join(dist, 'index.html'), 'utf8');
    assert.ok(!/<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/.test(page), 'the server allows nothing inline');
  });
  it('comes from packages whose lock names no address', () => {
    assert.ok(!readFileSync(join(root, 'package-lock.json'), 'utf8').includes('"resolved"'));
  });
});
