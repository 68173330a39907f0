#!/bin/bash
# casemate gaps, gaps.html: what each document does about each threat, the same in text, JSON and on the page.
. "$(dirname "$0")/lib.sh"
PROFILE=$TOP/profiles/xmpp
export CASEMATE_DB=s.db
does 'a store' "$CM" init --profile "$PROFILE" --now $NOW
does 'the gaps' "$CM" gaps
cp "$out" text
does 'as data' "$CM" gaps --json
cp "$out" data.json
does 'of one threat' "$CM" gaps T-0001
is 'only' '1' "$(grep -c '^T-' "$out")"
fails 1 'no threat T-9999' 'an unknown threat' "$CM" gaps T-9999
fails 2 'one threat' 'two threats' "$CM" gaps T-0001 T-0002
cp -r "$PROFILE" accents && chmod -R u+w accents
sed -i 's/{id: partial, name: Partial,/{id: partial, name: "Ölig",/; s/{id: full, name: Full,/{id: full, name: "Äußerst",/' accents/sig.yaml
does 'names in another language' "$CM" --db accents.db init --profile accents --now $NOW
run "$CM" --db accents.db gaps --json
is 'are marked by whole letters, as few as tell them apart' 'N Ö Ä' "$(json "' '.join(s['mark'] for s in d['states'] if s['id'] in ('none', 'partial', 'full'))")"
does 'publish' "$CM" publish --to site --formats html,xml,json,text --now $NOW
is 'text, data and page agree, and with the files' '' "$(python3 - "$PROFILE" text data.json site <<'END'
import json, re, sys, html, os
profile, text, data, site = sys.argv[1:]
data, page = json.load(open(data)), json.load(open(site + '/gaps.json'))
try:
    import jsonschema
    jsonschema.validate(page, json.load(open(site + '/schema/gaps.schema.json')))
except ImportError:
    pass
for key in ('states', 'documents', 'threats'):
    if data[key] != page[key]:
        print('the page has other', key)
order = {s['id']: i for i, s in enumerate(data['states'])}
marks = {s['id']: s['mark'] for s in data['states']}
if len(set(marks.values())) != len(marks):
    print('marks', marks)
# From the files: the best `covers` of each document that responds.
said = {}
for name in os.listdir(profile + '/threats'):
    source = open(f'{profile}/threats/{name}').read()
    id = name[:6]
    best = {}
    for document, covers in re.findall(r'^  - \{reference: "?([A-Z]+[- ][0-9]+)[^,]*, covers: (\w+)', source, re.M):
        best[document] = max(best.get(document, -1), order[covers])
    said[id] = best
cells = {t['id']: t['cells'] for t in data['threats']}
if not any(said.values()):
    print('no response was found in the files')
for id, best in said.items():
    for document, state in best.items():
        if id in cells and order[cells[id].get(document, 'open')] != state:
            print(id, document, cells[id].get(document), state)
# The text.
spoken, id = {}, None
for line in open(text):
    if line.startswith('T-'):
        id = line[:6]
        spoken[id] = {}
    else:
        state, documents = line.strip().split(': ', 1)
        spoken[id].update({d: state for d in documents.split(', ')})
if spoken != cells:
    print('the text says something else')
# The page: every table with its heads; a cell says its mark in letters.
markup = open(site + '/gaps.html').read()
seen = {}
for table in re.findall(r'<table[^>]*class="gaps".*?</table>', markup, re.S):
    head, body = table.split('<tbody>')
    columns = [html.unescape(re.sub('<[^>]*>', '', c)).strip() for c in re.findall(r'<th scope="col">(.*?)</th>', head, re.S)][1:]
    if '<caption' not in table:
        print('no caption')
    for row in re.findall(r'<tr.*?</tr>', body, re.S):
        id = re.search(r'<th scope="row".*?(T-\d+)', row, re.S).group(1)
        got = [re.sub('<[^>]*>', '', c).strip() for c in re.findall(r'<td[^>]*>(.*?)</td>', row, re.S)]
        if len(got) != len(columns):
            print(id, len(got), len(columns))
        seen[id] = {c: g for c, g in zip(columns, got) if g}
if seen != {id: {d: marks[s] for d, s in c.items()} for id, c in cells.items()}:
    print('the page says something else', len(seen), len(cells))
END
)"

# The chapter of the analysis says the same by document, in every format.
is 'the chapter of the analysis agrees in every format' '' "$(python3 - data.json site <<'END'
import html, json, re, sys
data, site = json.load(open(sys.argv[1])), sys.argv[2]
names = {s['id']: s['name'] for s in data['states']}
best = data['states'][-1]['id']
want = {}
for t in data['threats']:
    for document, state in t['cells'].items():
        want.setdefault(document, {}).setdefault(names[state], []).append(t['id'])
short = {d for d, said in want.items() if set(said) == {names[best]}}
want = {d: said for d, said in want.items() if d not in short}

def read(cell):
    return {word: re.findall(r'T-\d+', ids) for word, ids in re.findall(r'\*{0,2}(\w+)\*{0,2}: ((?:\[?T-\d+\]?(?:, )?)+)', cell)}

def compare(what, got):
    if got != want:
        print(what, len(got), len(want), [d for d in want if got.get(d) != want[d]][:3])

def rows(markup):
    flat = lambda s: ' '.join(html.unescape(re.sub('<[^>]*>', '', s)).split())
    found = re.findall(r'<tr>\s*<t[hd][^>]*>((?:(?!</t[hd]>).)*)</t[hd]>\s*<td[^>]*>((?:(?!</td>).)*)</td>\s*</tr>', markup, re.S)
    return {flat(head): read(flat(body)) for head, body in found}

page = open(site + '/analysis.html').read()
table = page[page.index('id="gap-table"'):]
compare('html', rows(table[:table.index('</table>')]))
xml = open(site + '/analysis.xml').read()
part = xml[xml.index('anchor="gap-matrix"'):]
part = part[:part.index('</section1>')]
compare('xml', {d: r for d, r in rows(part).items() if r})
text = open(site + '/analysis.txt').read()
part = text[text.rindex('Documents that leave something open'):]
part = part[:part.index('What we did, what remains')]
got, document = {}, None
for line in part.splitlines():
    cells = [c.strip() for c in line.split('|')[1:-1]]
    if len(cells) == 2 and cells[0] != 'Document':
        document = cells[0] or document
        got[document] = (got.get(document, '') + ' ' + cells[1]).strip()
compare('text', {d: read(c) for d, c in got.items()})
def walk(x):
    if isinstance(x, dict):
        if x.get('anchor') == 'gap-table':
            yield x
        x = list(x.values())
    for y in x if isinstance(x, list) else []:
        yield from walk(y)
found = list(walk(json.load(open(site + '/analysis.json'))))
compare('json', {row[0]['text']: read(row[1]['text']) for table in found for row in table['rows'][1:]})
END
)"
run "$CM" lint site/analysis.xml
is 'and its XML keeps the rules' 0 $code

# A document that answers everything that it has to do with is named in one paragraph.
minimal p
sed -i 's/covers: partial/covers: full/' p/threats/G-0002*.md
does 'a group with a document without a gap' "$CM" publish --from p --to small --formats html,text --now $NOW
says 'names it in short' 'Documents that leave nothing open that is known:.*GATE-02' small/analysis.html
silent 'and not among the others' '<th scope="row"[^>]*><a[^>]*>GATE-02</a></th><td><strong>' small/analysis.html
says 'where those stand that leave something' '<th scope="row"[^>]*><a[^>]*>GATE-01</a></th><td><strong>Open' small/analysis.html
finish
