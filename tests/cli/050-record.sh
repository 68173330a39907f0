#!/bin/bash
# The public record: every change an event, the chain verifies, tampering is found and named.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
does 'a change' "$CM" threat edit G-0001 --set level=gate --as rosa --reason 'it is the gate' --now 2026-11-23T10:00:00Z
does 'another' "$CM" threat withdraw G-0003 --as rosa --reason 'no threat at all' --now 2026-11-24
does 'record show' "$CM" record show
is 'an import, an edit, a withdrawal' 3 "$(grep -c . "$out")"
says 'who, when, why' '2026-11-23T10:00:00Z .*rosa .*threat.edit G-0001: it is the gate'
does 'record show --json' "$CM" record show --json
is 'the same in JSON' '[1, 2, 3] rosa G-0003' "$(json "str([e['seq'] for e in d['events']]) + ' ' + d['events'][1]['name'] + ' ' + d['events'][2]['subject']")"
does 'record show --since' "$CM" record show --since 3
is 'only what is new' 1 "$(grep -c . "$out")"
does 'record show ID' "$CM" record show G-0001
is 'only that threat' 1 "$(grep -c . "$out")"
does 'record verify' "$CM" record verify
says 'it says so' '3 events, the record verifies'
does 'record export' "$CM" record export --to r.jsonl
does 'an exported file verifies without a store' "$CM" record verify r.jsonl --db no-such.db
is 'it is JSON, one event a line' 3 "$(python3 -c 'import json,sys; print(sum(1 for l in open("r.jsonl") if json.loads(l)))')"

# Tampering with the file.
sed '2s/it is the gate/it is the gait/' r.jsonl > r2.jsonl
fails 1 'event 2' 'an altered event in an exported file is named' "$CM" record verify r2.jsonl
sed 2d r.jsonl > r2.jsonl
fails 1 'event [23]' 'a missing event' "$CM" record verify r2.jsonl
{ sed -n 1p r.jsonl; sed -n 3p r.jsonl; sed -n 2p r.jsonl; } > r2.jsonl
fails 1 'event [23]' 'events in another order' "$CM" record verify r2.jsonl
head -c 700 r.jsonl > r2.jsonl
fails 1 '.' 'a cut file' "$CM" record verify r2.jsonl
printf 'hello\n' > r2.jsonl
fails 1 'r2.jsonl|line 1|event 1' 'no record at all' "$CM" record verify r2.jsonl

# Tampering with the database.
tamper() { # NAME PATTERN SQL
    cp s.db t.db
    [ ! -e s.db-wal ] || cp s.db-wal t.db-wal
    python3 - "$3" <<'END' || fail "$1" 'the test itself is broken'
import sqlite3, sys
db = sqlite3.connect('t.db')
db.execute('PRAGMA foreign_keys=OFF')
for trigger, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
    db.execute(f'DROP TRIGGER "{trigger}"')
assert db.execute(sys.argv[1]).rowcount > 0, 'no row was changed'
db.commit()
END
    fails 1 "$2" "$1" "$CM" record verify --db t.db
    rm -f t.db*
}
tamper 'an altered payload is named' 'event 2' "UPDATE event SET payload = replace(payload, 'it is the gate', 'it is the gait') WHERE seq = 2"
tamper 'an altered header is named' 'event 2' "UPDATE event SET header = replace(header, '2026-11-23', '2026-11-22') WHERE seq = 2"
tamper 'an altered last event is named' 'event 3' "UPDATE event SET payload = replace(payload, 'no threat at all', 'no threat') WHERE seq = 3"
tamper 'a deleted event is named' 'event 2' "DELETE FROM event WHERE seq = 2"
tamper 'altered content is named' 'G-0002' "UPDATE file SET text = replace(text, 'Former', 'Farmer') WHERE path LIKE 'threats/G-0002%'"
does 'the untouched store still verifies' "$CM" record verify
fails 1 'event 2' 'and JSON says the same of a bad one' sh -c "sed '2s/it is the gate/it is the gait/' r.jsonl > r2.jsonl; '$CM' record verify r2.jsonl --json"
is 'which parses' 'False' "$(json "d['verified']")"
finish
