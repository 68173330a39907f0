#!/usr/bin/env python3
"""Do all formats carry the same facts? Prints TAP.

    tests/site/facts.py SITE

Takes the facts of every threat (id, name, stage, likelihood, damage, priority, references, and all others of the list of facts) from
the analysis in HTML, XML, text and PDF (by pdftotext), from its JSON, from the pages and files of the single threats, and from the
register in JSON and CSV, and compares them. HTML bridges words for people and identifiers for programs: each value has both.
"""
import csv
import json
import os
import re
import shutil
import subprocess
import sys

from pages import Tap, read_tree

CHECKED = ['id', 'name', 'stage', 'likelihood', 'damage', 'priority', 'references']


def split(text):
    """"A; B, C" as a list. Names with commas inside are split too, but the same way in every format."""
    return [part for part in re.split(r'\s*[;,]\s*', ' '.join(text.split())) if part]


class Facts:
    """Of one threat: shown (label -> words) and data (key -> identifiers); either may be empty."""

    def __init__(self):
        self.shown, self.data = {}, {}


def from_html_list(dl):
    out = Facts()
    labels = {}
    for group in dl.find('div'):
        key = group.attrs.get('data-key')
        if not key:
            continue
        values = list(group.find('data'))
        label = next(group.find('dt')).text()
        labels[label] = key
        out.data[key] = [v.attrs.get('value', '') for v in values]
        out.shown[label] = split(';'.join(v.text() for v in group.find('dd')))
    return out, labels


def from_html(path):
    """id -> Facts of each <dl class="facts"> with data-key; and label -> key."""
    found, labels = {}, {}
    for dl in read_tree(path).find('dl'):
        facts, names = from_html_list(dl)
        if 'id' in facts.data:
            found[facts.data['id'][0]] = facts
            labels.update(names)
    return found, labels


def from_xml(path, labels):
    found = {}
    for dl in read_tree(path).find('dl'):
        facts = Facts()
        for item in dl.find('di'):
            facts.shown[next(item.find('dt')).text()] = split(next(item.find('dd')).text(without=('note',)))
        if first_label(labels) in facts.shown:
            found[facts.shown[first_label(labels)][0]] = facts
    return found


def first_label(labels):
    return next(label for label, key in labels.items() if key == 'id')


def from_lines(lines, labels, skip):
    """Facts from lines "Label: value" or "Label   value", whose continuation lines are indented."""
    found, facts, label = {}, None, None
    pattern = re.compile(r'^\s*(' + '|'.join(re.escape(k) for k in sorted(labels, key=len, reverse=True)) + r')(?::\s|\s{2,})\s*(.*)$')
    raw = {}

    def finish():
        if facts is not None and raw:
            for key, text in raw.items():
                facts.shown[key] = split(text)
            found[facts.shown[first_label(labels)][0]] = facts

    for line in lines:
        match = pattern.match(line)
        if match and match.group(1) == first_label(labels):
            finish()
            facts, raw = Facts(), {}
        if facts is None or skip(line):
            continue
        if match and match.group(1) not in raw:
            label = match.group(1)
            raw[label] = match.group(2)
        elif label and line.strip() and len(raw) < len(labels):
            raw[label] += ' ' + line.strip()
        elif not line.strip() and len(raw) >= 3 and labels.get(label) in LAST:
            label = None
    finish()
    return found


LAST = ('proposed', 'into', 'related', 'reason')


def from_text(path, labels):
    with open(path, encoding='utf-8') as f:
        return from_lines(f.read().split('\n'), labels, lambda line: False)


def from_pdf(path, labels, title):
    text = subprocess.run(['pdftotext', '-layout', '-enc', 'UTF-8', path, '-'], capture_output=True, check=True).stdout.decode('utf-8')

    def skip(line):
        return '\f' in line or line.strip().startswith((title, 'Working draft', 'Version '))

    return from_lines(text.replace('\f', '\n\f').split('\n'), labels, skip)


def from_json_threat(threat):
    """The members of a threat in the analysis' JSON and in register.json, as lists under the keys of the facts."""
    out = Facts()

    def ids(value):
        value = value if isinstance(value, list) else [value]
        return [v.get('text') or v.get('reference') or v.get('rating') or v.get('id') if isinstance(v, dict) else str(v)
                for v in value if v is not None]

    for key, value in threat.items():
        if key == 'draft':
            out.data[key] = ['yes' if value else 'no']
        elif key in ('areas', 'stride', 'affects', 'responses', 'references', 'id', 'name', 'stage', 'confirmed', 'level',
                     'likelihood', 'damage', 'priority'):
            out.data[key] = ids(value)
    return out


def from_json(path):
    with open(path, encoding='utf-8') as f:
        return {t['id']: from_json_threat(t) for t in json.load(f)['threats']}


def from_threat_json(path):
    with open(path, encoding='utf-8') as f:
        d = json.load(f)
    out = Facts()
    out.data = {k: v if isinstance(v, list) else [str(v)] for k, v in d['facts'].items()} if 'facts' in d else from_json_threat(d).data
    return out


def from_csv(path):
    found = {}
    with open(path, encoding='utf-8', newline='') as f:
        for row in csv.DictReader(f):
            out = Facts()
            out.data = {k: v.split('; ') if v else [] for k, v in row.items()}
            out.data['name'] = [row['name']]
            found[row['id']] = out
    return found


def same_data(base, other, keys):
    for ident in sorted(set(base) | set(other)):
        if ident not in base or ident not in other:
            yield f'{ident} is missing'
            continue
        for key in keys:
            mine, its = base[ident].data.get(key, []), other[ident].data.get(key, [])
            if key in other[ident].data or mine:
                if mine != its:
                    yield f'{ident} {key}: {mine} in HTML, {its} here'


def same_shown(base, other):
    for ident in sorted(set(base) | set(other)):
        if ident not in base or ident not in other:
            yield f'{ident} is missing'
            continue
        for label, words in base[ident].shown.items():
            its = other[ident].shown.get(label)
            # A line may be broken inside a word of several parts: blanks do not count.
            if its is None or [w.replace(' ', '') for w in its] != [w.replace(' ', '') for w in words]:
                yield f'{ident} {label}: {words} in HTML, {its} here'


# ---- what the attack trees say: the same sentences and tables everywhere ----

def squeezed(text):
    """Without blanks: lines are broken at different places, and words in cells too."""
    return ''.join(text.split())


def sayings(path):
    """id -> what the section "What the attack tree says" of each threat says: paragraphs, items, cells."""
    found = {}
    for section in read_tree(path).find('section'):
        ident = section.attrs.get('id', '')
        if re.fullmatch(r'[A-Z]+-[0-9]+-analysis', ident):
            pieces = [p.text() for p in section.find('p')] + [li.text(without=('ul', 'ol')) for li in section.find('li')]
            pieces += [c.text() for t in section.find('table') for c in list(t.find('td')) + list(t.find('th'))]
            found[ident[:-len('-analysis')]] = [p for p in pieces if p.strip()]
    return found


def flat_json(value):
    if isinstance(value, dict):
        return ' '.join(flat_json(v) for k, v in value.items() if k not in ('inlines', 'threats'))
    if isinstance(value, list):
        return ' '.join(flat_json(v) for v in value)
    return value if isinstance(value, str) else ''


def lacking(said, text):
    text = squeezed(text)
    for ident, pieces in said.items():
        for piece in pieces:
            if squeezed(piece) not in text:
                yield f'{ident}: "{piece[:100]}" is not there'


def figures(path, said):
    """The register's figures are those of the sentences."""
    with open(path, encoding='utf-8') as f:
        threats = {t['id']: t for t in json.load(f)['threats']}
    for ident, pieces in said.items():
        analysis = threats[ident].get('analysis')
        if not analysis:
            yield f'{ident} has no analysis'
            continue
        count = analysis['minimal_attacks']
        words = {'0': 'No set of steps', '1': 'One minimal attack'}.get(count, f'{int(count):,} minimal attacks')
        if not pieces[0].startswith(words):
            yield f'{ident}: {count} minimal attacks, and the page says "{pieces[0][:60]}"'
        if analysis['probability'] is not None and re.sub('e-0*', 'e-', f"{analysis['probability']:.3g}") not in pieces[1]:
            yield f"{ident}: probability {analysis['probability']}, and the page says \"{pieces[1][:80]}\""
        if (analysis['probability'] is None) != ('cannot be said' in pieces[1]):
            yield f'{ident}: the page is silent about what is missing'


def same_analysis(tap, at):
    said = sayings(at('analysis.html'))
    if not said:
        tap.test('attack trees', [], skip='no threat has one')
        return
    tap.test(f'{len(said)} attack trees: their pages say the same',
             [f'{i} differs' for i in said if sayings(at('threats', i + '.html')).get(i) != said[i]])
    tap.test('attack trees in analysis.xml', lacking(said, read_tree(at('analysis.xml')).text()))
    with open(at('analysis.txt'), encoding='utf-8') as f:
        sentences = {i: [p for p in pieces if p.endswith('.')] for i, pieces in said.items()}
        tap.test('attack trees in analysis.txt', lacking(sentences, f.read()))
    with open(at('analysis.json'), encoding='utf-8') as f:
        tap.test('attack trees in analysis.json', lacking(said, flat_json(json.load(f))))
    for name in ('analysis.json', 'register.json'):
        tap.test(f'attack trees as data in {name}', figures(at(name), said))


def main():
    site = sys.argv[1]
    tap = Tap()
    at = lambda *name: os.path.join(site, *name)
    base, labels = from_html(at('analysis.html'))
    title = next(read_tree(at('analysis.html')).find('h1')).text()
    keys = sorted(set(labels.values()))
    tap.test(f'analysis.html: {len(base)} threats with their facts',
             [] if base and set(CHECKED) <= set(keys) else [f'threats {sorted(base)}, keys {keys}'])
    tap.test('analysis.xml', same_shown(base, from_xml(at('analysis.xml'), labels)))
    tap.test('analysis.txt', same_shown(base, from_text(at('analysis.txt'), labels)))
    if not os.path.exists(at('analysis.pdf')):
        tap.test('analysis.pdf', [], skip='not published: no PDF renderer')
    elif not shutil.which('pdftotext'):
        tap.test('analysis.pdf', [], skip='pdftotext is not installed')
    else:
        tap.test('analysis.pdf', same_shown(base, from_pdf(at('analysis.pdf'), labels, title)))
    tap.test('analysis.json', same_data(base, from_json(at('analysis.json')), CHECKED))
    tap.test('register.json', same_data(base, from_json(at('register.json')), CHECKED))
    tap.test('register.csv', same_data(base, from_csv(at('register.csv')), [k for k in keys if k not in ('into', 'related')]))
    pages, texts = {}, {}
    for ident in base:
        pages.update(from_html(at('threats', ident + '.html'))[0])
        texts[ident] = from_threat_json(at('threats', ident + '.json'))
    tap.test('threats/*.html', list(same_shown(base, pages)) + list(same_data(base, pages, keys)))
    tap.test('threats/*.json', same_data(base, texts, keys))
    same_analysis(tap, at)
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
