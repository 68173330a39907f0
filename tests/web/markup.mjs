// The Nu HTML Checker (vnu-jar) over all pages in one run: HTML, embedded SVG, and the style sheet.
import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';
import path from 'node:path';
import {finish, pages, site, test} from './site.mjs';

const jar = createRequire(import.meta.url)('vnu-jar');
const names = pages();
const files = [...names, 'style.css'].map((name) => path.join(site, name));
const run = spawnSync('java', ['-Xss4m', '-jar', jar.vnuJar ?? jar, '--also-check-css', '--format', 'json', '--stdout', '--exit-zero-always', ...files],
  {encoding: 'utf8', maxBuffer: 1 << 28});
if (run.error || run.status !== 0) {
  test('the checker ran', [run.error?.message ?? `exit code ${run.status}: ${run.stderr}`]);
} else {
  const {messages} = JSON.parse(run.stdout);
  const shown = (m) => `${path.relative(site, (m.url ?? '').replace('file:', ''))}:${m.lastLine}: ${m.message} ... ${m.extract ?? ''}`;
  const errors = messages.filter((m) => m.type !== 'info');
  const warnings = messages.filter((m) => m.subType === 'warning');
  test(`${names.length} pages and the style sheet: no error`, errors.map(shown));
  test(`${names.length} pages: no warning`, warnings.map(shown));
}
finish();
