#!/bin/bash
# Editions: stored bytes, versions by kind of change, the attic, and their way through export and import.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
F="--formats html,xml,json,text"
does 'edition new' "$CM" edition new analysis --kind substantive --remark 'First' --initials rh --now 2026-11-23
does 'edition list' "$CM" edition list
says 'the first is 0.1' '0\.1'
fails 1 'kind|substantive' 'a kind that is none' "$CM" edition new analysis --kind big --remark x
fails 2 'remark' 'a remark is required' "$CM" edition new analysis --kind editorial
does 'edit' "$CM" threat edit G-0001 --set 'damage.rating=middling' --as rosa
does 'editorial' "$CM" edition new analysis --kind editorial --remark 'Wording' --now 2026-11-24
does 'substantive' "$CM" edition new analysis --kind substantive --remark 'Damage of G-0001' --now 2026-11-25
does 'another document counts for itself' "$CM" edition new process --kind substantive --remark 'First' --without-pdf --now 2026-11-25
run "$CM" edition list process --json
is 'and without the PDF, as asked' 'process.html process.json process.txt process.xml sources.json style.css' \
    "$(json "' '.join(sorted(f['name'] for e in d['editions'] for f in e['files']))")"
run "$CM" edition list analysis --json
is 'versions' '0.1 0.1.1 0.2' "$(json "' '.join(sorted(e['version'] for e in d['editions']))")"
does 'edition show' "$CM" edition show analysis 0.1
does 'its bytes' "$CM" edition show analysis 0.1 --file analysis.txt --to t1
says 'carry the old rating' 'Great' t1
does 'edition diff' "$CM" edition diff analysis 0.1 0.2
says 'names what changed' 'G-0001'
fails 1 '0\.9' 'an edition that does not exist' "$CM" edition show analysis 0.9
does 'publish' "$CM" publish --to a --now 2026-11-26 $F
does 'the attic has every edition' ls a/editions/analysis/0.1/analysis.html a/editions/analysis/0.1.1/analysis.html a/editions/analysis/0.2/analysis.xml a/editions/process/0.1/process.txt
same 'with the stored bytes' t1 a/editions/analysis/0.1/analysis.txt
does 'export' "$CM" export e
does 'a new store' "$CM" init --db t.db
does 'import' "$CM" import e --db t.db
does 'which verifies' "$CM" record verify --db t.db
does 'publish from it' "$CM" publish --to b --now 2026-11-26 $F --db t.db
same 'gives the same site' a b
does 'export from it' "$CM" export e2 --db t.db
same 'and the same export' e e2
does 'publish --from the export' "$CM" publish --from e --to c --now 2026-11-26 $F
same 'gives it too' a c
printf 'x' >> e/editions/analysis/0.1/analysis.txt
does 'another store' "$CM" init --db u.db
fails 1 '0\.1' 'altered bytes of an edition are refused' "$CM" import e --db u.db
python3 - <<'END'
import sqlite3
db = sqlite3.connect('t.db')
for trigger, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
    db.execute(f'DROP TRIGGER "{trigger}"')
db.execute("UPDATE edition_file SET bytes = CAST(bytes || x'20' AS BLOB) WHERE version = '0.1' AND name LIKE '%.txt'")
db.commit()
END
fails 1 '0\.1' 'and in the store they are found' "$CM" record verify --db t.db
finish
