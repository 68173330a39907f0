// What the browser tests share: a server of the program on a free loopback port, Chromium, and TAP.
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {chromium} from 'playwright-core';

const top = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
export const casemate = process.env.CASEMATE ?? path.join(top, 'build/casemate');
export const site = process.env.CASEMATE_SITE ?? path.join(top, 'build/test-site');

/** Starts "casemate serve --site" on a free port; resolves to {url, stop}. */
export function serve() {
  return new Promise((resolve, reject) => {
    const child = spawn(casemate, ['serve', '--site', site, '--http', '127.0.0.1:0'], {stdio: ['ignore', 'pipe', 'inherit']});
    let said = '';
    const late = setTimeout(() => { child.kill(); reject(new Error('the server did not start within 20 s')); }, 20000);
    const ended = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)));
    child.once('error', reject);
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const url = said.match(/http:\/\/\S+?\/(?=[\s;,]|$)/m)?.[0];
      if (!url) return;
      clearTimeout(late);
      resolve({url, stop: async () => { child.kill('SIGTERM'); return ended; }});
    });
    ended.then((how) => { clearTimeout(late); reject(new Error(`the server ended: ${how}`)); });
  });
}

/** Debian's Chromium, without anything that would speak to a network. */
export function browser() {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath,
    args: [...root, '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-dev-shm-usage'],
  });
}

/** All pages of the site, as paths relative to it. */
export function pages(folder = site, below = '') {
  return readdirSync(path.join(folder, below)).sort().flatMap((name) => {
    const relative = path.posix.join(below, name);
    if (statSync(path.join(folder, relative)).isDirectory()) return pages(folder, relative);
    return name.endsWith('.html') ? [relative] : [];
  });
}

/** Bytes from which on a page is the whole register: axe-core takes half a minute for each look at it. */
const large = 1 << 20;

export function isLarge(name) {
  return statSync(path.join(site, name)).size >= large;
}

/** One page of each kind: all at the top, and one or two of each folder (those with an old edition count as a kind). */
export function kinds() {
  const all = pages();
  const some = (test, count) => all.filter(test).slice(0, count);
  return [...new Set([
    ...all.filter((p) => !p.includes('/')),
    ...all.filter((p) => p.endsWith('/index.html')),
    ...some((p) => p.startsWith('threats/'), 3),
    ...some((p) => p.startsWith('documents/'), 3),
    ...some((p) => p.startsWith('editions/') && !isLarge(p), 4),
  ])];
}

let count = 0;
let bad = 0;
export function test(name, faults) {
  count++;
  if (faults.length) bad++;
  console.log(`${faults.length ? 'not ok' : 'ok'} ${count} - ${name}`);
  for (const fault of faults.slice(0, 12)) console.log(`# ${String(fault).replaceAll('\n', ' ').slice(0, 600)}`);
}
export function finish() {
  console.log(`1..${count}`);
  process.exitCode = bad ? 1 : 0;
}
