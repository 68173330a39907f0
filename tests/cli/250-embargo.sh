#!/bin/bash
# casemate embargo: flaws without a cure are told to named members, counted in public, and opened whole when the time is over.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
for n in Ada Grace Rosa; do "$CM" member add $n --now $NOW >/dev/null; done
"$CM" role give Ada editor --reason 'by the assembly' --now $NOW >/dev/null
run "$CM" embargo list
says 'none says how' 'embargo open'
fails 1 'wants a text' 'no text' "$CM" embargo open --to Ada --as Grace
fails 1 'no member' 'a reader who is nobody' "$CM" embargo open --to Eve --text 'The gate opens to a knock.' --as Grace
fails 1 'ends an embargo after' 'longer than the process allows' "$CM" embargo open --to Ada --text 'x' --days 3000 --as Grace
fails 2 'exclude each other' 'a text twice' "$CM" embargo open --to Ada --text x --file x --as Grace
fails 2 'wants no word' 'a word too many' "$CM" embargo list E-1
does 'an embargo' "$CM" embargo open --to Ada --text 'The gate opens to a wombat.' --as Grace --now 2026-11-22
run "$CM" embargo show E-1 --as Rosa
silent 'who was not told does not read it' 'wombat'
says 'but learns that it is there' '1 note'
run "$CM" embargo show E-1 --as Ada
says 'who was told reads it' 'wombat'
run "$CM" embargo show E-1 --as Grace
says 'so does its author' 'wombat'
fails 1 'named members only' 'nobody else adds a note' "$CM" embargo note E-1 --text 'Me too.' --as Rosa
does 'a note of a reader' "$CM" embargo note E-1 --text 'The vendor answered on the wombat.' --as Ada --now 2026-12-01
does 'a reader tells one more' "$CM" embargo share E-1 Rosa --as Ada --now 2026-12-02
run "$CM" embargo show E-1 --as Rosa
says 'who reads all of it then' 'vendor answered'
does 'export while it is closed' "$CM" export closed
if grep -rqi wombat closed; then fail 'holds none of its words'; else pass 'holds none of its words'; fi
if grep -q '"Grace"\|Grace' <(grep -i embargo closed/record.jsonl); then fail 'nor who wrote it'; else pass 'nor who wrote it'; fi
does 'publish while it is closed' "$CM" publish --to site --now 2026-12-02 --formats html,xml,json,text
if grep -rqi wombat site; then fail 'shows none of its words'; else pass 'shows none of its words'; fi
does 'a store from that export' "$CM" --db c.db init --profile closed
run "$CM" --db c.db embargo list
says 'counts it' 'E-1 .* 2 +closed'
fails 1 'kept in another store' 'and cannot release what it does not have' "$CM" --db c.db embargo release E-1 --now 2027-06-01
run "$CM" --db c.db embargo list --now 2027-06-01
says 'which stays to be released' 'over, to be released'
fails 1 'public reason' 'before its time a release wants a reason' "$CM" embargo release E-1 --now 2026-12-05 --as Ada
fails 1 'may call' 'and a leader' "$CM" embargo release E-1 --now 2026-12-05 --as Grace --reason 'mended'
run "$CM" embargo list --now 2027-06-01
says 'after its time it is due' 'over, to be released'
run "$CM" due --now 2027-06-01
says 'which the list of dates says too' 'to release embargo E-1'
does 'then any member may' "$CM" embargo release E-1 --now 2027-06-01 --as Grace
run "$CM" embargo show E-1 --as Nobody
says 'everybody reads it' 'Grace:'
says 'with its whole history' 'vendor answered'
fails 1 'released' 'once' "$CM" embargo release E-1 --now 2027-06-02
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export open
does 'a store from it' "$CM" --db o.db init --profile open
run "$CM" --db o.db embargo show E-1 --json
cp "$out" o.json
run "$CM" embargo show E-1 --json
same 'knows the same' "$out" o.json
# An exported record whose release was changed does not verify, nor is it adopted.
python3 - open/record.jsonl <<'END'
import sys
path = sys.argv[1]
text = open(path, encoding='utf-8').read()
open(path, 'w', encoding='utf-8').write(text.replace('to a wombat', 'to a ferret'))
END
fails 1 'event' 'a changed release is found' "$CM" --db x.db init --profile open
finish
