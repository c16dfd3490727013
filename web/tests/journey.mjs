// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What a person does with the page, from dropping a photo to its place over time. The same against the mock and a real
// server: `site` says where it is, which photo is dropped and how to tell a right match.
import assert from 'node:assert/strict';
import { checkAccessibility, dropFiles, spread } from './lib.mjs';

export async function searchByPhoto(page, site) {
  await dropFiles(page, [site.query]);
  await page.waitForSelector('.matches li');
  await page.waitForSelector('.headline');
  const first = await page.$eval('.matches li', (li) => Number(li.id.replace('match-', '')));
  const photo = await page.evaluate(async (id) => (await fetch(`v1/images/${id}`)).json(), first);
  assert.ok(site.isRight(photo), `the first match is ${photo.name}`);
  assert.match(await page.textContent('.headline'), /Known place/);
  assert.match(await page.textContent('.position strong'), /\d+\.\d{5}° [NS], \d+\.\d{5}° [EW]/);
  assert.match(await page.textContent('.facts'), /within/);
  assert.match(await page.textContent('.matches li .score'), /^[01]\.\d\d/);
  assert.match(await page.textContent('.matches li .facts-line'), /m away/);
  await page.waitForFunction(() => document.querySelector('.query img')?.naturalWidth > 0);
  assert.ok(await page.$eval('[role=status].unseen', (e) => /Known place/.test(e.textContent)), 'the answer is spoken');
}

export async function checkGeometry(page) {
  await page.check('.results-head input[role=switch]');
  await page.waitForFunction(() => /regions fit/.test(document.querySelector('.matches li')?.textContent ?? ''));
}

export async function openReasons(page) {
  await page.click('.matches li:first-child .match-picture');
  await page.waitForSelector('.pair .heat');
  await page.waitForFunction(() => [...document.querySelectorAll('.pair img')].every((i) => i.naturalWidth > 0));
  assert.equal(await page.locator('.pair .heat').count(), 2, 'heat over query and match');
  assert.ok((await spread(page, '.pair .heat >> nth=0')) > 30, 'the heat map of the query says nothing');
  assert.ok((await spread(page, '.pair .heat >> nth=1')) > 30, 'the heat map of the match says nothing');
  const lines = await page.locator('.lines .fits').count();
  assert.ok(lines >= 4, `${lines} linked regions`);
  const inside = await page.$$eval('.lines .fits line', (all) => {
    const [q, m] = [...document.querySelectorAll('.pane')].map((p) => p.getBoundingClientRect());
    const origin = document.querySelector('.pair').getBoundingClientRect();
    const holds = (r, x, y) =>
      x >= r.left - origin.left - 1 &&
      x <= r.right - origin.left + 1 &&
      y >= r.top - origin.top - 1 &&
      y <= r.bottom - origin.top + 1;
    return all.every(
      (l) => holds(q, l.x1.baseVal.value, l.y1.baseVal.value) && holds(m, l.x2.baseVal.value, l.y2.baseVal.value),
    );
  });
  assert.ok(inside, 'a line leaves the pictures it links');
}

export async function chooseClusterAndRegion(page) {
  const before = await page.$eval('.pair .heat', (c) => c.toDataURL());
  await page.locator('.chip input').nth(1).check({ force: true });
  await page.waitForFunction((old) => document.querySelector('.pair .heat').toDataURL() !== old, before);
  await page.focus('.stepper input');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('.lines .one');
  assert.match(await page.textContent('.stepper output'), /^1 of \d+/);
  assert.equal(await page.locator('.lines .region').count(), 2);
  await page.keyboard.press('Home');
  await page.waitForSelector('.lines .one', { state: 'detached' });
  await page.locator('.chip input').nth(0).check({ force: true });
}

export async function compare(page) {
  await page.click('[role=tab]:has-text("Compare")');
  await page.waitForSelector('.stage');
  const shown = () => page.$eval('.stage .over', (e) => Number(getComputedStyle(e).opacity));
  const pause = page.locator('button:has-text("Pause")');
  if (await pause.count()) {
    await pause.click();
    await pause.waitFor({ state: 'detached' });
  }
  const before = await shown();
  await page.click('.compare-controls button:has-text("Show the")');
  await page.waitForFunction(
    (old) => Number(getComputedStyle(document.querySelector('.stage .over')).opacity) !== old,
    before,
  );
  await page.locator('.choice input').nth(1).check({ force: true });
  const start = await page.$eval('.divide', (e) => e.getBoundingClientRect().left);
  await page.focus('.compare-controls input[type=range]');
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
  // The page draws a little after the keys.
  await page.waitForFunction(
    (old) => document.querySelector('.divide').getBoundingClientRect().left < old,
    start,
  );
}

export async function overTime(page) {
  await page.click('.inspector-ways a:has-text("Over time")');
  await page.waitForSelector('.shot img');
  const slider = page.locator('input[aria-label="Time"]');
  const count = await page.locator('.strip li').count();
  assert.ok(count > 1, `${count} photos of this place`);
  await slider.focus();
  await page.keyboard.press('Home');
  const text = () => slider.getAttribute('aria-valuetext');
  const first = await text();
  const source = () => page.$eval('.shot img:last-of-type', (i) => i.getAttribute('src'));
  const before = await source();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(
    (old) => document.querySelector('input[aria-label=Time]').getAttribute('aria-valuetext') !== old,
    first,
  );
  assert.notEqual(await source(), before, 'another photo is shown');
  await page.keyboard.press('End');
  await page.waitForFunction(
    (n) =>
      document.querySelector('input[aria-label=Time]').getAttribute('aria-valuetext').endsWith(`photo ${n} of ${n}`),
    count,
  );
  // The same with a pointer: the left end of the track is the earliest photo.
  const box = await slider.boundingBox();
  await page.mouse.click(box.x + 4, box.y + box.height / 2);
  await page.waitForFunction(
    (t) => document.querySelector('input[aria-label=Time]').getAttribute('aria-valuetext') === t,
    first,
  );
}

export async function groups(page) {
  await page.click('nav a:has-text("Places")');
  await page.waitForSelector('.group-tile', { timeout: 120_000 });
  const words = await page.textContent('.group-tile b');
  assert.match(words, /^\d+ photos/);
  await page.click('.group-tile >> nth=0');
  await page.waitForSelector('.strip li');
  assert.equal(await page.locator('.strip li').count(), parseInt(words, 10), 'the group as it was announced');
}

/** The whole way, with a check of accessibility and a picture at every stop. */
export async function journey(page, site, picture = async () => {}) {
  await checkAccessibility(page, 'the start');
  await picture('start');
  await searchByPhoto(page, site);
  await checkAccessibility(page, 'the matches');
  await picture('found');
  await checkGeometry(page);
  await openReasons(page);
  await checkAccessibility(page, 'the reasons');
  await picture('why');
  await chooseClusterAndRegion(page);
  await compare(page);
  await checkAccessibility(page, 'the comparison');
  await picture('compare');
  await overTime(page);
  await checkAccessibility(page, 'the place over time');
  await picture('time');
  await page.click('nav a:has-text("Search")');
  await page.waitForSelector('.matches li');
  await groups(page);
  await page.goBack();
  await page.waitForSelector('.group-tile');
  await checkAccessibility(page, 'the groups');
  await picture('groups');
}
