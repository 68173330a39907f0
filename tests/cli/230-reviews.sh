#!/bin/bash
# casemate review, handover, due: experts are asked and answer, recommendations are carried away, and nothing that has a date is
# forgotten. Addresses stay.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
F="--formats html,xml,json,text"
run "$CM" review list
says 'before anybody was asked, the list says how' 'review request'
run "$CM" handover list
says 'so does that of hand-overs' 'handover open'

# ---- asking ----
fails 2 'name NAME' 'the name to print is asked for' "$CM" review request G-0001 --to lea@far.example --by +14d
fails 2 'by DATE' 'a date, too' "$CM" review request G-0001 --to lea@far.example --name 'Lea Stone'
fails 1 'no mail address' 'what is no address' "$CM" review request G-0001 --to lea --name 'Lea Stone' --by +14d
fails 1 'no date' 'what is no date' "$CM" review request G-0001 --to lea@far.example --name 'Lea Stone' --by soon
fails 1 'has passed' 'a date that has passed' "$CM" review request G-0001 --to lea@far.example --name 'Lea Stone' --by 2026-11-21 --now $NOW
fails 1 'no threat or document "G-0099"' 'a threat that is not there' "$CM" review request G-0099 --to lea@far.example --name 'Lea Stone' --by +14d
fails 1 'did you mean "analysis"' 'a document that is misspelt' "$CM" review request analisis --to lea@far.example --name 'Lea Stone' --by +14d
fails 1 'no edition 0.7 of analysis' 'an edition that is not there' "$CM" review request analysis 0.7 --to lea@far.example --name 'Lea Stone' --by +14d
fails 1 'U\+000A' 'a name of two lines' "$CM" review request G-0001 --to lea@far.example --name $'Lea\nStone' --by +14d
fails 1 'may not edit' 'who may not edit may not ask' "$CM" review request G-0001 --to lea@far.example --name 'Lea Stone' --by +14d --role member
does 'a request' "$CM" review request G-0001 --to Lea@Far.example --name 'Lea Stone' --by 2026-12-06 --now $NOW --as Rosa
does 'one of the analysis' "$CM" review request analysis --to hugo@away.example --name 'Hugo Marsh' --by +9d --now $NOW
does 'one of the process' "$CM" review request process --to hugo@away.example --name 'Hugo Marsh' --by +9d --now $NOW
fails 1 'public reason' 'to withdraw wants a reason' "$CM" review withdraw V-3
does 'withdrawn' "$CM" review withdraw V-3 --reason 'asked by mistake' --now $NOW
fails 1 'was withdrawn' 'once' "$CM" review withdraw V-3 --reason again
fails 1 'was withdrawn' 'and is not answered any more' "$CM" review answer V-3 --verdict sound
run "$CM" review show V-1 --json
is 'the operator sees the address' 'lea@far.example' "$(json "d['address']")"
run "$CM" review list --json
silent 'the list does not show it' 'far.example'
is 'the text is as it was' '[False, False, False]' "$(json "[r['changed'] for r in d['reviews']]")"

# ---- what is due, on several days ----
run "$CM" due --now $NOW --json
is 'by date, and with who sees to it' "[('V-2', '2026-12-01', 'Editor', False, 9), ('V-1', '2026-12-06', 'Rosa', False, 14)]" \
    "$(json "[(x['id'], x['day'], x['responsible'], x['overdue'], x['days']) for x in d['due'] if x['kind'] == 'review']")"
run "$CM" due --within 10 --now $NOW --json
is 'within ten days' "['V-2']" "$(json "[x['id'] for x in d['due']]")"
run "$CM" due --now 2026-12-01
says 'the last day is not overdue' '2026-12-01 +today +Editor +the answer to review V-2'
run "$CM" due --now 2026-12-02
says 'the day after is' 'overdue by 1 day '
run "$CM" due --now 2026-12-08 --within 0 --json
is 'more and more' "[('V-2', True, 7), ('V-1', True, 2)]" "$(json "[(x['id'], x['overdue'], x['days']) for x in d['due']]")"
fails 2 'no number' 'so many days is a number' "$CM" due --within many

# ---- answers ----
fails 1 'acceptance by reviews' 'without a review a threat is not reviewed' "$CM" threat advance G-0001 --to reviewed
fails 1 'no review V-9' 'a review that is not there' "$CM" review answer V-9 --verdict sound
fails 1 'did you mean "sound"' 'a verdict that is misspelt' "$CM" review answer V-1 --verdict soud
fails 1 'says which' 'who wants changes says which' "$CM" review answer V-1 --verdict changes-wanted
does 'changes are wanted' "$CM" review answer V-1 --verdict changes-wanted --text 'The gate has two clocks.' --now 2026-12-05
fails 1 'answers stay' 'what was answered is not withdrawn' "$CM" review withdraw V-1 --reason no
fails 1 'acceptance by reviews' 'a review that wants changes accepts nothing' "$CM" threat advance G-0001 --to reviewed
does 'the text changes' "$CM" threat edit G-0001 --set 'damage.reason=The garden stands open at any hour.' --now 2026-12-05
run "$CM" review show V-1 --json
is 'which the review shows' True "$(json "d['review']['changed']")"
printf 'Now it is right.\n\nNothing <b>else</b> & no more.\n' >answer
does 'sound, but about the text of then' "$CM" review answer V-1 --verdict sound --file answer --now 2026-12-07
run "$CM" review show V-1 --json
is 'late' True "$(json "d['review']['late']")"
fails 1 'acceptance by reviews' 'does not accept the text of now' "$CM" threat advance G-0001 --to reviewed
does 'sound about the text of now' bash -c "'$CM' review answer V-1 --verdict sound --present --file - --now 2026-12-08 <answer"
does 'accepts it' "$CM" threat advance G-0001 --to reviewed --now 2026-12-08
run "$CM" threat show G-0001 --json
is 'without an override' 'reviewed' "$(json "d['threat']['confirmed'] if 'threat' in d else d['confirmed']")"
run "$CM" record show V-1 --json
is 'all answers are in the record' 4 "$(grep -c 'review\.' "$out")"

# ---- a review of the whole ----
does 'an edition' "$CM" edition new analysis --kind substantive --remark 'First edition.' --now 2026-12-08
does 'is asked about' "$CM" review request analysis 0.1 --to ina@else.example --name 'Ina' --by 2027-01-10 --now 2026-12-08
fails 1 'never changes' 'its text never changes' "$CM" review answer V-4 --verdict sound --present
does 'and found sound' "$CM" review answer V-4 --verdict sound --now 2026-12-09
does 'which accepts what it holds' "$CM" threat advance G-0002 --to reviewed --now 2026-12-09
does 'a text changes after the review' "$CM" threat edit G-0002 --set 'name=A former member who keeps a key' --now 2026-12-09
run "$CM" threat show G-0002 --json
is 'and is not reviewed any more' True "$(json "(d['threat'] if 'threat' in d else d)['confirmed'] != 'reviewed'")"

# ---- hand-over ----
H=(--carried-by 'Rosa Hedge' --venue 'Gate builders' --on 2026-12-12)
fails 1 'does not cite "GATE-1".*mean "GATE-01"' 'to a document that the threat cites' "$CM" handover open G-0001 --document GATE-1 "${H[@]}"
fails 1 'confirmed as "noted"' 'when there is a recommendation' bash -c "'$CM' threat propose --name Fog --abstract 'One sees little. GATE-01 is silent.' --area opening && '$CM' handover open G-0004 --document GATE-01 --carried-by Rosa --venue Gate --on 2026-12-12"
fails 1 'no day' 'on a day' "$CM" handover open G-0001 --document GATE-01 --carried-by Rosa --venue Gate --on soon
fails 1 'may not' 'who may neither edit nor advance may not' "$CM" handover open G-0001 --document GATE-01 "${H[@]}" --role member
does 'a hand-over' "$CM" handover open G-0001 --document GATE-01 "${H[@]}" --now 2026-12-09
run "$CM" due --now 2026-12-12
says 'is due on its day' '2026-12-12 +today +Rosa Hedge +hand-over H-1: to carry'
run "$CM" due --now 2026-12-13
says 'then waits for an answer' '2027-01-11 +in 29 days +Rosa Hedge +what became'
run "$CM" due --now 2027-01-13
says 'which is overdue one day' 'overdue by 2 days +Rosa Hedge'
fails 1 'link URL' 'taken up wants its proof' "$CM" handover settle H-1 taken-up
fails 1 'no web address' 'which is an address' "$CM" handover settle H-1 taken-up --link 'javascript:x'
fails 1 'not "approved"' 'nothing is approved' "$CM" handover settle H-1 approved --link https://gate.example.org/1
does 'unanswered needs none' "$CM" handover settle H-1 unanswered --now 2027-01-13
does 'an answer may come after all' "$CM" handover settle H-1 declined --link https://gate.example.org/minutes/7 --now 2027-01-20
fails 1 'declined already' 'but once' "$CM" handover settle H-1 taken-up --link https://gate.example.org/minutes/8

# ---- other dates ----
does 'a member' "$CM" member add Grace --now 2027-01-20
does 'with a role that ends' "$CM" role give Grace editor --until 2027-03-01 --now 2027-01-20
run "$CM" due --now 2027-01-29
silent 'a month before, it is not told' 'last day'
run "$CM" due --now 2027-01-30
says 'then it is' '2027-03-01 +in 30 days +Grace +the last day of Grace as Editor'
run "$CM" due --now 2027-01-30 --json
is 'silence, five months after the last act of a person' "['2027-04-22']" "$(json "[x['day'] for x in d['due'] if x['kind'] == 'silence']")" # of Rosa
run "$CM" due --now 2027-05-01
says 'then the warning is due' '2027-05-22 .*silent since 2026-11-22: to warn the list; as a standing group it carries on'

# ---- pages ----
does 'publish' "$CM" publish --to site --now 2027-01-20 $F
says 'no consensus was sought' 'No consensus sought' site/analysis.html
for f in html xml json txt; do
    says "$f: who reviewed" 'Lea Stone' site/analysis.$f
    says "$f: what nobody reviewed" 'reviewed by nobody' site/analysis.$f
    says "$f: who carried it" 'Rosa Hedge' site/analysis.$f
    says "$f: the process says it too" 'Who reviewed this document' site/process.$f
done
run "$CM" review show V-1 --json
digest=$(json "d['review']['reviewed'][:16]")
says 'with the digest of the text' "$digest" site/progress.html
says 'on the page of the threat' "$digest" site/threats/G-0001.html
says 'as it was written, without markup' '&lt;b>else|&lt;b&gt;else' site/threats/G-0001.html
says 'with the minute' 'minutes/7' site/threats/G-0001.html
says 'a threat that has changed since' 'earlier text of this entry' site/threats/G-0002.html
says 'the front page tells what is due' 'V-2 of the analysis by Hugo Marsh' site/index.html
says 'and since when' 'overdue by 50 days' site/index.html
says 'withdrawn ones stay' 'asked by mistake' site/process.html
does 'lint of the XML' "$CM" lint site/analysis.xml site/process.xml
does 'an edition' "$CM" edition new analysis --kind substantive --remark 'With reviews.' --now 2027-01-20
does 'is kept' "$CM" edition show analysis 0.2 --file analysis.txt --to edition.txt
says 'and says who reviewed' "$digest" edition.txt
does 'another answer' "$CM" review answer V-2 --verdict declined --now 2027-01-20
does 'publish again' "$CM" publish --to site --now 2027-01-20 $F
does 'publish from scratch' "$CM" publish --to fresh --now 2027-01-20 $F
same 'an update is the same as a new site' site fresh

# ---- elsewhere ----
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export one
is 'no address leaves the store' '' "$(grep -rliE 'far\.example|away\.example|else\.example' one site)"
does 'a store from the export' "$CM" --db t.db init --profile one
does 'verifies' "$CM" --db t.db record verify
does 'and exports' "$CM" --db t.db export two
same 'the same bytes' one two
for list in 'review list' 'handover list' 'due'; do
    run "$CM" $list --json --now 2027-01-20
    cp "$out" first
    run "$CM" --db t.db $list --json --now 2027-01-20
    same "$list is the same there" first "$out"
done
run "$CM" --db t.db review show V-1
silent 'which knows no address' 'asked at'
does 'publish there' "$CM" --db t.db publish --to other --now 2027-01-20 $F
same 'the same site' fresh other

# ---- a group that accepts by calls and asked nobody ----
minimal small && sed -i 's/^mode: author/mode: small/' small/process.md
does 'small mode' "$CM" --db m.db init --profile small --now $NOW
does 'publish' "$CM" --db m.db publish --to small-site --now $NOW $F
is 'shows nothing of reviews' '' "$(grep -rlE 'Who reviewed|Reviews and hand-overs' small-site)"
does 'a review there' "$CM" --db m.db review request G-0001 --to lea@far.example --name 'Lea Stone' --by +14d --now $NOW
does 'answered' "$CM" --db m.db review answer V-1 --verdict sound --now $NOW
does 'publish' "$CM" --db m.db publish --to small-site --now $NOW $F
says 'but is shown' 'Lea Stone' small-site/analysis.html
silent 'without a word on consensus' 'No consensus sought' small-site/analysis.html
finish
