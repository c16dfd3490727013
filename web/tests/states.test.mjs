// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// States that a server rarely is in: empty, asking for a token, failing, busy, gone, very large.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { drawScene } from '../mock/scene.mjs';
import { startMock } from '../mock/server.mjs';
import { checkAccessibility, dropFiles, haveBrowser, launch, withPage } from './lib.mjs';

const QUESTION = { name: 'question.png', type: 'image/png', bytes: drawScene(7, 5, { shift: 8 }) };
const STATUS_NOISE = [/Failed to load resource: the server responded with a status of/];

describe('states of the page', { skip: !haveBrowser && 'no Chromium here' }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /** Opens the page of a mock server with these options. */
  async function onMock(options, use, context = {}) {
    const mock = await startMock(options);
    try {
      await withPage(browser, mock.url, context, (page) => use(page, mock));
    } finally {
      mock.close();
    }
  }
  const refused = { allow: STATUS_NOISE };

  it('says how to fill an empty collection', () =>
    onMock({ photos: 0, changeable: true }, async (page) => {
      await page.waitForSelector('text=The collection is empty');
      assert.match(await page.textContent('main'), /loci index PHOTOS --db DIR/);
      await checkAccessibility(page, 'the empty start');
      await page.click('text=Add photos here');
      await page.waitForSelector('button:has-text("Add photos")');
      await page.click('nav a:has-text("Places")');
      await page.waitForSelector('text=The collection is empty.');
    }));

  it('keeps addresses of photos and of their matches', () =>
    onMock(
      { photos: 40 },
      async (page, mock) => {
        await page.goto(`${mock.url}#/photo/21`);
        await page.waitForSelector('.matches li');
        await page.click('.matches li:first-child .match-picture');
        await page.waitForSelector('.pair .heat');
        await page.reload();
        await page.waitForSelector('.pair .heat');
        await page.click('.crumbs a');
        await page.waitForSelector('.matches li');
        assert.match(page.url(), /#\/photo\/21$/);
        await page.goto(`${mock.url}#/photo/4711`);
        await page.waitForSelector('.problem:has-text("No photo has the number 4711")');
        await page.goto(`${mock.url}#/match/3`);
        await page.reload();
        await page.waitForSelector('h1:has-text("Nothing is asked")');
      },
      refused,
    ));

  it('gives the reason of an unknown place', () =>
    onMock({ photos: 40 }, async (page) => {
      await dropFiles(page, [{ ...QUESTION, bytes: drawScene(900, 0) }]);
      await page.waitForSelector('.headline:has-text("Unknown place")');
      assert.match(await page.textContent('.reason'), /merely the most alike/);
      assert.equal(await page.locator('.position').count(), 0);
      await checkAccessibility(page, 'an unknown place');
    }));

  it('knows a place without positions, and says so', () =>
    onMock({ photos: 40, noPositions: true }, async (page) => {
      await dropFiles(page, [QUESTION]);
      await page.waitForSelector('.headline:has-text("Known place")');
      assert.match(await page.textContent('.reason'), /none of its photos carries a position/);
    }));

  it('takes a pasted photo and a chosen one', () =>
    onMock({ photos: 40 }, async (page) => {
      await page.evaluate((base64) => {
        const data = new DataTransfer();
        data.items.add(
          new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'image.png', { type: 'image/png' }),
        );
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
      }, QUESTION.bytes.toString('base64'));
      await page.waitForSelector('.matches li');
      await page.setInputFiles('input[type=file]', {
        name: 'chosen.png',
        mimeType: 'image/png',
        buffer: drawScene(3, 6),
      });
      await page.waitForSelector('.query .name:has-text("chosen.png")');
      await page.waitForSelector('.results:not(.waiting) .matches li');
    }));

  it('repeats what the server says of a file that is no photo, and takes the next one', () =>
    onMock(
      { photos: 40 },
      async (page) => {
        await dropFiles(page, [{ name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('no photo at all') }]);
        await page.waitForSelector('.problem:has-text("not a photo the server can read")');
        assert.match(await page.textContent('.problem'), /The body is not an image/);
        await checkAccessibility(page, 'a refusal');
        await dropFiles(page, [QUESTION]);
        await page.waitForSelector('.matches li');
        assert.equal(await page.locator('.problem').count(), 0);
      },
      refused,
    ));

  it('does not send a file that is larger than the server takes', () =>
    onMock({ photos: 40 }, async (page) => {
      let sent = 0;
      page.on('request', (r) => {
        if (r.method() === 'POST') sent++;
      });
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(21 * 2 ** 20)], 'huge.jpg', { type: 'image/jpeg' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
      });
      await page.waitForSelector('.problem:has-text("too large")');
      assert.match(await page.textContent('.problem'), /21 MB; the server takes at most 20 MB/);
      assert.equal(sent, 0);
    }));

  it('waits while the server is busy and asks again by itself', () =>
    onMock(
      { photos: 40 },
      async (page, mock) => {
        mock.options.fail = 'Busy';
        mock.options.failMessage = '32 photos are waiting already; come back in 2 s';
        await dropFiles(page, [QUESTION]);
        await page.waitForSelector('.problem:has-text("The server is busy")');
        mock.options.fail = null;
        await page.waitForSelector('.matches li');
      },
      refused,
    ));

  it('says when the server is gone, and comes back with it', () =>
    onMock(
      { photos: 40 },
      async (page, mock) => {
        await page.route('**/v1/query**', (route) => route.abort());
        await dropFiles(page, [QUESTION]);
        await page.waitForSelector('.problem:has-text("No answer from the server")');
        assert.match(await page.textContent('.problem'), /`?loci serve`? is still running/);
        await page.unroute('**/v1/query**');
        await page.click('button:has-text("Try again")');
        await page.waitForSelector('.matches li');
        assert.ok(mock.url);
      },
      { allow: [/net::ERR_FAILED/] },
    ));

  it('shows a failing catalogue with its remedy everywhere', () =>
    onMock(
      { photos: 40, fail: 'Io' },
      async (page) => {
        await page.waitForSelector('.problem:has-text("The collection cannot be shown")');
        assert.match(await page.textContent('.problem'), /loci verify --db DIR/);
        for (const section of ['Places', 'Photos']) {
          await page.click(`nav a:has-text("${section}")`);
          await page.waitForSelector(`h1:has-text("${section}")`);
          await page.waitForSelector('.problem:has-text("disk I/O error")');
        }
      },
      refused,
    ));

  it('asks for the token, refuses a wrong one, and shows pictures with the right one', () =>
    onMock(
      { photos: 40, token: 'sesame-4711-sesame' },
      async (page) => {
        await page.waitForSelector('dialog:has-text("asks for a token")');
        await checkAccessibility(page, 'the question for a token');
        await page.fill('dialog input[type=password]', 'wrong');
        await page.keyboard.press('Enter');
        await page.waitForSelector('dialog [role=alert]');
        await page.fill('dialog input[type=password]', 'sesame-4711-sesame');
        await page.keyboard.press('Enter');
        await page.waitForSelector('dialog', { state: 'detached' });
        await page.waitForFunction(() => document.querySelector('.examples img')?.naturalWidth > 0);
        await page.reload();
        await page.waitForFunction(() => document.querySelector('.examples img')?.naturalWidth > 0);
        assert.equal(await page.locator('dialog').count(), 0, 'the token is kept for this session');
        assert.equal(await page.evaluate(() => localStorage.getItem('loci_token')), null, 'and not beyond');
      },
      refused,
    ));

  it('goes on without a token where none is given', () =>
    onMock(
      { photos: 40, token: 'sesame-4711-sesame' },
      async (page) => {
        await page.waitForSelector('dialog');
        await page.keyboard.press('Escape');
        await page.waitForSelector('.problem:has-text("asks for a token")');
      },
      refused,
    ));

  it('shows how far the grouping is, then the groups', () =>
    onMock({ photos: 40, groupingMs: 1500 }, async (page) => {
      await page.click('nav a:has-text("Places")');
      await page.waitForSelector('.grouping progress');
      await checkAccessibility(page, 'the running grouping');
      await page.waitForSelector('.group-tile');
    }));

  it('adds photos and forgets one, where the server allows it', () =>
    onMock(
      { photos: 12, changeable: true },
      async (page, mock) => {
        await page.click('nav a:has-text("Photos")');
        await page.waitForSelector('.photo-tile');
        await dropFiles(page, [
          { ...QUESTION, name: 'new one.png' },
          { name: 'broken.jpg', type: 'image/jpeg', bytes: Buffer.from('not really') },
        ]);
        await page.waitForSelector('.uploads .is-added');
        await page.waitForSelector('.uploads .is-failed:has-text("not an image")');
        assert.equal(mock.photos.length, 13);
        await page.waitForSelector('.photo-tile:has-text("new one.png")');
        await page.click('[aria-label="Forget new one.png"]');
        await page.waitForSelector('dialog:has-text("Forget this photo?")');
        await checkAccessibility(page, 'the question before forgetting');
        await page.keyboard.press('Escape');
        assert.equal(mock.photos.length, 13, 'Escape keeps the photo');
        await page.click('[aria-label="Forget new one.png"]');
        await page.click('dialog button:has-text("Forget it")');
        await page.waitForSelector('.photo-tile:has-text("new one.png")', { state: 'detached' });
        assert.equal(mock.photos.length, 12);
      },
      refused,
    ));

  it('offers no changes where the server allows none', () =>
    onMock({ photos: 12 }, async (page) => {
      await page.click('nav a:has-text("Photos")');
      await page.waitForSelector('.photo-tile');
      assert.equal(await page.locator('.forget, button:has-text("Add photos")').count(), 0);
      assert.match(await page.textContent('main'), /started for looking only/);
    }));

  it('asks outside only for tiles, and only of the server that was named', async () => {
    const asked = [];
    const tile = drawScene(1, 0, { width: 256, height: 256 });
    const tiles = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(200, { 'Content-Type': 'image/png' }).end(tile);
    });
    await new Promise((done) => tiles.listen(0, '127.0.0.1', done));
    const origin = `http://127.0.0.1:${tiles.address().port}`;
    try {
      await onMock(
        { photos: 40, tileUrl: `${origin}/{z}/{x}/{y}.png`, tileCredit: '© somebody' },
        async (page) => {
          await page.waitForFunction(() => document.querySelector('.map-note').textContent.includes('© somebody'));
          while (asked.length < 4) await page.waitForTimeout(50);
          assert.ok(
            asked.every((u) => /^\/\d+\/\d+\/\d+\.png$/.test(u)),
            asked.join(' '),
          );
          await page.uncheck('.map-tiles input');
          const before = asked.length;
          await page.click('[aria-label="Zoom in"]');
          await page.waitForTimeout(300);
          assert.equal(asked.length, before, 'tiles that are switched off are not fetched');
        },
        { outside: [new RegExp(`^${origin}/`)] },
      );
    } finally {
      tiles.close();
    }
  });

  it('shows ten thousand photos on the map, and comes down to a single spot', () =>
    onMock({ photos: 10_000 }, async (page) => {
      await page.reload();
      const start = Date.now();
      await page.waitForFunction(() =>
        /^Map of 10,000|^Map of 9,\d{3}/.test(document.querySelector('.map-frame')?.getAttribute('aria-label') ?? ''),
      );
      const ready = Date.now() - start;
      console.log(`    10,000 photos on the map ${ready} ms after the page was there`);
      await page.focus('.map-frame');
      for (let i = 0; i < 20 && !(await page.locator('.picked').count()); i++) {
        await page.keyboard.press('Enter');
        await page.waitForTimeout(50);
      }
      await page.waitForSelector('.picked img');
      await page.keyboard.press('Escape');
      await page.waitForSelector('.picked', { state: 'detached' });
      assert.equal(
        await page.evaluate(() => document.activeElement.className),
        'map-frame',
        'the focus goes back to the map',
      );
    }));
});
