#!/bin/bash
# casemate call, position, objection, decision: consensus on an edition, from the question to an appeal; what a change of the text makes
# of it. Rules 10, 12, 13, 14 and 22 of the table of rules: objections instead of tallies, least times, one exact text, reasons, minutes.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db

# The small profile, in a mode with a call of seven days on editions and without rounds; three members, one of them the editor who leads.
minimal garden
sed -i -e 's/^mode: author/mode: small/' \
    -e 's/small: {.*}/small: {estimators: 1, first_round_days: 0, second_round: none, second_round_days: 0, acceptance: call, call_days: 7}/' \
    garden/process.md
does 'a store' "$CM" init --profile garden --now $NOW
does 'a leader' "$CM" member add Rosa --now $NOW
does 'a member' "$CM" member add Ada --now $NOW
does 'another' "$CM" member add Ben --now $NOW
does 'a third' "$CM" member add Cem --now $NOW
does 'who leads' "$CM" role give Rosa editor --now $NOW

q=(--question 'Is this what we advise?')
run "$CM" call list
says 'no call yet: how to begin' 'call open'
fails 1 'there is no edition' 'no call without an edition' "$CM" call open analysis 0.1 "${q[@]}" --as Rosa --now $NOW
does 'an edition' "$CM" edition new analysis --kind substantive --remark 'First edition' --now $NOW --as Rosa
fails 1 'not the newest' 'nor on one that is not there' "$CM" call open analysis 0.2 "${q[@]}" --as Rosa --now $NOW
fails 1 'no role that may call' 'nor by a member' "$CM" call open analysis 0.1 "${q[@]}" --as Ada --now $NOW
fails 1 'asks a question' 'nor without a question' "$CM" call open analysis 0.1 --as Rosa --now $NOW
fails 1 'at least 7 days in the mode "small" \(process.md, "Calls"\): until 2026-11-29' 'a short call is refused, with the rule' \
    "$CM" call open analysis 0.1 "${q[@]}" --until 2026-11-27 --as Rosa --now $NOW
fails 1 'not on "weather"' 'a call on something else' "$CM" call open weather "${q[@]}" --as Rosa --now $NOW
does 'a call' "$CM" call open analysis 0.1 "${q[@]}" --as Rosa --now $NOW
says 'has an id' '^C-1: is open'
fails 1 'C-1 on analysis 0.1 is open' 'a second call on the same' "$CM" call open analysis 0.1 "${q[@]}" --as Rosa --now $NOW
run "$CM" call show C-1 --json --now $NOW
is 'it ends when the process says' 2026-11-30T00:00:00Z "$(json "d['until']")"
is 'and holds the threats of the edition' "['G-0001', 'G-0002', 'G-0003']" "$(json "[t['id'] for t in d['threats']]")"

# Positions and objections.
fails 1 'no member' 'a stranger has no position' "$CM" position C-1 support --as Stranger --now $NOW
fails 1 "somebody's own" 'the operator neither' "$CM" position C-1 support --now $NOW
fails 1 'did you mean "object"' 'a position that is misspelt' "$CM" position C-1 objekt --as Ada --now $NOW
fails 1 'gives a reason' 'an objection without a reason' "$CM" position C-1 object --as Ada --now $NOW
does 'an objection' "$CM" position C-1 object --reason 'G-0001 blames the phone.' --as Ada --now 2026-11-23
says 'has an id' '^O-1:'
does 'which may be put better' "$CM" position C-1 object --reason 'G-0001 blames the phone, and it is the gate.' --as Ada --now 2026-11-23
says 'and stays the same one' '^O-1:'
does 'another objection' "$CM" position C-1 object --reason 'Nobody has a spade.' --as Ben --now 2026-11-24
does 'support' "$CM" position C-1 support --as Cem --now 2026-11-24
does 'again' "$CM" position C-1 support --as Cem --now 2026-11-25
says 'changes nothing' 'nothing changed'
fails 1 'runs until 2026-11-29' 'no close before the end' "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Rosa --now 2026-11-29
fails 1 'no role that may call' 'a member answers no objection' "$CM" objection answer O-1 --text 'No.' --as Ben --now 2026-11-25
fails 1 'not outvoted' 'an answer says something' "$CM" objection answer O-1 --as Rosa --now 2026-11-25
does 'an answer' "$CM" objection answer O-1 --text 'The definition names the gate first.' --as Rosa --now 2026-11-25
fails 1 "O-2 is Ben's" 'nobody withdraws an objection of others' "$CM" objection withdraw O-2 --as Ada --now 2026-11-25
does 'its author does' "$CM" objection withdraw O-2 --as Ben --now 2026-11-25
fails 1 'withdrawn already' 'once' "$CM" objection withdraw O-2 --as Ben --now 2026-11-25
run "$CM" call show C-1 --json --now 2026-11-25
is 'and is silent again' "['Ada', 'Cem']" "$(json "[p['by'] for p in d['positions']]")"
does 'and may object anew' "$CM" position C-1 object --reason 'A spade costs more than a receiver.' --as Ben --now 2026-11-26
says 'with a new objection' '^O-3:'
fails 1 'ended on 2026-11-29.*process.md' 'no position after the end' "$CM" position C-1 abstain --as Ada --now 2026-11-30
fails 1 'accepted.*not-accepted.*XEP-0139' 'nothing is approved' "$CM" call close C-1 --outcome approved --judgement 'Yes.' --as Rosa --now 2026-12-01
fails 1 'in writing' 'no close without a judgement' "$CM" call close C-1 --outcome accepted --as Rosa --now 2026-12-01
fails 1 'O-3 by Ben \("A spade' 'no close over an open objection, which is named' \
    "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Rosa --now 2026-12-01
run "$CM" call list --now 2026-12-01
says 'what is due is said' 'C-1 .*to be closed'
fails 1 'why it stays' 'dissent wants a reason' "$CM" objection dissent O-3 --as Rosa --now 2026-12-01
does 'dissent' "$CM" objection dissent O-3 --reason 'Prices differ, the rating does not.' --as Rosa --now 2026-12-01
fails 1 'no role that may call' 'a member closes no call' "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Ada --now 2026-12-01
fails 1 'address of a minute' 'a link that a browser would run' \
    "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --link 'javascript:alert(1)' --as Rosa --now 2026-12-01
fails 1 'needs acceptance by call' 'no stage without the decision' "$CM" threat advance G-0001 --to reviewed --as Rosa --now 2026-12-01
does 'close' "$CM" call close C-1 --outcome accepted --judgement 'One dissent, about prices; the advice is not touched by it.' \
    --link https://example.org/minutes/1 --as Rosa --now 2026-12-01
says 'makes a decision' '^D-1:'
run "$CM" threat history G-0001
says 'what was written before the edition stands under the decision' ' D-1 +name +Recorded'
fails 1 'C-1 is closed: D-1' 'once' "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Rosa --now 2026-12-01
fails 1 'C-1 is closed' 'no position then' "$CM" position C-1 support --as Ada --now 2026-12-01
run "$CM" decision show D-1 --now 2026-12-01
says 'shows dissent beside it' 'O-3 Ben, dissent'
says 'and is valid' 'accepted, valid'
says 'with its minute' 'minutes/1'

# What the text does to it.
state() { run "$CM" decision show D-1 --json --now 2026-12-02; json "d['decision']['state']"; }
stage() { run "$CM" threat show "$1" --json --now 2026-12-02; json "d['stage']"; }
changed() { run "$CM" decision show D-1 --json --now 2026-12-02; json "[t['id'] + ' ' + t['text'] for t in d['call']['threats'] if t['text'] != 'same']"; }
does 'the stage that the decision opens' "$CM" threat advance G-0001 --to reviewed --as Rosa --now 2026-12-02
is 'is reached' reviewed "$(stage G-0001)"
is 'and leaves the decision standing' valid "$(state)"
fails 1 'says why in public' 'an editorial change wants a reason' \
    "$CM" threat edit G-0001 --set "likelihood.reason=A stranger can do it." --editorial --as Rosa --now 2026-12-02
fails 1 'another damage of G-0001 is a change of substance' 'another rating is none' \
    "$CM" threat edit G-0001 --set damage.rating=small --editorial --reason 'spelling' --as Rosa --now 2026-12-02
does 'an editorial change' "$CM" threat edit G-0001 --set 'damage.reason=The garden stands open to whoever holds the recording, at every hour.' \
    --editorial --reason 'wording' --as Rosa --now 2026-12-02
is 'marks the decision' 'with editorial changes' "$(state)"
is 'names the threat' "['G-0001 editorial']" "$(changed)"
run "$CM" threat show G-0001 --json
is 'and leaves the stage' "reviewed" "$(json "d['stage']")"
fails 1 'no role that may edit' 'a member edits nothing' "$CM" threat edit G-0001 --set level=gate --editorial --reason x --as Ada
fails 1 'no change that led' 'what was not called editorial is not challenged' "$CM" threat challenge G-0002 --reason 'No.' --as Ada
fails 1 'what is not editorial' 'a challenge says why' "$CM" threat challenge G-0001 --as Ada
does 'a challenge' "$CM" threat challenge G-0001 --reason 'Every hour is more than any hour.' --as Ada --now 2026-12-02
is 'outdates it' outdated "$(state)"
is 'for that threat' "['G-0001 changed']" "$(changed)"
does 'the old words again' "$CM" threat edit G-0001 --set 'damage.reason=The garden stands open to whoever holds the recording, at any hour.' \
    --as Rosa --now 2026-12-02
is 'restore it' valid "$(state)"
"$CM" export before >/dev/null
sed 's/Borrow a member.s unlocked phone/Steal a phone/' before/threats/G-0001-*.md >tree.md
does 'another attack tree' "$CM" threat edit G-0001 --file tree.md --as Rosa --now 2026-12-02
is 'outdates it' outdated "$(state)"
run "$CM" decision show D-1 --now 2026-12-02
says 'and the list says what changed' 'changed since: G-0001'
run "$CM" threat show G-0001 --now 2026-12-02
says 'as the stage does' "draft|provisional"
fails 1 'text has changed since analysis 0.1: G-0001' 'a call on an edition that the text has left' \
    "$CM" call open analysis 0.1 "${q[@]}" --as Rosa --now 2026-12-02
does 'so there is a second edition' "$CM" edition new analysis --kind substantive --remark 'Theft' --as Rosa --now 2026-12-02
does 'and a call on it' "$CM" call open analysis 0.2 "${q[@]}" --until +10d --as Rosa --now 2026-12-02
does 'a change while it runs' "$CM" threat edit G-0002 --set damage.rating=great --as Rosa --now 2026-12-03
fails 1 'position on a stale text: G-0002' 'no position on a stale text' "$CM" position C-2 support --as Ada --now 2026-12-03
run "$CM" call show C-2 --now 2026-12-03
says 'which the call says' 'changed since: G-0002'

# Appeals.
fails 1 'no decision D-9' 'an appeal of nothing' "$CM" decision appeal D-9 --reason 'No.' --as Ben --now 2026-12-03
fails 1 'add --reason' 'an appeal says why' "$CM" decision appeal D-1 --as Ben --now 2026-12-03
fails 1 'at least 7 days' 'nor is it rushed' "$CM" decision appeal D-1 --reason 'Prices matter.' --until 2026-12-05 --as Ben --now 2026-12-03
does 'an appeal' "$CM" decision appeal D-1 --reason 'Prices matter.' --as Ben --now 2026-12-03
says 'is a call' '^C-3: is open'
run "$CM" call show C-3 --json
is 'on the decision' 'appeal D-1' "$(json "d['kind'] + ' ' + d['subject']")"
fails 1 'somebody else' 'who decided does not decide the appeal' \
    "$CM" call close C-3 --outcome accepted --judgement 'No.' --as Rosa --now 2026-12-20
does 'another leader' "$CM" role give Cem editor --now 2026-12-04
does 'does' "$CM" call close C-3 --outcome accepted --judgement 'Prices belong into the rating.' --as Cem --now 2026-12-20
is 'which overturns it' overturned "$(state)"
fails 1 'Council' 'after that, the Council' "$CM" decision appeal D-2 --reason 'No.' --as Rosa --now 2026-12-21
run "$CM" decision list
says 'the list says both' 'D-1 .*overturned'

# The process; other modes.
fails 1 'at least 7 days \(process.md' 'a call on the process is not short either' "$CM" call open process "${q[@]}" --until 2026-12-24 --as Rosa --now 2026-12-20
does 'a call on the process' "$CM" call open process "${q[@]}" --as Rosa --now 2026-12-20
fails 1 'has no rounds' 'no objection period without rounds' "$CM" objection raise G-0001 --reason 'No.' --as Ada --now 2026-12-20
store author.db
"$CM" --db author.db edition new analysis --kind substantive --remark First --now $NOW >/dev/null
fails 1 'accepts documents by reviews' 'a mode without calls says so' "$CM" --db author.db call open analysis 0.1 "${q[@]}" --now $NOW

# The record carries all of it.
does 'an editorial change that nobody challenges' "$CM" threat edit G-0003 --set 'likelihood.reason=It takes a keeper, and a reason to look.' \
    --editorial --reason 'wording' --as Rosa --now 2026-12-20
run "$CM" call show C-1 --json --now 2026-12-21
is 'is known as one' "['G-0003']" "$(json "[t['id'] for t in d['threats'] if t['text'] == 'editorial']")"
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export one
does 'a store from the export' "$CM" --db t.db init --profile one
does 'and exports' "$CM" --db t.db export two
same 'the same bytes' one two
for what in 'call show C-1' 'call show C-2' 'call show C-3' 'call list' 'decision list' 'objection list'; do
    run "$CM" $what --json --now 2026-12-21
    cp "$out" here.json
    run "$CM" --db t.db $what --json --now 2026-12-21
    same "$what is the same there" here.json "$out"
done
does 'its record verifies' "$CM" --db t.db record verify
finish
