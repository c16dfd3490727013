// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A browser for the tests. Every page is watched: an error on its console, a failure in its code or a request to
// anywhere but its own server makes the test fail.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CHROMIUM = process.env.LOCI_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

export const haveBrowser = existsSync(CHROMIUM);
export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** Opens the page and gives it to `use`; complaints are checked at the end. `allow` are console errors that belong to the test. */
export async function withPage(browser, url, options, use) {
  const {
    device = 'desktop',
    scheme = 'light',
    allow = [],
    outside = [],
    before = async () => {},
    ...context
  } = options;
  const opened = await browser.newContext({
    ...DEVICES[device],
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...context,
  });
  const page = await opened.newPage();
  const complaints = [];
  page.on('console', (m) => {
    if (m.type() === 'error' && !allow.some((a) => a.test(m.text()))) complaints.push(`console: ${m.text()}`);
  });
  page.on('pageerror', (e) => complaints.push(`code: ${e.stack}`));
  page.on('request', (r) => {
    const to = r.url();
    if (!to.startsWith(url) && !/^(blob|data):/.test(to) && !outside.some((o) => o.test(to)))
      complaints.push(`outside: ${to}`);
  });
  page.setDefaultTimeout(120_000); // a busy machine is no failure
  try {
    await before(page);
    await page.goto(url);
    await page.waitForSelector('h1');
    await use(page);
    assert.deepEqual(complaints, [], 'the page complained or asked outside');
  } finally {
    await opened.close();
  }
}

/** Names, roles, contrast and the rest of WCAG 2.1 AA that a machine can see. */
export async function checkAccessibility(page, where) {
  await page.evaluate(`${AXE};0`);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }),
  );
  const wrong = found.violations.map(
    (v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html.slice(0, 160)).join('\n    ')}`,
  );
  assert.deepEqual(wrong, [], `accessibility of ${where}`);
  assert.equal(
    await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    true,
    `${where} is wider than the screen`,
  );
}

/** Drops files on the page as a mouse would. */
export async function dropFiles(page, files) {
  const data = await page.evaluateHandle(
    (list) => {
      const transfer = new DataTransfer();
      for (const { name, type, base64 } of list) {
        transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
      }
      return transfer;
    },
    files.map(({ name, type, bytes }) => ({ name, type, base64: bytes.toString('base64') })),
  );
  for (const type of ['dragenter', 'dragover']) await page.dispatchEvent('main', type, { dataTransfer: data });
  await page.waitForSelector('.drop-over');
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await page.waitForSelector('.drop-over', { state: 'detached' });
}

/** How much the pixels of a canvas differ from one another: 0 for an empty one. */
export const spread = (page, selector) =>
  page.$eval(selector, (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let least = 255;
    let most = 0;
    for (let i = 3; i < data.length; i += 4) {
      least = Math.min(least, data[i]);
      most = Math.max(most, data[i]);
    }
    return most - least;
  });
