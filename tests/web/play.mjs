// A whole play in four browsers: a newcomer joins, proposes a threat and rates it; an editor works it out; a leader opens and closes the round, publishes
// an edition and calls for consensus on it; an objection is answered; the decision stands on the threat's page. Nothing is done but by what stands on
// the pages. With scripts and without. On every page: no error in the console, nothing from elsewhere, and axe-core finds nothing; at the end the Nu
// HTML Checker looks at all of them. CASEMATE_SHOTS=FOLDER keeps a picture of each page, at three widths, light and dark.
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {browser, casemate, finish, test} from './site.mjs';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.CASEMATE_SHOTS;
const top = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const work = mkdtempSync(path.join(os.tmpdir(), 'casemate-play.'));
const db = path.join(work, 's.db');
const env = {...process.env, CASEMATE_DB: db, XDG_CACHE_HOME: path.join(work, 'cache')};
const threat = 'G-0004';

const run = (...args) => execFileSync(casemate, args, {env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

/** The group of profiles/minimal in the mode for about three people, with the roles of profiles/xmpp, and a mailing list from which log-ins come. */
function makeStore() {
  rmSync(db, {force: true});
  for (const more of ['-wal', '-shm']) rmSync(db + more, {force: true});
  const sig = path.join(work, 'sig');
  rmSync(sig, {recursive: true, force: true});
  cpSync(path.join(top, 'profiles/minimal'), sig, {recursive: true});
  const part = (text, from) => text.slice(text.indexOf(from) + 1).split('\n\n')[0];
  const minimal = readFileSync(path.join(sig, 'sig.yaml'), 'utf8');
  const roles = part(readFileSync(path.join(top, 'profiles/xmpp/sig.yaml'), 'utf8'), '\nroles:\n');
  writeFileSync(path.join(sig, 'sig.yaml'), minimal.slice(0, minimal.indexOf('\nroles:\n') + 1) + roles + '\n');
  const process = path.join(sig, 'process.md');
  writeFileSync(process, readFileSync(process, 'utf8').replace('mode: author', 'mode: small'));
  run('init', '--profile', sig, '--now', '2026-11-20');
  for (const name of ['Ada', 'Eda', 'Lea']) run('member', 'add', name, '--mail', `${name.toLowerCase()}@example.org`, '--now', '2026-11-20');
  run('role', 'give', 'Ada', 'moderator', '--now', '2026-11-20');
  run('role', 'give', 'Eda', 'editor', '--now', '2026-11-20');
  run('role', 'give', 'Lea', 'leader', '--until', '2027-12-31', '--mark', 'Keeper', '--now', '2026-11-20');
  run('list', 'new', 'gate', '--address', 'gate@example.org', '--title', 'The gate', '--now', '2026-11-20');
}

let server;
let port = 0;

/** Serves the store under a day; the browsers stay. */
async function serve(day) {
  await stop();
  server = spawn(casemate, ['serve', '--http', `127.0.0.1:${port}`, '--now', day, '--tick', '0', '--without-pdf'], {env, stdio: ['ignore', 'pipe', 'inherit']});
  await new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`the server did not start: ${said}`)), 60000);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    server.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/[^\s/:]+:(\d+)\//);
      if (!found) return;
      port = Number(found[1]);
      clearTimeout(late);
      resolve();
    });
  });
}

async function stop() {
  if (!server) return;
  const gone = new Promise((done) => { server.removeAllListeners('exit'); server.once('exit', done); });
  server.kill('SIGTERM');
  await gone;
  server = undefined;
}

const url = (where) => `http://localhost:${port}${where}`;

/** The newest log-in link that was mailed to an address. */
async function mailedLink(address) {
  const ask = `import sqlite3, sys
for data, in sqlite3.connect(sys.argv[1]).execute("SELECT o.bytes FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE d.recipient = ? ORDER BY o.id DESC LIMIT 1", (sys.argv[2],)):
    print(data.decode())`;
  for (let i = 0; i < 100; i++) {
    const link = execFileSync('python3', ['-c', ask, db, address], {encoding: 'utf8'}).match(/\/login\/[a-z2-7]+/);
    if (link) return link[0];
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`no link came to ${address}`);
}

// ---- pages that are looked at ----

const seen = new Map(); // title of a page of ours -> its markup
const faults = {console: [], external: [], axe: [], overflow: []};
let scripts = true;

async function look(page) {
  const title = await page.title();
  const where = `${new URL(page.url()).pathname} (${title})`;
  const key = `${scripts} ${await page.evaluate(() => document.querySelector('h1')?.textContent.replace(/[A-Z]-\d+/g, 'X')) ?? title}`;
  if (seen.has(key) || (!scripts && !shots)) return;
  seen.set(key, await page.content());
  for (const [width, colorScheme] of [[320, 'dark'], [768, 'light'], [1280, 'light'], [1280, 'dark']]) {
    await page.setViewportSize({width, height: 800});
    await page.emulateMedia({colorScheme});
    if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) faults.overflow.push(`${where} at ${width} px`);
    const turn = seen.size % 2 === 0 ? width === 320 : width === 1280 && colorScheme === 'light'; // axe-core looks once at each
    if (scripts && turn) {
      await page.evaluate(axe);
      const found = await page.evaluate(async () => (await globalThis.axe.run(document, {resultTypes: ['violations']})).violations
        .map((v) => `${v.id}: ${v.nodes[0].target.join(' ')}: ${v.nodes[0].failureSummary}`));
      faults.axe.push(...found.map((text) => `${where} at ${width} px, ${colorScheme}: ${text}`));
    }
    if (shots) await page.screenshot({path: `${shots}/play-${key.replace(/[^A-Za-z0-9]+/g, '_')}-${width}-${colorScheme}.png`, fullPage: true});
  }
  await page.setViewportSize({width: 1280, height: 800});
  await page.emulateMedia({colorScheme: 'light'});
}

/** Somebody with a browser of their own. */
class Person {
  static async come(chromium, name) {
    const person = new Person();
    person.name = name;
    person.context = await chromium.newContext({javaScriptEnabled: scripts, viewport: {width: 1280, height: 800}, bypassCSP: false});
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(10000);
    const say = (kind, text) => faults[kind].push(`${name}: ${text}`);
    person.page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !/status of 4\d\d/.test(m.text())) say('console', m.text()); });
    person.page.on('pageerror', (e) => say('console', e.message));
    person.page.on('request', (r) => { if (!r.url().startsWith(url('/')) && !r.url().startsWith('data:')) say('external', r.url()); });
    return person;
  }

  async open(where) {
    await this.page.goto(url(where));
    await look(this.page);
  }

  async follow(text) {
    await this.page.getByRole('link', {name: text}).first().click();
    await this.page.waitForLoadState();
    await look(this.page);
  }

  async press(text) {
    await this.page.locator('main').getByRole('button', {name: text, exact: true}).click();
    await this.page.waitForLoadState();
    await look(this.page);
  }

  async fill(values) {
    for (const [label, value] of Object.entries(values)) await this.page.locator('main').getByLabel(label, {exact: true}).first().fill(value);
  }

  async choose(...labels) {
    for (const label of labels) await this.page.locator('main label.choice').filter({hasText: label}).first().click();
  }

  async reads(text) {
    const body = await this.page.textContent('main');
    if (!body.includes(text)) throw new Error(`${this.name} does not read "${text}" on ${this.page.url()}: ${body.replace(/\s+/g, ' ').slice(0, 900)}`);
  }

  /** The site shows an act in a moment. */
  async sees(where, text) {
    for (let i = 0; i < 300; i++) {
      const answer = await this.page.goto(url(where));
      if (answer.status() === 200 && (await this.page.textContent('main')).includes(text)) {
        await look(this.page);
        return;
      }
      await new Promise((done) => setTimeout(done, 200));
    }
    throw new Error(`${this.name} does not see "${text}" on ${where}`);
  }

  async logIn(address, name) {
    await this.open('/index.html');
    await this.follow('Log in');
    await this.fill({'Mail address': address});
    await this.press('Send me a link');
    await this.open(await mailedLink(address));
    if (name) await this.fill({Name: name});
    await this.press(name ? 'Join and log in' : 'Log in');
  }

  async estimate(likelihood, damage, reason) {
    await this.open('/account');
    await this.follow('your estimates in round R-1');
    await this.follow('Your estimate');
    await this.choose(likelihood, damage);
    await this.fill({Reason: reason});
    await this.press('Give this estimate');
    await this.reads('(you answered)');
  }

  async editText(field, text) {
    await this.sees(`/threats/${threat}.html`, 'Gate opened by a toy');
    await this.follow(`Edit ${threat}`);
    await this.follow(field);
    await this.page.getByLabel(field, {exact: true}).fill(text);
    await this.press('Preview');
    await this.press('Save');
    await this.reads('It is event');
  }
}

const tree = `A toy sends every code that there is.

\`\`\`attack-tree
Open the gate with a toy
  AND Try every code
    Get a toy that sends on the gate's frequency [p=0.9 cost=30]
    Stand near the gate for an hour [p=0.5]
      ! Neighbours who ask [stops=0.5 deployed=0.8]
  Play back an opening [p=0.1]
\`\`\`
`;

async function play(chromium) {
  makeStore();
  await serve('2026-11-22');
  const [nora, ada, eda, lea] = await Promise.all(['Nora', 'Ada', 'Eda', 'Lea'].map((name) => Person.come(chromium, name)));
  await nora.logIn('nora@example.net', 'Nora New');
  for (const [person, address] of [[ada, 'ada@example.org'], [eda, 'eda@example.org'], [lea, 'lea@example.org']]) await person.logIn(address);

  await nora.follow('Propose a threat');
  await nora.fill({Name: 'Gate opened by a toy', Abstract: 'A child holds a toy radio to the gate and tries all codes. The gate opens for anybody after an hour.'});
  await nora.choose('Opening the gate');
  await nora.press('Propose');
  if (await nora.page.getByRole('button', {name: 'It is none of these: propose it'}).count()) await nora.press('It is none of these: propose it');
  await nora.reads('threat.propose');

  // It is discussed: a first post waits for a moderator.
  await nora.sees(`/threats/${threat}.html`, 'Gate opened by a toy');
  await nora.follow(`Discuss ${threat}`);
  await nora.fill({Subject: 'A toy', Text: 'It was a red one, and it took the child half an hour.'});
  await nora.press('Preview');
  await nora.reads('It was a red one');
  await nora.press('Send');
  await ada.open('/account');
  await ada.follow('Posts that wait for a moderator');
  await ada.follow('P-1');
  await ada.reads('It was a red one');
  await ada.choose('approve');
  await ada.press('Decide');
  await lea.sees(`/threats/${threat}.html`, 'A toy');
  await lea.follow('A toy');
  await lea.reads('It was a red one');

  await eda.editText('What happens', tree);
  await eda.sees(`/threats/${threat}.html`, 'Stand near the gate for an hour');
  await eda.follow(`Edit ${threat}`);
  await eda.follow('Properties');
  await eda.choose('This gate or that phone has it', 'Anyone in the street', 'What phone and gate say', 'Sends, jams or changes');
  await eda.press('Save');
  await eda.reads('It is event');

  await lea.sees(`/threats/${threat}.html`, 'Stranger');
  await lea.follow(`Act on ${threat}`);
  await lea.follow('Open a round of estimates');
  await lea.press('Open a round of estimates');
  await lea.reads('round.open R-1');

  await nora.estimate('Any passer-by could', 'The garden stands open', 'I saw a child do it.');
  await ada.estimate('Takes a member', 'The garden stands open', 'It takes an hour.');
  await lea.open('/rounds/R-1');
  if ((await lea.page.textContent('main')).includes('I saw a child')) throw new Error('an open estimate is shown');
  await lea.follow('Close a round');
  await lea.press('Close a round');
  await lea.reads('takes estimates until the end of 2026-11-29'); // refused: it is not over

  await serve('2026-11-30');
  await lea.open('/account');
  await lea.follow('round R-1');
  await lea.press('Close a round');
  await lea.reads('round.close');
  await ada.sees(`/threats/${threat}.html`, 'I saw a child do it.');

  for (const person of [nora, eda]) await person.open('/account'); // a session ends after 14 days without use
  await serve('2026-12-08');
  await eda.sees(`/threats/${threat}.html`, 'Gate opened by a toy');
  await eda.follow(`Edit ${threat}`);
  await eda.follow('Properties');
  await eda.page.getByLabel('Document', {exact: true}).first().fill('GATE-02 v1.0 §2');
  await eda.page.locator('fieldset.row').first().locator('label.choice').filter({hasText: 'Helps against some ways'}).click();
  await eda.page.getByLabel('How', {exact: true}).first().fill('codes are changed every night');
  await eda.press('Save');
  await eda.editText('What to do', 'Nothing for now: codes change every night, and an hour is long.');
  for (const stage of ['Rated', 'Answered']) {
    await eda.open(`/acts?threat=${threat}`);
    await eda.follow('Move to a later stage');
    await eda.choose(stage);
    await eda.press('Move to a later stage');
    await eda.reads('threat.advance');
  }

  await lea.open('/acts');
  await lea.follow('Publish an edition');
  await lea.choose('analysis', 'substantive', 'Without PDF');
  await lea.fill({'What changed': 'The first edition'});
  await lea.press('Publish an edition');
  await lea.reads('edition.new');
  await lea.open('/calls');
  await lea.follow('Call for consensus');
  await lea.fill({About: 'analysis', Edition: '0.1', Question: 'Is this what we advise?'});
  await lea.press('Call for consensus');
  await lea.reads('call.open');

  await nora.open('/account');
  await nora.follow('your position in call C-1');
  await nora.follow('Take a position');
  await nora.choose('I am against it');
  await nora.fill({Reason: 'An hour is not long for a child.'});
  await nora.press('Take this position');
  await ada.open('/calls/C-1');
  await ada.reads('An hour is not long for a child.');
  await lea.open('/calls/C-1');
  await lea.follow('Answer an objection');
  await lea.fill({Answer: 'The neighbours ask; see the tree.'});
  await lea.press('Answer an objection');

  await serve('2026-12-18');
  await lea.open('/account');
  await lea.follow('call C-1');
  await lea.choose('accepted');
  await lea.fill({Judgement: 'One objection, answered; nobody else is against it.'});
  await lea.press('Close a call');
  await lea.reads('call.close');
  await lea.open(`/acts?threat=${threat}`);
  await lea.follow('Move to a later stage');
  await lea.press('Move to a later stage');
  await lea.reads('threat.advance');
  await ada.sees('/calls/C-1', 'Decision D-1');
  await ada.sees(`/threats/${threat}.html`, 'One objection, answered');
  await ada.sees('/analysis.html', 'Gate opened by a toy');
  for (const where of ['/record', '/record/5', '/people', '/register?group=stage', '/calls', '/rounds', '/search?q=hour', '/account/tokens', '/account/security', '/compare/analysis/0.1/0.1'])
    await nora.open(where);
  await nora.open('/account');
  await nora.press('Log out');
  await Promise.all([nora, ada, eda, lea].map((p) => p.context.close()));
  await stop();
  const stage = JSON.parse(run('threat', 'show', threat, '--json', '--now', '2026-12-18')).confirmed;
  if (stage !== 'reviewed') throw new Error(`the threat is ${stage}`);
  run('record', 'verify');
}

/** The Nu HTML Checker over all pages that were seen. */
function checkMarkup() {
  const jar = require('vnu-jar');
  const folder = path.join(work, 'pages');
  mkdirSync(folder);
  const names = [...seen.keys()].map((key, i) => {
    const file = path.join(folder, `${i}.html`);
    writeFileSync(file, seen.get(key));
    return file;
  });
  const out = spawnSync('java', ['-Xss4m', '-jar', jar.vnuJar ?? jar, '--format', 'json', '--stdout', '--exit-zero-always', ...names], {encoding: 'utf8', maxBuffer: 1 << 28});
  if (out.error || out.status !== 0) return [out.error?.message ?? out.stderr];
  return JSON.parse(out.stdout).messages.filter((m) => m.type !== 'info' || m.subType === 'warning')
    .map((m) => `${[...seen.keys()][Number(path.basename(m.url, '.html'))]}: ${m.message} ... ${m.extract ?? ''}`);
}

const chromium = await browser();
try {
  for (scripts of [true, false]) {
    const name = `the play ${scripts ? 'with' : 'without'} scripts`;
    try {
      await play(chromium);
      test(name, []);
    } catch (e) {
      test(name, [e.stack ?? e, e.stderr ?? '']);
    }
  }
  for (const [kind, words] of Object.entries({console: 'no error in the console', external: 'no request to elsewhere', axe: 'axe-core finds nothing', overflow: 'nothing scrolls sideways'}))
    test(`${seen.size} pages: ${words}`, faults[kind]);
  test(`${seen.size} pages: the HTML checker finds nothing`, checkMarkup());
} finally {
  await chromium.close();
  await stop();
  rmSync(work, {recursive: true, force: true});
}
finish();
