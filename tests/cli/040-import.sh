#!/bin/bash
# init, import, export: the same bytes back, three-way merge, conflicts named, a store as it was after any failure.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
G1=threats/G-0001-recorded-opening.md

for profile in minimal xmpp; do
    does "init --profile $profile" "$CM" init --profile "$TOP/profiles/$profile" --now $NOW
    does "export $profile" "$CM" export e1
    cp -r e1 content && rm -rf content/record.jsonl content/editions
    same "the export is the profile" content "$TOP/profiles/$profile"
    does "an empty store" "$CM" init --db t.db
    does "import of the export" "$CM" import e1 --db t.db --now 2026-12-01
    does "export of that" "$CM" export e2 --db t.db
    same "export, import, export: the same bytes" e1 e2
    does "both verify" "$CM" record verify --db t.db
    run "$CM" import "$TOP/profiles/$profile"
    says "importing the same again changes nothing" 'nothing changed'
    does "export once more" "$CM" export e3
    same "and makes no event" e1 e3
    rm -rf content e1 e2 e3 s.db* t.db*
done

store s.db
fails 1 'exists already' 'init overwrites nothing' "$CM" init --profile "$TOP/profiles/minimal"
fails 1 '' 'init from a faulty folder' "$CM" init --db bad.db --profile "$TOP/tests"
is 'leaves no store' '' "$(ls bad.db* 2>/dev/null)"

# Three ways.
minimal s
sed -i 's/^level: protocol/level: gate/' s/$G1
does 'the store changes one field' "$CM" threat edit G-0001 --set 'damage.rating=middling' --as rosa --reason 'less than we thought'
does 'the folder another: import' "$CM" import s --now $NOW
does 'export' "$CM" export e
says 'the merge has the store'\''s change' 'damage: .rating: middling' e/$G1
says 'and the folder'\''s' '^level: gate' e/$G1
does 'the store changes the field again' "$CM" threat edit G-0001 --set level=protocol
sed -i 's/^level: gate/level: radio/' s/$G1
sed -i 's/id: gate, name: Gate/id: radio, name: Radio/' s/sig.yaml
rm -rf e && "$CM" export e && cp -r e s2
sed -i 's/rating: sometimes/rating: often/' s2/$G1
does 'the store moves on' "$CM" threat edit G-0001 --set 'likelihood.rating=seldom'
rm -rf e && "$CM" export e >/dev/null
fails 1 'G-0001.*(conflict|both)|(conflict|both).*G-0001' 'a conflict is named' "$CM" import s2
says 'with its field' 'likelihood' "$err"
"$CM" export e2 >/dev/null
same 'and nothing was imported' e e2
does 'the store verifies' "$CM" record verify

# A faulty folder changes nothing.
minimal s
sed -i 's/^name: .*/name: Another/' s/$G1
sed -i 's/^level: .*/level: moon/' s/threats/G-0002-former-member.md
fails 1 'G-0002.*error' 'a folder with a fault is refused, naming it' "$CM" import s
rm -rf e2 && "$CM" export e2 >/dev/null
same 'the store is as it was' e e2

# Export leaves strangers alone.
mkdir e4 && printf 'mine\n' > e4/NOTES && mkdir e4/.git && printf 'x\n' > e4/.git/config
does 'export into a folder that has other files' "$CM" export e4
is 'which stay' 'mine x' "$(cat e4/NOTES e4/.git/config | tr '\n' ' ' | sed 's/ $//')"
fails 1 'e4/NOTES' 'export to a file' "$CM" export e4/NOTES
does 'export --json' "$CM" export e5 --json
says 'says how many files' '"files": ?[0-9]+'
does 'import --json' "$CM" import e5 --json
is 'is JSON' 'import' "$(json "d['done']")"
finish
