#!/bin/bash
# casemate threat edit --editorial on what a round rated: the round stands, marked, until somebody challenges that.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
sed -i 's/^mode: author/mode: small/' p/process.md
run "$CM" init --profile p --now $NOW
for name in Ada Ben Lin; do
    run "$CM" member add $name --now $NOW
done
run "$CM" role give Lin editor --now $NOW
stage() {
    run "$CM" threat list --json --now 2026-12-02
    json "[t.get('confirmed') for t in d['threats'] if t['id'] == 'G-0001'][0]"
}
text() { # ROUND
    run "$CM" round show "$1" --json
    json "d['threats'][0]['text'], d['threats'][0]['changed']"
}
edit() { # NAME TEXT [OPTION...]
    local name=$1 text=$2
    shift 2
    does "$name" "$CM" threat edit G-0001 --set "abstract=$text" --as Lin --now 2026-12-02 "$@"
}
FIRST=$'A stranger records what a phone says to the gate and sends it again at night. The gate opens, and nobody in\nthe garden knows.'
run "$CM" round open G-0001 --as Lin --now $NOW
for name in Ada Ben; do
    run "$CM" estimate G-0001 --likelihood often --damage great --because 'as I see it' --as $name --now 2026-11-23
done
does 'the round closes' "$CM" round close R-1 --as Lin --now 2026-11-30
is 'and its ratings are the group'\''s' rated "$(stage)"
is 'of this text' "('same', False)" "$(text R-1)"
edit 'an editorial change of what was rated' 'A stranger records what a phone says to the gate, and sends it again at night. The gate opens, and nobody in the garden knows.' \
    --editorial --reason 'a comma'
is 'leaves the ratings' rated "$(stage)"
is 'marked' "('editorial', False)" "$(text R-1)"
run "$CM" round show R-1
says 'in words' 'with editorial changes since'
fails 1 'R-1 rated G-0001 as it stands' 'to rate it anew wants a reason' "$CM" round open G-0001 --as Lin --now 2026-12-02
does 'published' "$CM" publish --to site --now 2026-12-02 --formats html,xml,json,text
says 'the page says so' 'It stands with editorial changes: the text was changed since, and not its substance' site/threats/G-0001.html
does 'a further editorial change, of what no round rates' "$CM" threat edit G-0001 --set 'advice=Gates that ask for the fresh number stop it.' --editorial --reason short \
    --as Lin --now 2026-12-02
does 'is challenged' "$CM" threat challenge G-0001 --reason 'it says less' --as Ada --now 2026-12-02
is 'which leaves the round' "('editorial', False)" "$(text R-1)"
edit 'an editorial change that is none' 'Nobody records anything.' --editorial --reason wording
is 'stands at first' "('editorial', False)" "$(text R-1)"
does 'and is challenged' "$CM" threat challenge G-0001 --reason 'it says the contrary' --as Ben --now 2026-12-02
is 'so the round was on another text' "('changed', True)" "$(text R-1)"
is 'and the stage is lost' noted "$(stage)"
edit 'the first text again' "$FIRST"
is 'has its round again' "('same', False)" "$(text R-1)"
edit 'a change of substance' 'Somebody records an opening.'
is 'is one' "('changed', True)" "$(text R-1)"
edit 'and back' "$FIRST"

# While a round is open.
run "$CM" round open G-0001 --reason 'once more' --as Lin --now 2026-12-02
for name in Ada Ben; do
    run "$CM" estimate G-0001 --likelihood often --damage great --because 'as I see it' --as $name --now 2026-12-03
done
edit 'an editorial change in an open round' 'A stranger records what a phone says to the gate and sends it again at night. The gate then opens, and nobody in the garden knows.' \
    --editorial --reason 'wording'
does 'which closes' "$CM" round close R-2 --as Lin --now 2026-12-10
run "$CM" export out
says 'and says so' 'The text was changed editorially after the round had opened' out/threats/G-0001-*.md
is 'and counts' rated "$(stage)"

does 'a store from the export' "$CM" --db t.db init --profile out
does 'verifies' "$CM" --db t.db record verify
does 'exports' "$CM" --db t.db export two
same 'the same bytes' out two
for round in R-1 R-2; do
    run "$CM" round show $round --json
    cp "$out" here.json
    run "$CM" --db t.db round show $round --json
    same "and shows $round the same" here.json "$out"
done
finish
