// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The whole way through the page at desktop and phone size, light and dark. Against the mock, or against a server:
//   LOCI_URL=http://127.0.0.1:8080/ LOCI_QUERY=PHOTO node --test tests/page.test.mjs
// The photo's name states where it was taken; a match within 25 m of that is right. LOCI_PICTURES=DIR keeps
// pictures for the README.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { drawScene } from '../mock/scene.mjs';
import { startMock } from '../mock/server.mjs';
import { journey } from './journey.mjs';
import { checkAccessibility, haveBrowser, launch, withPage } from './lib.mjs';

const RIGHT_M = 25;

function realSite() {
  const file = process.env.LOCI_QUERY;
  const fields = basename(file).split('@');
  const [lat, lon] = [Number(fields[5]), Number(fields[6])];
  const metres = (p) => Math.hypot((p.lat - lat) * 111_195, (p.lon - lon) * 111_195 * Math.cos((lat * Math.PI) / 180));
  return {
    url: process.env.LOCI_URL,
    query: { name: 'question.jpg', type: 'image/jpeg', bytes: readFileSync(file) },
    isRight: (photo) => photo.lat !== null && metres(photo) <= RIGHT_M,
    close: () => {},
  };
}

async function mockSite() {
  const mock = await startMock({ photos: 80, changeable: true });
  return {
    url: mock.url,
    query: { name: 'question.png', type: 'image/png', bytes: drawScene(7, 5, { shift: 8 }) },
    isRight: (photo) => photo.name.startsWith('corner_0007'),
    close: mock.close,
  };
}

describe('the page', { skip: !haveBrowser && 'no Chromium here' }, () => {
  let browser;
  let site;
  before(async () => {
    site = process.env.LOCI_URL ? realSite() : await mockSite();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  for (const [device, scheme] of [
    ['desktop', 'light'],
    ['phone', 'dark'],
  ]) {
    it(`leads from a photo to its place, ${device}, ${scheme}`, async () => {
      await withPage(browser, site.url, { device, scheme }, (page) => journey(page, site, pictures(page, device)));
    });
  }

  for (const [device, scheme] of [
    ['desktop', 'dark'],
    ['phone', 'light'],
  ]) {
    it(`shows the photos, ${device}, ${scheme}`, async () => {
      await withPage(browser, site.url, { device, scheme }, async (page) => {
        await page.click('nav a:has-text("Photos")');
        await page.waitForSelector('.photo-tile img');
        await checkAccessibility(page, 'the photos');
        await page.click('.photo-tile a >> nth=1');
        await page.waitForSelector('.matches li');
        assert.match(page.url(), /#\/photo\/\d+$/);
        await checkAccessibility(page, 'the matches of a photo');
      });
    });
  }

  it('is used by keyboard alone', async () => {
    await withPage(browser, site.url, { reducedMotion: 'no-preference' }, (page) => keyboardOnly(page));
  });
});

/** The stops that the README shows; all of them when LOCI_PICTURES_ALL is set. */
const SHOWN = ['found_desktop', 'why_desktop', 'time_desktop', 'found_phone'];

function pictures(page, device) {
  const folder = process.env.LOCI_PICTURES;
  return async (stop) => {
    const name = `${stop}_${device}`;
    if (!folder || !(SHOWN.includes(name) || process.env.LOCI_PICTURES_ALL)) return;
    mkdirSync(folder, { recursive: true });
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `page_${name}.jpg`), type: 'jpeg', quality: 82 });
  };
}

/** What has the focus: its name, and whether one sees that it has it. */
const focused = (page) =>
  page.evaluate(() => {
    const e = document.activeElement;
    const style = getComputedStyle(e);
    const thumb = e.matches('input[type=range]'); // its thumb shows the focus
    const next = e.matches('.choice input, .chip input') ? getComputedStyle(e.nextElementSibling) : style;
    return {
      name: e.getAttribute('aria-label') ?? e.textContent.trim(),
      seen: thumb || (next.outlineStyle !== 'none' && parseFloat(next.outlineWidth) > 0),
      tag: e.tagName,
    };
  });

async function tabTo(page, wanted, limit = 80) {
  const passed = [];
  for (let i = 0; i < limit; i++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    passed.push(now.name.slice(0, 40));
    assert.ok(now.seen, `no one sees the focus on ${now.tag} "${now.name}"`);
    if (wanted.test(now.name)) return passed;
  }
  return assert.fail(`Tab never came to ${wanted}: ${passed.join(' | ')}`);
}

async function keyboardOnly(page) {
  await page.waitForSelector('.examples a');
  const order = await tabTo(page, /Zoom in/);
  const wanted = [
    /^Skip/,
    /^loci/,
    /^Search/,
    /^Places/,
    /^Photos/,
    /^Choose a photo/,
    /^Ask with photo/,
    /^Map of/,
    /^Zoom in/,
  ];
  const at = wanted.map((w) => order.findIndex((name) => w.test(name)));
  assert.deepEqual(
    [...at].sort((a, b) => a - b),
    at,
    `the order of the focus: ${order.join(' | ')}`,
  );
  assert.ok(!at.includes(-1), `something is not reached: ${order.join(' | ')}`);

  // A photo from the map: the cross is in its middle.
  await page.focus('.map-frame');
  for (let i = 0; i < 3; i++) await page.keyboard.press('+');
  await page.keyboard.press('Home');

  await page.focus('.examples a');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.matches li');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus goes to the answer');
  await tabTo(page, /^Match 1, score/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.pair');
  await tabTo(page, /^Why$/);
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('.stage');
  assert.equal((await focused(page)).name, 'Compare');
  await tabTo(page, /^(Blink|)$/);
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('.divide');
  await page.focus('.inspector-ways a');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.shot');
  await tabTo(page, /^Time$/);
  await page.keyboard.press('ArrowRight');
}
