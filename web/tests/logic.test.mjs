// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from './bundle.mjs';

const near = (a, b, within) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b} within ${within}`);

describe('mercator', async () => {
  const m = await load('map/mercator.ts');
  it('goes there and back', () => {
    for (const lat of [-84, -33.9, 0, 48.1, 84]) near(m.latitude(m.worldY(lat)), lat, 1e-9);
    assert.equal(m.worldX(0), 0.5);
    assert.equal(m.worldY(0), 0.5);
  });
  it('knows the tile of a place: 48.137 N, 11.575 E is 17/69750/45487', () => {
    assert.equal(Math.floor(m.worldX(11.575) * 2 ** 17), 69750);
    assert.equal(Math.floor(m.worldY(48.137) * 2 ** 17), 45487);
  });
  it('measures a degree of latitude as 111 km', () => {
    const y = m.worldY(48);
    near(Math.abs(m.worldY(48.01) - m.worldY(48)) * m.worldMetres(y), 1113, 1);
  });
  it('keeps the point under the pointer when it zooms', () => {
    const size = { width: 600, height: 400 };
    const view = { x: 0.53, y: 0.35, zoom: 12 };
    const before = m.toWorld(view, size, 500, 70);
    const after = m.toWorld(m.zoomed(view, size, 1.7, 500, 70), size, 500, 70);
    near(after.x, before.x, 1e-12);
    near(after.y, before.y, 1e-12);
  });
  it('fits a box into the screen', () => {
    const size = { width: 500, height: 700 };
    const box = { west: 0.5, east: 0.51, north: 0.3, south: 0.302 };
    const view = m.fit(box, size);
    const a = m.toScreen(view, size, box.west, box.north);
    const b = m.toScreen(view, size, box.east, box.south);
    assert.ok(a.x >= 0 && a.y >= 0 && b.x <= 500 && b.y <= 700);
    near(b.x - a.x, 500 - 2 * 44, 0.01);
  });
  it('rounds lengths down to 1, 2 or 5', () => {
    assert.deepEqual(
      [9.9, 10, 24, 51, 0.3].map(m.roundLength).map((v) => Number(v.toFixed(9))),
      [5, 10, 20, 50, 0.2],
    );
  });
});

describe('clusters', async () => {
  const { Points } = await load('map/cluster.ts');
  const points = (lat, lon, bounds) =>
    new Points({
      ids: lat.map((_, i) => i + 1),
      lat,
      lon,
      heading_deg: [],
      taken: [],
      count: lat.length,
      without_position: 0,
      bounds,
    });
  it('hold every photo once at every zoom', () => {
    const lat = Array.from({ length: 5000 }, (_, i) => 48 + ((i * 7919) % 1000) / 40000);
    const lon = Array.from({ length: 5000 }, (_, i) => 11 + ((i * 104729) % 1000) / 30000);
    const p = points(lat, lon, { south: 48, north: 48.03, west: 11, east: 11.04 });
    let last = 0;
    for (let zoom = 1; zoom <= 22; zoom += 3) {
      const all = p.clusters(zoom).flatMap((c) => c.members);
      assert.equal(new Set(all).size, 5000);
      assert.equal(all.length, 5000);
      assert.ok(p.clusters(zoom).length >= last, 'nearer means no fewer clusters');
      last = p.clusters(zoom).length;
    }
  });
  it('stay together across the 180th meridian', () => {
    const p = points([0, 0.0001], [179.9999, -179.9999], { south: 0, north: 0.0001, west: 179.9999, east: -179.9999 });
    assert.equal(p.clusters(5).length, 1);
    near(p.x[0], p.x[1], 1e-6);
  });
});

describe('line-up of two photos', async () => {
  const { lineUp, cssMatrix } = await load('why/align.ts');
  const links = (n, f) =>
    Array.from({ length: n }, (_, i) => {
      const p = { x: ((i * 37) % 100) / 100, y: ((i * 61) % 100) / 100, size: 0.1 };
      return { match: p, query: { ...f(p), size: 0.1 }, similarity: 1, inlier: true };
    });
  it('finds the map that made the links', () => {
    const found = lineUp(links(40, (p) => ({ x: 0.9 * p.x + 0.05 * p.y + 0.02, y: -0.04 * p.x + 1.1 * p.y - 0.03 })));
    for (const [name, value] of Object.entries({ a: 0.9, b: -0.04, c: 0.05, d: 1.1, e: 0.02, f: -0.03 }))
      near(found[name], value, 1e-9);
  });
  it('is not led astray by a third that lies at another depth', () => {
    const all = links(45, (p) => ({ x: p.x + 0.1, y: p.y }));
    all.forEach((l, i) => {
      if (i % 3 === 0) l.query.x += 0.15;
    });
    const found = lineUp(all);
    near(found.e, 0.1, 0.03);
    near(found.a, 1, 0.05);
  });
  it('says nothing of few links or of links on one line', () => {
    assert.equal(lineUp(links(5, (p) => p)), null);
    assert.equal(lineUp(links(30, (p) => p).map((l) => ({ ...l, match: { ...l.match, y: 0.5 } }))), null);
  });
  it('becomes a matrix in pixels', () => {
    assert.equal(cssMatrix({ a: 1, b: 0.5, c: 0.25, d: 1, e: 0.1, f: 0.2 }, 200, 100), 'matrix(1,0.25,0.5,1,20,20)');
  });
});

describe('time slider', async () => {
  const { positions, nearest, ticks } = await load('views/TimeAxis.tsx');
  it('lays photos where they lie in time, those without a time behind', () => {
    assert.deepEqual(positions([0, 50, 100]), [0, 0.5, 1]);
    const at = positions([0, 50, 100, null, null]);
    near(at[2], 0.85, 1e-12);
    near(at[3], 0.925, 1e-12);
    near(at[4], 1, 1e-12);
    assert.deepEqual(positions([null, null, null]), [0, 0.5, 1]);
    assert.deepEqual(positions([7]), [0.5]);
  });
  it('chooses the nearest photo, and of several the one at hand', () => {
    assert.equal(nearest([0, 0.5, 1], 0.7, 0), 1);
    assert.equal(nearest([0, 0.5, 0.5, 1], 0.52, 3), 2);
    assert.equal(nearest([0, 0.5, 0.5, 1], 0.52, 0), 1);
  });
  it('marks years, months, days or hours, a handful', () => {
    const at = (s) => Date.parse(`${s}Z`);
    assert.deepEqual(
      ticks(at('2012-05-01T00:00'), at('2015-02-01T00:00'), 8).map((t) => t.text),
      ['2013', '2014', '2015'],
    );
    assert.deepEqual(
      ticks(at('2013-07-20T00:00'), at('2013-10-20T00:00'), 8).map((t) => t.text),
      ['Aug 2013', 'Sept 2013', 'Oct 2013'],
    );
    assert.deepEqual(
      ticks(at('2013-07-20T05:00'), at('2013-07-20T09:30'), 8).map((t) => t.text),
      ['05:00', '06:00', '07:00', '08:00', '09:00'],
    );
    for (const [a, b] of [
      ['2000-01-01', '2019-01-01'],
      ['2013-01-01', '2014-11-01'],
      ['2013-01-01', '2013-02-20'],
      ['2013-01-01', '2013-01-02'],
    ]) {
      assert.ok(ticks(at(`${a}T00:00`), at(`${b}T00:00`), 5).length <= 6, `${a} to ${b}`);
    }
  });
});

describe('heat', async () => {
  const { heatOf, shade } = await load('why/heat.ts');
  it('dims what says nothing more than what says much', () => {
    assert.ok(shade(0)[3] > shade(0.5)[3] && shade(0.5)[3] > 0);
    assert.deepEqual(shade(-3), shade(0), 'disagreement is no light');
  });
  it('is not dimmed by a single bright cell', () => {
    const values = Array.from({ length: 400 }, (_, i) => (i === 7 ? 50 : 0.5 + i / 800));
    const grid = { rows: 20, cols: 20, values };
    const { top } = heatOf({ contribution: { query: grid, match: grid }, clusters: [] }, null);
    assert.ok(top > 0.98 && top < 1, String(top));
  });
  it('takes one measure for both photos', () => {
    const grid = (values) => ({ rows: 1, cols: 2, values });
    const why = {
      contribution: { query: grid([0.1, -0.2]), match: grid([0.4, 0]) },
      clusters: [{ cluster: 7, query: grid([1, 0]), match: grid([0, 0.5]) }],
    };
    assert.equal(heatOf(why, null).top, 0.1);
    assert.equal(heatOf(why, 7).query.values[0], 1);
    assert.equal(heatOf({ ...why, contribution: null }, null), null);
  });
});

describe('words', async () => {
  const w = await load('words.ts');
  it('show times as they were written', () => {
    assert.equal(w.time('2015-06-21T12:00:00'), '21 Jun 2015, 12:00');
    assert.equal(w.time(null), 'time unknown');
    assert.equal(w.period('2013-05-02T07:15:00', '2013-08-30T05:00:00'), 'May – Aug 2013');
    assert.equal(w.period('2012-05-02T07:15:00', '2014-08-30T05:00:00'), '2012 – 2014');
    assert.equal(w.period('2012-05-02T07:15:00', '2012-05-02T09:00:00'), '2 May 2012');
  });
  it('give lengths two figures and no more', () => {
    assert.deepEqual([0, 3.14, 25.4, 1234, 48211].map(w.metres), ['0 m', '3.1 m', '25 m', '1.2 km', '48 km']);
    near(w.distance({ lat: 0, lon: 179.999 }, { lat: 0, lon: -179.999 }), 222.4, 0.1);
  });
  it('name directions', () =>
    assert.deepEqual([0, 44, 181, 359, -90].map(w.heading), ['north', 'north-east', 'south', 'north', 'west']));
  it('shorten long names in their middle', () => {
    assert.equal(w.shortName('IMG_2041.jpg'), 'IMG_2041.jpg');
    assert.equal(w.shortName('abcdefghijklmnopqrstuvwxyz.jpg', 12), 'abcde…yz.jpg');
    assert.equal(w.shortName('abcdefghijklmnopqrstuvwxyz.jpg', 12).length, 12);
  });
  it('do not round nearly all up to all', () => assert.equal(w.percent(0.99996), '> 99.9 %'));
});
