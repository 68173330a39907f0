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
does 'publish' "$CM" publish --to site --formats html,json --now $NOW
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
finish
