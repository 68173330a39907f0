// Every kind of page in Chromium, at 320 and 1280 pixels, light and dark: nothing scrolls sideways, nothing fails, nothing is fetched from
// elsewhere, and axe-core finds nothing. CASEMATE_SHOTS=FOLDER keeps a picture of each.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {browser, finish, isLarge, kinds, pages, serve, test} from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.CASEMATE_SHOTS;
const long = process.env.LONG === '1';
const views = ['light', 'dark'].flatMap((colorScheme) => [320, 1280].map((width) => ({name: `${width} px, ${colorScheme}`, width, colorScheme})));

/** Elements that stick out of the page, when the page as a whole scrolls sideways. */
function overflow() {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const out = [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''}${e.className?.baseVal === undefined && e.className ? '.' + e.className : ''}`);
  return [`${wide} px too wide: ${out.slice(0, 5).join(', ')}`];
}

/** A large page is looked at in two of the views, which differ in width and scheme; in all of them in the long form. */
function viewsOf(name) {
  return long || !isLarge(name) ? views : views.filter((v) => (v.width === 320) === (v.colorScheme === 'dark'));
}

/** axe-core looks at each page in one of the views, so that pages in turn cover all of them; in the long form in all. */
function isForAxe(index, view) {
  return long || views.findIndex((v) => v.width === view.width && v.colorScheme === view.colorScheme) === index % views.length;
}

/** Looks at one page in each width and scheme; returns faults by kind, each with the view before it. */
async function look(page, url, name, index) {
  const faults = {overflow: [], console: [], external: [], axe: []};
  let view = '';
  const say = (kind, text) => faults[kind].push([view, `${name}: ${text}`]);
  const listeners = {
    console: (m) => { if (['error', 'warning'].includes(m.type())) say('console', m.text()); },
    pageerror: (e) => say('console', e.message),
    request: (r) => { if (!r.url().startsWith(url) && !r.url().startsWith('data:')) say('external', r.url()); },
    response: (r) => { if (r.status() >= 400) say('console', `${r.status()} ${r.url()}`); },
  };
  for (const [event, listener] of Object.entries(listeners)) page.on(event, listener);
  view = viewsOf(name)[0].name;
  await page.goto(url + name, {waitUntil: 'load'});
  for (const {name: now, width, colorScheme} of viewsOf(name)) {
    view = now;
    await page.setViewportSize({width, height: 800});
    await page.emulateMedia({colorScheme});
    for (const fault of await page.evaluate(overflow)) say('overflow', fault);
    const spared = isLarge(name) ? !long && view !== viewsOf(name)[0].name // axe-core needs half a minute for each
      : !isForAxe(index, {width, colorScheme});
    const violations = spared ? [] : await page.evaluate(async () => {
      const found = await globalThis.axe.run(document, {resultTypes: ['violations']});
      return found.violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.length} times, first ${v.nodes[0].target.join(' ')}: `
        + v.nodes[0].failureSummary);
    });
    for (const fault of violations) say('axe', fault);
    if (shots) await page.screenshot({path: `${shots}/${name.replaceAll('/', '_')}-${width}-${colorScheme}.png`, fullPage: true});
  }
  for (const [event, listener] of Object.entries(listeners)) page.off(event, listener);
  return faults;
}

const server = await serve();
const chromium = await browser();
try {
  const names = long ? pages() : kinds();
  const context = await chromium.newContext();
  await context.addInitScript({content: axe});
  const page = await context.newPage();
  const found = [];
  for (const [index, name] of names.entries()) found.push(await look(page, server.url, name, index));
  await context.close();
  const proofs = {
    overflow: 'nothing scrolls sideways', console: 'no error in the console', external: 'no request to elsewhere', axe: 'axe-core finds nothing',
  };
  for (const {name: view} of views) {
    for (const [kind, words] of Object.entries(proofs)) {
      const faults = found.flatMap((f) => f[kind]).filter(([where]) => where === view).map(([, text]) => text);
      test(`${names.length} pages, ${view}: ${words}`, faults);
    }
  }
  // The pages say all without scripts.
  const plain = await chromium.newContext({javaScriptEnabled: false});
  const bare = await plain.newPage();
  await bare.goto(server.url);
  test('without JavaScript the front page has its headings', (await bare.locator('h1, h2').count()) > 1 ? [] : ['too few headings']);
  await bare.keyboard.press('Tab');
  const first = await bare.evaluate(() => document.activeElement?.getAttribute('href') ?? '');
  test('the first stop of the Tab key is the skip link', first.startsWith('#') ? [] : [`it is ${first}`]);
  await bare.goto(`${server.url}no-such-page`);
  test('a page that does not exist is answered with words', (await bare.locator('h1').count()) === 1 ? [] : ['no h1']);
  await plain.close();
} finally {
  await chromium.close();
  const how = await server.stop();
  test('the server stops when asked', how === 0 ? [] : [`it ended with ${how}`]);
}
finish();
