// Every kind of page in Chromium, at 320 and 1280 pixels, light and dark: nothing scrolls sideways, nothing fails, nothing is fetched from
// elsewhere, and axe-core finds nothing. CASEMATE_SHOTS=FOLDER keeps a picture of each.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {browser, finish, kinds, pages, serve, test} from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const widths = [320, 1280];
const shots = process.env.CASEMATE_SHOTS;
const schemes = ['light', 'dark'];

/** Elements that stick out of the page, when the page as a whole scrolls sideways. */
function overflow() {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const out = [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''}${e.className?.baseVal === undefined && e.className ? '.' + e.className : ''}`);
  return [`${wide} px too wide: ${out.slice(0, 5).join(', ')}`];
}

async function look(page, url, name) {
  const faults = {overflow: [], console: [], external: [], axe: []};
  const onConsole = (m) => { if (['error', 'warning'].includes(m.type())) faults.console.push(`${name}: ${m.text()}`); };
  const onError = (e) => faults.console.push(`${name}: ${e.message}`);
  const onRequest = (r) => { if (!r.url().startsWith(url) && !r.url().startsWith('data:')) faults.external.push(`${name}: ${r.url()}`); };
  const onResponse = (r) => { if (r.status() >= 400) faults.console.push(`${name}: ${r.status()} ${r.url()}`); };
  page.on('console', onConsole).on('pageerror', onError).on('request', onRequest).on('response', onResponse);
  await page.goto(url + name, {waitUntil: 'load'});
  faults.overflow = (await page.evaluate(overflow)).map((f) => `${name}: ${f}`);
  const result = await page.evaluate(async () => {
    const {violations} = await globalThis.axe.run(document, {resultTypes: ['violations']});
    return violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.length} times, first ${v.nodes[0].target.join(' ')}: ${v.nodes[0].failureSummary}`);
  });
  faults.axe = result.map((f) => `${name}: ${f}`);
  page.off('console', onConsole).off('pageerror', onError).off('request', onRequest).off('response', onResponse);
  return faults;
}

const server = await serve();
const chromium = await browser();
try {
  const names = process.env.LONG === '1' ? pages() : kinds();
  for (const colorScheme of schemes) {
    for (const width of widths) {
      const context = await chromium.newContext({viewport: {width, height: 800}, colorScheme, bypassCSP: false});
      await context.addInitScript({content: axe});
      const page = await context.newPage();
      const found = [];
      for (const name of names) {
        found.push(await look(page, server.url, name));
        if (shots) await page.screenshot({path: `${shots}/${name.replaceAll('/', '_')}-${width}-${colorScheme}.png`, fullPage: true});
      }
      const all = (key) => found.flatMap((f) => f[key]);
      const where = `${names.length} pages, ${width} px, ${colorScheme}`;
      test(`${where}: nothing scrolls sideways`, all('overflow'));
      test(`${where}: no error in the console`, all('console'));
      test(`${where}: no request to elsewhere`, all('external'));
      test(`${where}: axe-core finds nothing`, all('axe'));
      await context.close();
    }
  }
  // The pages say all without scripts.
  const plain = await chromium.newContext({javaScriptEnabled: false, viewport: {width: 1280, height: 800}});
  const page = await plain.newPage();
  await page.goto(server.url);
  test('without JavaScript the front page has its headings', (await page.locator('h1, h2').count()) > 1 ? [] : ['too few headings']);
  await page.keyboard.press('Tab');
  await page.goto(`${server.url}no-such-page`);
  test('a page that does not exist is answered with words', (await page.locator('h1').count()) === 1 ? [] : ['no h1']);
  await plain.close();
} finally {
  await chromium.close();
  const how = await server.stop();
  test('the server stops when asked', how === 0 ? [] : [`it ended with ${how}`]);
}
finish();
