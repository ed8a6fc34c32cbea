import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, describeWith, pathOf } from '../../../hil/runtime/foreign-program.contract.ts';
import { errorRecord, failRecord, hostileRecord, inconclusiveRecord, passRecord } from '../../example-records.contract.ts';
import type { RunRecord } from '../../record.ts';
import { htmlWriter } from './report-page.ts';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
];
const PHONE = { viewport: { width: 390, height: 800 } };
const examples: [string, () => RunRecord][] = [
  ['pass', passRecord], ['fail', failRecord], ['inconclusive', inconclusiveRecord], ['error', errorRecord], ['hostile', hostileRecord],
];

describe('the bytes of report.html', () => {
  test('are the same for the same record', () => {
    expect(Buffer.from(htmlWriter.render(failRecord())).equals(Buffer.from(htmlWriter.render(failRecord())))).toBe(true);
  });

  test('stay below 1 MB for 20 series of 500 points', () => {
    const points = Array.from({ length: 500 }, (_none, index): [number, number] => [index * 90.37, 1e6 * Math.abs(Math.sin(index * 1.7))]);
    const one = { unit: 'ms', points };
    const series = Array.from({ length: 20 }, (_none, index) => ({ ...one, plot: `plot ${index % 5}`, label: `series ${index}` }));
    expect(htmlWriter.render({ ...passRecord(), series }).length).toBeLessThan(1_000_000);
  });

  test.each(examples)('name no address to fetch from (%s)', (name, make) => {
    const text = new TextDecoder().decode(htmlWriter.render(make()));
    if (name !== 'hostile') expect(text).not.toMatch(/(?:src|href|action)="(?!#|data:)/u);
    expect(text).not.toMatch(/@import|url\(/u);
  });

  test('a record without checks, series, faults and processes is still a page', () => {
    const bare = { ...errorRecord(), checks: [], series: [], faults: [], phases: [], processes: [] };
    const text = new TextDecoder().decode(htmlWriter.render(bare));
    expect(text).toContain('No check was judged');
    expect(text).toContain('no series to plot');
  });
});

describeWith([CHROMIUM], 'report.html in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: pathOf(CHROMIUM), args: ARGUMENTS });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  test.each(examples)('%s: no error, no request, no horizontal scroll on a phone, and no script of others runs', async (_name, make) => {
    await withPage(browser, make(), PHONE, async (page, problems) => {
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
      expect(await page.title()).toContain(make().verdict.toUpperCase());
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.locator('.verdict-word').innerText()).toBe(make().verdict.toUpperCase());
      expect(problems).toEqual([]);
    });
  });

  test('a script that slipped through would be refused by the policy of the page', async () => {
    await withPage(browser, passRecord(), {}, async (page, problems) => {
      expect(await page.locator('meta[http-equiv]').getAttribute('content')).toContain("default-src 'none'");
      await page.evaluate(`{
        const script = document.createElement('script');
        script.textContent = 'window.owned = true';
        document.body.append(script);
      }`);
      expect(await page.evaluate('window.owned')).toBe(undefined);
      expect(problems.join()).toContain('Content Security Policy');
    });
  });

  test.each(['light', 'dark'] as const)('the button leaves the %s theme of the system and comes back', async (colorScheme) => {
    await withPage(browser, passRecord(), { colorScheme }, async (page) => {
      const ground = async (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const first = await ground();
      await page.locator('#theme').click();
      expect(await ground()).not.toBe(first);
      await page.locator('#theme').click();
      expect(await ground()).toBe(first);
    });
  });

  test('the replay command can be copied, and the button says so', async () => {
    await withPage(browser, passRecord(), { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await page.locator('#copy').click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      await page.locator('#filter').focus();
      await page.keyboard.press('Control+V');
      expect(await page.locator('#filter').inputValue()).toBe(passRecord().replayCommand);
    });
  });

  test('the filter keeps what matches: a word of a check, a device in a finding, nothing', async () => {
    await withPage(browser, failRecord(), {}, async (page) => {
      const count = async (selector: string): Promise<number> => page.locator(`${selector}:visible`).count();
      const shown = async (): Promise<number[]> => [await count('[data-check]'), await count('[data-finding]')];
      expect(await shown()).toEqual([8, 38]);
      await page.locator('#filter').fill('uplink.dropped');
      expect(await shown()).toEqual([1, 1]);
      await page.locator('#filter').fill('pumps-15/');
      expect((await shown())[0]).toBe(1);
      expect((await shown())[1]).toBeLessThan(10);
      expect(await page.locator('#filter-count').innerText()).toMatch(/^1 of 8 checks, \d findings?$/u);
      await page.locator('#filter').fill('no such thing');
      expect(await shown()).toEqual([0, 0]);
      expect(await page.locator('#no-match').isVisible()).toBe(true);
      await page.locator('#filter').fill('');
      expect(await shown()).toEqual([8, 38]);
    });
  });

  test('the reading line gives the values of every plot, and says where there are none', async () => {
    await withPage(browser, passRecord(), {}, async (page, problems) => {
      const readings = async (): Promise<string[]> => page.locator('.reading').allInnerTexts();
      const atRest = await readings();
      await page.locator('.plot').first().scrollIntoViewIfNeeded();
      const axis = await page.locator('.plot svg').first().boundingBox();
      if (axis === null) throw new Error('the axis is not drawn');
      await page.mouse.move(axis.x + (axis.width * 20_000) / 45_212, axis.y + 5);
      expect(await page.locator('.reading-time').innerText()).toMatch(/^(?:19\.9|20\.0)\d s +disrupt +F1$/u);
      const during = await readings();
      expect(during[5]).toMatch(/^2,0\d\d messages$/u);
      expect(during.filter((text) => text === 'no data')).toHaveLength(1);
      expect(during[1]).toBe('0 messages/s');
      await page.mouse.move(axis.x + (axis.width * 10_000) / 45_212, axis.y + 5);
      expect((await readings())[5]).toBe('0 messages');
      await page.mouse.move(2, 2);
      expect(await readings()).toEqual(atRest);
      expect(problems).toEqual([]);
    });
  });

  test('the arrow keys move the reading line, and the time of a finding sets it', async () => {
    await withPage(browser, failRecord(), {}, async (page) => {
      await page.locator('#chart').focus();
      await page.keyboard.press('End');
      expect(await page.locator('.reading-time').innerText()).toContain('45.21 s');
      await page.keyboard.press('Escape');
      expect(await page.locator('.reading-line').isVisible()).toBe(false);
      await page.locator('.findings [data-at]').first().click();
      expect(await page.locator('.reading-time').innerText()).toMatch(/^15\.06 s +disrupt +F1$/u);
    });
  });

  test('without script everything is there to read, and no dead control is shown', async () => {
    await withPage(browser, failRecord(), { ...PHONE, javaScriptEnabled: false }, async (page, problems) => {
      expect(await page.locator('[data-check]:visible').count()).toBe(8);
      expect(await page.locator('[data-finding]').first().isVisible()).toBe(true);
      expect(await page.locator('.plot path.line').count()).toBe(10);
      expect(await page.locator('button:visible, input:visible').count()).toBe(0);
      expect(problems).toEqual([]);
    });
  });

  test('prints light, with all evidence open and nothing cut off', async () => {
    await withPage(browser, failRecord(), { colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      expect(await page.locator('[data-finding]').last().isVisible()).toBe(true);
      const allShown = `[...document.querySelectorAll('.scroll')].every((box) => box.scrollHeight <= box.clientHeight + 1)`;
      expect(await page.evaluate(allShown)).toBe(true);
    });
  });

  test('many faults share rows, and the page still fits a phone', async () => {
    const [fault] = passRecord().faults;
    if (fault === undefined) throw new Error('the example has faults');
    const faults = Array.from({ length: 60 }, (_none, index) => {
      const at = 600 * index;
      return { ...fault, id: `reset@line#${index}`, on: `line ${index % 3}`, startMs: at, endMs: at + 200, plannedStartMs: at };
    });
    await withPage(browser, { ...passRecord(), faults }, PHONE, async (page, problems) => {
      expect(await page.locator('.track').count()).toBe(3);
      expect(await page.locator('.bars rect').count()).toBe(60);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
      expect(problems).toEqual([]);
    });
  });

  test('every table and picture has a name for those who cannot see it', async () => {
    await withPage(browser, failRecord(), {}, async (page) => {
      expect(await page.getByRole('img').count()).toBe(5);
      expect(await page.getByRole('img', { name: 'Latency' }).count()).toBe(1);
      expect(await page.getByRole('columnheader', { name: 'Verdict' }).count()).toBe(1);
      expect(await page.getByRole('rowheader', { name: /^telemetry\.complete/u }).count()).toBe(1);
    });
  });
});

/** Opens the page from a file and hands over what went wrong: console messages, uncaught errors, requests beyond the file. */
async function withPage(
  browser: Browser,
  record: RunRecord,
  options: BrowserContextOptions,
  use: (page: Page, problems: string[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-page-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, htmlWriter.render(record));
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href && !request.url().startsWith('data:')) problems.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await use(page, problems);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true });
  }
}
