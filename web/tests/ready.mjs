// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// How soon the page is ready, in a browser that has never seen it: the collection is named, its photos are on the map and the
// examples show their pictures. Prints JSON. Usage: node tests/ready.mjs URL [ROUNDS]
import { launch, withPage } from './lib.mjs';

const [url, rounds = '5'] = process.argv.slice(2);

/** In the page, at every frame: what is there by now, in ms since the navigation began. */
function watch() {
  const seen = {};
  globalThis.seen = seen;
  const drawn = () => {
    const canvas = document.querySelector('.map-frame canvas');
    if (!canvas || canvas.width < 2) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4 * 37) colours.add(data[i] + 256 * data[i + 1] + 65536 * data[i + 2]);
    return colours.size > 20;
  };
  const pictures = () => {
    const all = [...document.querySelectorAll('.examples img')];
    return all.length > 0 && all.every((i) => i.complete && i.naturalWidth > 0);
  };
  const parts = {
    words_ms: () => /^Ask [\d,. ]*\d/.test(document.querySelector('.lead')?.textContent ?? ''),
    map_ms: () => seen.words_ms !== undefined && drawn(),
    pictures_ms: pictures,
  };
  const look = () => {
    for (const [name, is] of Object.entries(parts))
      if (seen[name] === undefined && is()) seen[name] = Math.round(performance.now());
    if (Object.keys(parts).some((name) => seen[name] === undefined)) requestAnimationFrame(look);
    else seen.ready_ms = Math.max(...Object.keys(parts).map((name) => seen[name]));
  };
  requestAnimationFrame(look);
}

const browser = await launch();
const runs = [];
try {
  for (let i = 0; i < Number(rounds); i++) {
    await withPage(browser, url, { before: (page) => page.addInitScript(watch) }, async (page) => {
      await page.waitForFunction(() => globalThis.seen?.ready_ms !== undefined);
      runs.push(await page.evaluate(() => globalThis.seen));
    });
  }
} finally {
  await browser.close();
}
const all = runs.map((r) => r.ready_ms).sort((a, b) => a - b);
console.log(JSON.stringify({ median_ms: all[Math.floor(all.length / 2)], slowest_ms: all.at(-1), runs }));
