#!/bin/bash
# coverage.tsv: which documents were looked at; check, fmt, casemate coverage, stores, merging, and what the site says.
. "$(dirname "$0")/lib.sh"
G1=threats/G-0001-recorded-opening.md
G2=threats/G-0002-former-member.md
F="--formats html,xml,json,text"
T=$(printf '\t')

covered() { # a copy of minimal at $1 with a reading list and the table that goes with it
    minimal "$1"
    printf '%s\n' 'reading_list: {series: [{prefix: "GATE-", statuses: [Current]}], also: [RFC 3552, RFC 4086]}' >> "$1/sig.yaml"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' id version result threats considerations note \
        GATE-01 1.0 cited 'G-0001 G-0003' thin 'says nothing of a lost phone' \
        GATE-02 1.0 cited G-0002 none '' \
        'RFC 3552' - nothing-new - substantive '' \
        'RFC 4086' - cited G-0001 substantive 'as G-0001 says' > "$1/coverage.tsv"
}

# Checking and formatting.
covered s
does 'a folder with coverage' "$CM" check s
does 'in normal form' "$CM" fmt --check s
row() { sed -i "s/^$1$T.*/$1$T$2/" s/coverage.tsv; }
row 'RFC 3552' "-${T}unread$T-$T-$T"
row GATE-02 "2.0${T}citd${T}G-0001${T}nome$T"
sed -i '/^GATE-01/d' s/coverage.tsv
tail -1 s/coverage.tsv >> s/coverage.tsv
fails 1 '' 'faults' "$CM" check s
for fault in 'coverage.tsv:2:1: error: there is no row for GATE-01' 'coverage.tsv:2:13: error: unknown word for the result: "citd"; expected cited' \
    'coverage.tsv:2:25: error: unknown word for the considerations: "nome"; expected none' 'coverage.tsv:5:1: error: RFC 4086 stands twice'; do
    says "in one run: ${fault#*error: }" "$fault" "$err"
done
covered s
{ head -1 s/coverage.tsv; tail -n +2 s/coverage.tsv | sort -r | sed 's/G-0001 G-0003/ G-0003  G-0001 /; s/\t-\t/\t\t/'; } > t && mv t s/coverage.tsv
fails 1 'stands behind' 'rows out of order are a fault' "$CM" check s
does 'fmt' "$CM" fmt s
covered u
same 'brings them back' s u

# The only citation of a document, taken out of a threat.
sed -i 's/GATE-02/GATE-01/g' s/$G2
sed -i 's/GATE-01 v1.0/GATE-01 v1.2/' s/$G2
fails 1 'coverage.tsv:3:[0-9]+: error: G-0002 does not cite GATE-02, nor does any other threat' 'a lost citation is a fault' "$CM" check s
fails 1 'G-0002 does not cite GATE-02' 'which --write does not decide' "$CM" coverage s --write
says 'it does the rest' "^GATE-01${T}1.0${T}cited${T}G-0001 G-0002 G-0003" s/coverage.tsv
says 'and leaves that row' "^GATE-02${T}1.0${T}cited${T}G-0002" s/coverage.tsv

# The command.
covered s
does 'coverage' "$CM" coverage s
says 'counts results' '^4 documents: 3 cited, 1 with nothing new, 0 unread, 0 left out$'
says 'and considerations' '^security considerations: 2 substantive, 1 thin, 1 none, 0 not looked at$'
says 'and names what is to be read again' '^to be read again: GATE-01 \(1.0 read, 1.2 now\)$'
does 'coverage --json' "$CM" coverage s --json
is 'the same as JSON' "4 3 1 {'substantive': 2, 'thin': 1, 'none': 1, 'not_looked_at': 0} [{'id': 'GATE-01', 'read': '1.0', 'present': '1.2'}] []" \
    "$(json '" ".join(str(x) for x in (d["documents"], d["results"]["cited"], d["results"]["nothing-new"], d["considerations"], d["again"], d["unread"]))')"
does '--write with nothing to do' "$CM" coverage s --write
is 'says nothing' '' "$(cat "$out")"
printf '\nAs RFC 3552 says.\n' >> s/$G2
fails 1 'RFC 3552 is .nothing-new., but G-0002 cites it' 'a new citation is a fault of the row' "$CM" check s
fails 1 'RFC 3552' 'and of its folder' "$CM" coverage s
does '--write' "$CM" coverage s --write
says 'says what became cited' 'RFC 3552 is cited now; it was nothing-new'
does 'and all is well' "$CM" check s
row 'RFC 3552' "-${T}left-out$T-${T}substantive${T}known by heart"
fails 1 'RFC 3552 is .left-out., but G-0002 cites it' '--write decides nothing' "$CM" coverage s --write
row 'RFC 3552' "-${T}unread$T-$T-$T"
does '--write --json' "$CM" coverage s --write --json
is 'has what became cited' "[{'document': 'RFC 3552', 'was': 'unread'}]" "$(json 'd["cited"]')"
sed -i 's/^level: .*/level: moon/' s/$G1
cp s/coverage.tsv before
fails 1 'left as it is: other files have faults' '--write beside other faults' "$CM" coverage s --write
same 'changes nothing' before s/coverage.tsv
minimal m
does 'a folder without coverage' "$CM" coverage m
says 'says so' 'no coverage.tsv'
fails 1 'there is no m/coverage.tsv' '--write without a file' "$CM" coverage m --write
fails 2 'wants a folder' '--write without a folder' "$CM" coverage --write

# Stores carry it as they carry references.tsv.
covered s
export CASEMATE_DB=s.db
does 'init' "$CM" init --profile s --now $NOW
does 'export' "$CM" export e
same 'the same bytes' s/coverage.tsv e/coverage.tsv
does 'publish --from' "$CM" publish --from s --to a --now $NOW $F
does 'publish' "$CM" publish --to b --now $NOW $F
same 'the same bytes' a b
does 'coverage of the store' "$CM" coverage
says 'is that of the folder' '^4 documents: 3 cited'
does 'an edit that cites another document' "$CM" threat edit G-0002 --set 'affects=[GATE-02 §2, RFC 3552 §4]' --as rosa --now $NOW
says 'says that its row became cited' 'coverage.tsv: RFC 3552 is cited now; it was nothing-new'
"$CM" export e2 >/dev/null
is 'the event has the file and the row' "['coverage.tsv', 'threats/G-0002-former-member.md'] [{'document': 'RFC 3552', 'was': 'nothing-new'}]" \
    "$(tail -1 e2/record.jsonl | python3 -c 'import json, sys
event = json.loads(sys.stdin.read())
payload = event["payload"] if isinstance(event["payload"], dict) else json.loads(event["payload"])
print(sorted(f["path"] for f in payload["files"]), payload["cited"])')"
does 'the store verifies' "$CM" record verify
says 'the row is brought up to date' "^RFC 3552${T}-${T}cited${T}G-0002${T}substantive" e2/coverage.tsv
does 'the export has no fault' "$CM" check e2
fails 1 'G-0002 does not cite GATE-02' 'an edit that loses the only citation is refused' \
    "$CM" threat edit G-0002 --set 'affects=[]' --set 'responses=[{reference: RFC 8446, covers: partial, how: "over TLS"}]'
"$CM" export e3 >/dev/null
same 'and changes nothing' e2 e3
sqlite3 s.db "UPDATE file SET text = replace(text, 'thin', 'none') WHERE path = 'coverage.tsv'" 2>/dev/null ||
    python3 -c "import sqlite3; c = sqlite3.connect('s.db'); c.execute(\"UPDATE file SET text = replace(text, 'thin', 'none') WHERE path = 'coverage.tsv'\"); c.commit()"
fails 1 'coverage.tsv' 'a change past the record is found' "$CM" record verify

# Merging: the store cites, the folder reads.
rm -f s.db*
covered s
row 'RFC 3552' "-${T}unread$T-$T-$T"
"$CM" init --profile s --now $NOW >/dev/null
"$CM" threat edit G-0002 --set 'affects=[GATE-02 §2, RFC 3552 §4]' --now $NOW >/dev/null
row 'RFC 3552' "-${T}nothing-new$T-${T}substantive${T}read at last"
row GATE-01 "1.2${T}cited${T}G-0001 G-0003${T}thin$T"
does 'import of what was read meanwhile' "$CM" import s --now $NOW
"$CM" export e4 >/dev/null
says 'both are kept' "^RFC 3552${T}-${T}cited${T}G-0002${T}substantive${T}read at last" e4/coverage.tsv
says 'other rows are taken' "^GATE-01${T}1.2${T}cited${T}G-0001 G-0003" e4/coverage.tsv
does 'the store verifies' "$CM" record verify
does 'threat withdraw' "$CM" threat merge G-0002 --into G-0001 --reason 'the same' --now $NOW
"$CM" export e5 >/dev/null
says 'a threat that ended cites as it did' "^GATE-02${T}1.0${T}cited${T}G-0002" e5/coverage.tsv
does 'and is published' "$CM" publish --to b --now $NOW $F
says 'with its end' 'href="threats/G-0002.html">G-0002</a> \(Merged' b/coverage.html

# The site.
rm -rf a b
covered s
does 'publish' "$CM" publish --from s --to a --now $NOW $F
for id in gate-01 gate-02 rfc-3552 rfc-4086; do says "$id has an address" "<tr id=\"$id\">" a/coverage.html; done
says 'and a permanent link' 'href="#gate-01" aria-label="Permanent link to GATE-01"' a/coverage.html
says 'the result names the threats' 'cited by <a class="threat" href="threats/G-0001.html">' a/coverage.html
says 'a note has links' 'as <a class="threat" href="threats/G-0001.html">' a/coverage.html
says 'it is found from the front page' 'href="coverage.html"' a/index.html
says 'and from the documents' 'href="../coverage.html"' a/documents/index.html
says 'the page of a document says its row' 'Version 1.0 was read; the present one, 1.2, is to be read again' a/documents/GATE-01.html
says 'with what the document says itself' 'Its own security considerations are thin' a/documents/GATE-01.html
says 'and links to it' 'href="../coverage.html#gate-01"' a/documents/GATE-01.html
is 'all say the same' '' "$(python3 - s a <<'END'
import csv, json, re, sys
profile, site = sys.argv[1:]
rows = [l.rstrip('\n').split('\t') for l in open(profile + '/coverage.tsv')][1:]
data = json.load(open(site + '/coverage.json'))
table = list(csv.DictReader(open(site + '/coverage.csv', newline='')))
text = ' '.join(open(site + '/analysis.txt').read().split())
documents = json.load(open(site + '/documents.json'))
try:
    import jsonschema
    jsonschema.validate(data, json.load(open(site + '/schema/coverage.schema.json')))
except ImportError:
    pass
for row, d, t in zip(rows, data['documents'], table, strict=True):
    want = [row[0], row[1].replace('-', ''), row[2], row[3].replace('-', '', 1) if row[3] == '-' else row[3], row[4].replace('-', ''), row[5]]
    if [d['id'], d['version'] or '', d['result'], ' '.join(d['threats']), d['considerations'] or '', d['note']] != want:
        print('json', d)
    if [t['id'], t['version'], t['result'], t['threats'].replace(';', ''), t['considerations'], t['note']] != want:
        print('csv', t)
    if t['again'] != ('yes' if d['again'] else 'no') or d['again'] != (row[0] == 'GATE-01'):
        print('again', d)
    said = re.search(rf"{row[0]} .{{0,60}}?{row[4]}", text[text.index('Cited by threats: 3 documents'):])
    if not said:
        print('text', row)
if documents['coverage'] != {'html': 'coverage.html', 'json': 'coverage.json', 'csv': 'coverage.csv'}:
    print(documents.get('coverage'))
END
)"
for page in "links.py a" "facts.py a"; do
    is "${page% *}" '' "$(python3 "$TOP/tests/site/${page% *}" "${page#* }" | grep '^not ok')"
done
row GATE-02 "1.0${T}cited${T}G-0002${T}thin${T}seen again"
does 'publish after a change of coverage' "$CM" publish --from s --to a --now $NOW $F --json
is 'writes little' True "$(json "0 < d['written'] < 20")"
"$CM" publish --from s --to b --now $NOW $F >/dev/null
same 'an update is the same as a new site' a b
row 'RFC 3552' "-${T}unread$T-$T-$T"
"$CM" publish --from s --to a --now $NOW $F >/dev/null
says 'what is unread is due' '1 document is unread' a/index.html
rm s/coverage.tsv
sed -i '/^reading_list/d' s/sig.yaml
does 'publish without coverage' "$CM" publish --from s --to a --now $NOW $F
rm -rf b && "$CM" publish --from s --to b --now $NOW $F >/dev/null
same 'is the same as a new site' a b
is 'and has no page of it' '' "$(ls a/coverage* 2>/dev/null; grep -l 'coverage.html' -r a)"
finish
