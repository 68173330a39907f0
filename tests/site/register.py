#!/usr/bin/env python3
"""Is the register of a group complete, and no entry another one in other words? Prints TAP.

    tests/site/register.py PROFILE SITE

PROFILE is the folder, SITE what was published of it. What threats cite is read from the text of their files here, without the program,
so that the two can be held against each other. Each failure says what is missing.
"""
import glob
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from pages import Tap

CASEMATE = os.environ.get('CASEMATE', os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../build/casemate'))
LIVE = ('Active', 'Stable', 'Draft', 'Final', 'Experimental', 'Proposed')
MORE = ('RFC 6120', 'RFC 6121', 'RFC 7395', 'RFC 7590', 'RFC 7622', 'RFC 7712')
# Of two texts: shared words by all words, and by the words of the shorter one.
NAMES, ABSTRACTS, TREES = (0.75, 1.1), (0.5, 0.75), (0.5, 0.5)
PRIORITY_ONE, PRIORITY, RATING = 0.12, 0.40, 0.60
LOST = 4  # documents of which the only citation is taken out
STOP = set('''a an and are as at be because been but by can do does for from has have he her his if in into is it its may more most no not of
on one only or other others out over she so some such than that the their them then there these they this those through to under up was
were what when where which who whose will with without would'''.split())
IDENTIFIER = re.compile(r'(?<![A-Za-z0-9/#@._=&?%-])(?:XEP-(\d{4})|RFC[ \n]+(\d{1,5})|(T-\d{4,9}))(?![A-Za-z0-9_])')


def table(path):
    with open(path, encoding='utf-8') as f:
        lines = f.read().split('\n')
    header = lines[0].split('\t')
    return [dict(zip(header, line.split('\t'))) for line in lines[1:] if line]


class Threat:
    """A file as text: what it is called, what it names, the words of its abstract, the labels of its tree."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding='utf-8') as f:
            self.text = f.read()
        front, body = re.match(r'---\n(.*?)^---\n(.*)', self.text, re.S | re.M).groups()
        self.id = re.search(r'^id: (\S+)', front, re.M)[1]
        self.name = re.search(r'^name: (.*)', front, re.M)[1].strip('"\'')
        self.abstract = words(section(body, 'Abstract'))
        tree = re.search(r'^```attack-tree\n(.*?)^```', body, re.S | re.M)
        self.labels = labels(tree[1]) if tree else set()
        # Code and comments are no citations; the tree and its comments are.
        body = re.sub(r'^<!--.*?-->[ ]*$', '', body, flags=re.S | re.M)
        body = re.sub(r'^```(?!attack-tree).*?^```', '', body, flags=re.S | re.M)
        body = re.sub(r'^```(attack-tree)?$', '', body, flags=re.M)
        body = re.sub(r'(`+)[^`]+\1', '', body)
        front = re.sub(r'^(id|related|into|proposed):.*\n', '', front, flags=re.M)
        found = [identifier(m) for m in IDENTIFIER.finditer(front + '\n\n' + body)]
        self.documents = {i for i in found if not i.startswith('T-')}
        self.threats = {i for i in found if i.startswith('T-')} | set(re.findall(r'T-\d{4,9}', self.text))


def identifier(m):
    return f'XEP-{m[1]}' if m[1] else f'RFC {m[2]}' if m[2] else m[3]


def section(body, title):
    m = re.search(rf'^## {title}\n(.*?)(?=^## |\Z)', body, re.S | re.M)
    return m[1] if m else ''


def words(text):
    return {w for w in re.findall(r'[a-z0-9]+', text.lower()) if w not in STOP and len(w) > 2}


def labels(outline):
    """Labels of steps, gates and countermeasures without marker, id, values, comment, case and punctuation."""
    found = set()
    for line in outline.split('\n'):
        line = re.sub(r'(^|\s);.*', '', line).strip(' -*>' if not line.strip().startswith('->') else ' ')
        if not line or line.startswith(('->', '=')):
            continue
        line = re.sub(r'\s+\[[^\]]*\]$', '', re.sub(r'^[!?]\s*', '', line))
        line = re.sub(r'^#[a-z0-9-]+\s+', '', re.sub(r'^(OR|AND|SAND|\d+ OF)\s+', '', line))
        found.add(' '.join(re.findall(r'[a-z0-9]+', line.lower())))
    return found


def alike(threats, what, limits):
    """Pairs that share too much of a set; and how near the nearest pair is."""
    faults, nearest = [], (0, 0, '')
    for a, b in itertools.combinations(threats, 2):
        x, y = what(a), what(b)
        if not x or not y:
            continue
        shared = len(x & y)
        of_all, of_less = shared / len(x | y), shared / min(len(x), len(y))
        nearest = max(nearest, (of_all, of_less, f'{a.id} and {b.id}'))
        if of_all > limits[0] or of_less > limits[1]:
            faults.append(f'{a.id} and {b.id} share {shared} of {len(x)} and {len(y)}: {", ".join(sorted(x & y))[:200]}')
    return faults, nearest


def same(threats, what):
    seen, faults = {}, []
    for t in threats:
        key = what(t)
        if key and key in seen:
            faults.append(f'{seen[key]} and {t.id}: {key}')
        seen.setdefault(key, t.id)
    return faults


def check_rows(tap, rows, required, references, citing):
    missing = [f'no row for {i} ({references[i]["title"]})' for i in required if i not in rows]
    tap.test(f'coverage.tsv has a row for each of {len(required)} documents', missing)
    faults = []
    for i, row in rows.items():
        want = ' '.join(citing.get(i, [])) or '-'
        if row['threats'] != want:
            faults.append(f'{i}: the row says {row["threats"]}, the threats say {want}')
        if (row['result'] == 'cited') != (want != '-'):
            faults.append(f'{i} is {row["result"]}, and cited by {want}')
    tap.test(f'{len(rows)} rows agree with the threats', faults)
    print('# results: ' + ', '.join(f'{sum(r["result"] == k for r in rows.values())} {k}' for k in ('cited', 'nothing-new', 'unread', 'left-out')))


def check_read(tap, rows, required, references):
    def was_read(row):
        return row['result'] in ('cited', 'nothing-new') and (row['version'] != '-' or not references[row['id']]['version'])
    unread = [rows[i] for i in required if i in rows and rows[i]['result'] != 'left-out' and not was_read(rows[i])]
    tap.test('every live document with substantive security considerations was read',
             [f'{r["id"]} is {r["result"]}, version {r["version"]}' for r in unread if r['considerations'] == 'substantive'])
    print(f'# not read as a whole: {len(unread)}' + (': ' + ', '.join(r['id'] for r in unread)[:400] if unread else ''))


def check_lost(tap, profile, rows, threats, citing):
    """Removes the only citation of some documents from copies of the profile."""
    once = [i for i, by in sorted(citing.items()) if len(by) == 1 and i.startswith('XEP-') and i in rows]
    by_id = {t.id: t for t in threats}
    for document in once[:: max(1, len(once) // LOST)][:LOST]:
        threat = by_id[citing[document][0]]
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(profile, os.path.join(folder, 'p'))
            text = re.sub(rf'{document}(?!\d)( v[0-9][\w.-]*)?( §[\w.-]*\w)?', 'RFC 6120', threat.text)
            with open(os.path.join(copy, 'threats', os.path.basename(threat.path)), 'w', encoding='utf-8') as f:
                f.write(text)
            ran = subprocess.run([CASEMATE, 'check', copy], capture_output=True, text=True)
        told = [line for line in ran.stderr.split('\n') if 'coverage.tsv:' in line and threat.id in line and document in line]
        tap.test(f'without its citation in {threat.id}, check misses {document}',
                 [] if ran.returncode == 1 and told else [f'exit code {ran.returncode}: {ran.stderr[:300]}'])


def share(tap, name, counts, total, limit, of=None):
    faults = []
    for key, count in sorted(counts.items()):
        print(f'# {name} {key}: {count} of {total} ({100 * count / total:.0f} %)')
        if (of is None or key == of) and count > limit * total:
            faults.append(f'{name} {key}: {count} of {total} are {100 * count / total:.1f} %, at most {100 * limit:.0f} %; '
                          f'{count - int(limit * total)} too many')
    return faults


def check_shares(tap, register):
    active = [t for t in register['threats'] if not next(s for s in register['stages'] if s['id'] == t['stage'])['end']]

    def count(of):
        found = {}
        for t in active:
            found[of(t)] = found.get(of(t), 0) + 1
        return found
    priorities = count(lambda t: t.get('priority') or 0)
    tap.test('every threat has a priority', [t['id'] for t in active if not t.get('priority')])
    faults = share(tap, 'priority', priorities, len(active), PRIORITY)
    tap.test(f'no priority has more than {100 * PRIORITY:.0f} % of the threats', faults)
    ones = priorities.get(1, 0)
    tap.test(f'priority 1 has at most {100 * PRIORITY_ONE:.0f} %',
             [f'{ones} of {len(active)}; {ones - int(PRIORITY_ONE * len(active))} too many'] if ones > PRIORITY_ONE * len(active) else [])
    for factor in ('likelihood', 'damage'):
        counts = count(lambda t: (t.get(factor) or {}).get('rating', 'none'))
        faults = share(tap, factor, counts, len(active), RATING)
        tap.test(f'no rating of {factor} has more than {100 * RATING:.0f} %', faults)


def main():
    profile, site = sys.argv[1:3]
    tap = Tap()
    references = {r['id']: r for r in table(os.path.join(profile, 'references.tsv'))}
    rows = {r['id']: r for r in table(os.path.join(profile, 'coverage.tsv'))}
    threats = [Threat(p) for p in sorted(glob.glob(os.path.join(profile, 'threats', '*.md')))]
    citing = {}
    for t in threats:
        for i in t.documents:
            citing.setdefault(i, []).append(t.id)
    required = [i for i, r in references.items() if (i.startswith('XEP-') and r['status'] in LIVE) or i in MORE]

    check_rows(tap, rows, required, references, citing)
    check_read(tap, rows, required, references)
    known = {t.id for t in threats}
    tap.test('every reference resolves',
             [f'{t.id} names {i}, which is not in references.tsv' for t in threats for i in sorted(t.documents - set(references))] +
             [f'{t.id} names {i}, which does not exist' for t in threats for i in sorted(t.threats - known)] +
             [f'{i} has no address' for i in sorted(citing) if i in references and not references[i]['url'].startswith('http')])
    with open(os.path.join(site, 'register.json'), encoding='utf-8') as f:
        register = json.load(f)
    by_id = {t.id: t for t in threats}
    tap.test('the site names the same citations',
             [f'{t["id"]}: {sorted(set(t["references"]) ^ by_id[t["id"]].documents)}' for t in register['threats']
              if set(t['references']) != by_id[t['id']].documents])

    tap.test('no two threats share a name', same(threats, lambda t: t.name.casefold()))
    for what, of, limits in (('name', lambda t: words(t.name), NAMES), ('abstract', lambda t: t.abstract, ABSTRACTS),
                             ('tree', lambda t: t.labels, TREES)):
        faults, nearest = alike(threats, of, limits)
        tap.test(f'no {what} is nearly that of another threat', faults)
        print(f'# nearest: {nearest[2]}, {100 * nearest[0]:.0f} % of all, {100 * nearest[1]:.0f} % of the shorter')
    check_shares(tap, register)
    check_lost(tap, profile, rows, threats, citing)
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
