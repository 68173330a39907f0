#!/bin/bash
# casemate threat recheck: a document whose status changed since a threat cited it is listed until somebody looked again.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
F='--formats html,json,text'
store s.db
minimal p
again() { # ID: what is to be looked at again
    run "$CM" threat show "$1"
    sed -n 's/^; to look at again: //p' "$out"
}
is 'nothing at first' '' "$(again G-0001)$(again G-0002)"
does 'publish' "$CM" publish --to site --now $NOW $F
silent 'no such table' 'status changed since' site/progress.html
fails 1 'no threat G-0099' 'a threat that is not there' "$CM" threat recheck G-0099 --reason x
fails 1 'reason' 'without what came of it' "$CM" threat recheck G-0001
run "$CM" record show --json
before=$(json "len(d['events'])")
does 'nothing to look at again' "$CM" threat recheck G-0001 --reason 'Read again.' --now $NOW
run "$CM" record show --json
is 'is no event' "$before" "$(json "len(d['events'])")"

# A status changes, by another edition of the bibliography.
sed -i 's/\tCurrent\(\thttps:..gate.example.org.notes.01\)/\tWithdrawn\1/' p/references.tsv
does 'the bibliography changes' "$CM" import p --now 2026-11-24
is 'who cites it is to look again' 'GATE-01 was "Current" when it was cited, and is "Withdrawn" now' "$(again G-0001)"
is 'all of them' 'GATE-01 was "Current" when it was cited, and is "Withdrawn" now' "$(again G-0003)"
is 'nobody else' '' "$(again G-0002)"
does 'publish' "$CM" publish --to site --now 2026-11-25 $F
says 'the progress page lists them' 'status changed since' site/progress.html
run "$CM" report --since $NOW --now 2026-11-25
tr '\n' ' ' <"$out" | tr -s ' ' >report.txt
says 'and so does the report' 'another status than when it was cited in: G-0001 \(GATE-01 was Current\), G-0003 \(GATE-01 was Current\)\.' report.txt

# Other changes of a threat do not hide it; one of what it cites does, and so does looking again.
does 'another field changes' "$CM" threat edit G-0001 --set advice='Close the gate.' --now 2026-11-25
says 'is still listed' 'GATE-01' <(again G-0001)
does 'what it cites changes' "$CM" threat edit G-0003 --set affects='[GATE-01 §6, GATE-02]' --now 2026-11-25
is 'is settled' '' "$(again G-0003)"
fails 1 'may not edit' 'who may not edit' "$CM" threat recheck G-0001 --reason 'Read.' --role member --now 2026-11-26
does 'looked at again' "$CM" threat recheck G-0001 --reason 'Withdrawn for lack of use; the threat stands.' --now 2026-11-26
is 'is settled, too' '' "$(again G-0001)"
run "$CM" record show G-0001
says 'on record' 'threat.recheck G-0001: Withdrawn for lack'
does 'the status changes once more' bash -c "'$CM' export now && sed -i 's/\tWithdrawn\t/\tCurrent\t/' now/references.tsv && '$CM' import now --now 2026-11-27"
is 'and it is flagged again' 'GATE-01 was "Withdrawn" when it was cited, and is "Current" now' "$(again G-0001)"

# ---- elsewhere ----
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export one
does 'a store from it' "$CM" --db t.db init --profile one
does 'exports' "$CM" --db t.db export two
same 'the same' one two
again G-0001 >mine
CASEMATE_DB=t.db again G-0001 >theirs
same 'it knows the statuses of then' mine theirs
does 'publish' "$CM" publish --to site --now 2026-11-28 $F
does 'publish there' "$CM" --db t.db publish --to other --now 2026-11-28 $F
same 'the same site' site other
says 'they are in the record' 'pins' one/record.jsonl
finish
