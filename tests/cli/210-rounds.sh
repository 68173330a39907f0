#!/bin/bash
# casemate round, estimate: a blind round of three members, a second one, and what the record tells of both.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
sed -i 's/^mode: author/mode: small/' p/process.md
sed -i 's/^  small: {estimators: 2/  small: {estimators: 3/' p/process.md
does 'a group in a mode with rounds' "$CM" init --profile p --now $NOW
for name in Ada Grace Rosa Lin; do
    run "$CM" member add $name --now $NOW
done
does 'one of them leads' "$CM" role give Lin editor --now $NOW
does 'a threat without its definition' "$CM" threat propose --name 'Fog over the gate' --abstract 'One sees little.' --area opening --as Ada --now $NOW

fails 1 'no role that may round' 'a member may not open a round' "$CM" round open G-0001 --as Ada --now $NOW
fails 1 'too soon.*at least 7 days.*first_round_days' 'a round is not shorter than the mode says' "$CM" round open G-0001 --until 2026-11-27 --as Lin --now $NOW
fails 1 'no date' 'its end is a date' "$CM" round open G-0001 --until soon --as Lin --now $NOW
fails 1 'no threat G-0099' 'an unknown threat' "$CM" round open G-0099 --as Lin --now $NOW
fails 1 'named twice' 'a threat is named once' "$CM" round open G-0001 G-0001 --as Lin --now $NOW
run "$CM" threat withdraw G-0003 --reason 'no threat' --as Lin --now $NOW
fails 1 'is withdrawn; use threat reopen' 'one that has ended' "$CM" round open G-0001 G-0003 --as Lin --now $NOW
run "$CM" round list --now $NOW
says 'no refusal left a round behind' 'no round yet'
does 'a round of two threats' "$CM" round open G-0001 G-0002 --as Lin --now $NOW
says 'is the first' '^R-1: is open'
fails 1 'is in R-1, which is open' 'a threat is in one round at a time' "$CM" round open G-0002 --as Lin --now $NOW
run "$CM" member add Late --now 2026-11-23

D=2026-11-24
fails 1 'did you mean "often"' 'a level that is misspelt' "$CM" estimate G-0001 --likelihood oftn --damage great --because x --as Ada --now $D
fails 1 'with its reason' 'a level without a reason' "$CM" estimate G-0001 --likelihood often --as Ada --now $D
fails 1 'no part in the group before R-1' 'who came after the opening' "$CM" estimate G-0001 --likelihood often --because x --as Late --now $D
fails 1 'no member' 'a stranger' "$CM" estimate G-0001 --likelihood often --because x --as Nobody --now $D
fails 1 'say whose with --as' 'nobody in particular' "$CM" estimate G-0001 --likelihood often --because x --now $D
fails 1 'in no open round' 'a threat that is in none' "$CM" estimate G-0004 --likelihood often --because x --as Ada --now $D
fails 1 'not in R-1' 'nor by naming one' "$CM" estimate G-0004 --likelihood often --because x --as Ada --round R-1 --now $D
fails 1 'no round R-7' 'an unknown round' "$CM" estimate G-0001 --likelihood often --because x --as Ada --round R-7 --now $D
fails 2 'one of --abstain' 'not both ways of giving no level' "$CM" estimate G-0001 --abstain --not-competent --as Ada --now $D
does 'Ada answers' "$CM" estimate G-0001 --likelihood seldom --damage great --because 'ONLY-A-KEEPER could' --as Ada --now $D
silent 'and is not named' 'Ada'
does 'changes her mind' "$CM" estimate G-0001 --likelihood sometimes --damage great --because 'SECRET-OF-ADA after all' --as Ada --role member --now $D
does 'and is heard the same again' "$CM" estimate G-0001 --likelihood sometimes --damage great --because 'SECRET-OF-ADA after all' --as Ada --now $D
says 'which is no event' 'is that already'
does 'Grace answers' "$CM" estimate G-0001 --likelihood often --damage great --because 'SECRET-OF-GRACE' --as Grace --now $D
does 'Rosa for one factor, abstaining from the other' "$CM" estimate G-0001 --likelihood often --abstain --because 'SECRET-OF-ROSA' --as Rosa --now $D
# Two processes answer at once for one person: one of them comes after the other, and both under one pseudonym.
"$CM" estimate G-0002 --likelihood seldom --damage small --because one --as Grace --now $D >one.txt 2>&1 &
first=$!
run "$CM" estimate G-0002 --likelihood often --damage small --because two --as Grace --now $D
wait $first
is 'two processes at once' '0 0' "$code $?"
run "$CM" record show --json
is 'three people, whatever they did' "['R-1:e1', 'R-1:e2', 'R-1:e3']" "$(json "sorted({e['actor'] for e in d['events'] if e['action'] == 'estimate.give'})")"
is 'none of them by name' "['']" "$(json "sorted({e['name'] + e['reason'] for e in d['events'] if e['action'] == 'estimate.give'})")"

run "$CM" round show R-1 --now $D
says 'an open round says who may answer' 'may estimate: Ada, Grace, Rosa, Lin$'
says 'and how many did' '3 of 4 answered'
silent 'not what' 'often|sometimes|SECRET'
run "$CM" round show R-1 --json --now $D
is 'nor in JSON' 'None' "$(json "d['threats'][0]['likelihood'].get('estimates')")"
does 'the open round is exported' "$CM" export open
does 'as its record is' "$CM" record export --to open/again.jsonl
does 'and the site published' "$CM" publish --to site --formats html,xml,json,text --now $D
if grep -rqE 'SECRET-OF|ONLY-A-KEEPER' open site; then fail 'no open estimate is in any byte of them'; else pass 'no open estimate is in any byte of them'; fi
rm open/again.jsonl
does 'a store from that export' "$CM" --db half.db init --profile open
fails 1 'another store' 'takes no answer, as it cannot tell who answered' "$CM" --db half.db estimate G-0001 --likelihood often --because x --as Ada --now $D
run "$CM" --db half.db round close R-1 --now 2026-12-01 --as Lin
says 'and cannot open what it does not hold' 'adopted its record' "$err"
does 'but may leave it sealed, in public' "$CM" --db half.db round close R-1 --override --reason 'the first store is lost' --now 2026-12-01 --as Lin
does 'which verifies' "$CM" --db half.db record verify
run "$CM" --db half.db round show R-1
says 'and shows' '\(sealed\), R-1:e1'

fails 1 'until the end of 2026-11-29' 'a round is not closed before its end' "$CM" round close R-1 --as Lin --now 2026-11-29
fails 1 'public reason' 'nor by a leader without a reason' "$CM" round close R-1 --override --as Lin --now 2026-11-29
fails 1 'no role that may override' 'nor by who is none' "$CM" round close R-1 --override --reason x --as Ada --now 2026-11-29
fails 1 'took estimates until 2026-11-29' 'after its end it takes no answer' "$CM" estimate G-0001 --likelihood often --because late --as Lin --now 2026-11-30
fails 1 'lacks a quorum: 3 .*G-0001 damage 2, G-0002 likelihood 1, G-0002 damage 1' 'it lacks a quorum' "$CM" round close R-1 --as Lin --now 2026-11-30
does 'a leader closes it' "$CM" round close R-1 --override --reason 'we learn by doing' --as Lin --now 2026-11-30
says 'with the result that it has' '1 threat rated'
fails 1 'closed already' 'once' "$CM" round close R-1 --as Lin --now 2026-11-30
fails 1 'R-1 is closed' 'and takes no answer any more' "$CM" estimate G-0001 --likelihood often --because late --round R-1 --as Ada --now 2026-11-28
run "$CM" threat show G-0001 --json
is 'the median is in the text' "often sometimes often 3" "$(json "' '.join(str(d['likelihood'][k]) for k in ('rating', 'low', 'high', 'estimators'))")"
is 'what had no quorum is not' "great 1" "$(json "' '.join(str(d['damage'][k]) for k in ('rating', 'estimators'))")"
run "$CM" export closed
says 'with its reason' 'likelihood: .*Median of round R-1; 3 estimates from Sometimes to Often\.' closed/threats/G-0001-*.md
run "$CM" round show R-1
says 'the reasons are public, with names' 'sometimes, Ada: SECRET-OF-ADA after all'
says 'and who abstained' 'abstain, Rosa'
silent 'what was taken back is not' 'ONLY-A-KEEPER'
says 'a factor without a quorum says so' 'damage: great, 2 estimates.*1 abstained; no quorum'
does 'the record verifies' "$CM" record verify
says 'all of it' 'the record verifies'

# The second round.
fails 1 'lie 1 level apart; a second round is for 2' 'a second round is for what lies apart' "$CM" round open G-0001 --follows R-1 --as Lin --now 2026-12-01
fails 1 'not in R-1' 'and for what was in the first' "$CM" round open G-0004 --follows R-1 --as Lin --now 2026-12-01
does 'or asked for' "$CM" round open G-0001 --follows R-1 --reason 'Rosa asks' --as Lin --now 2026-12-01
for answer in 'Ada seldom middling' 'Grace often great' 'Lin sometimes great' 'Rosa often small'; do
    set -- $answer
    run "$CM" estimate G-0001 --likelihood $2 --damage $3 --because "as $1 sees it" --as $1 --now 2026-12-02
done
fails 1 'closed one' 'no second round to an open one' "$CM" round open G-0002 --follows R-2 --reason x --as Lin --now 2026-12-02
does 'it closes' "$CM" round close R-2 --as Lin --now 2026-12-09
fails 1 'had its second round, R-2' 'there is one' "$CM" round open G-0001 --follows R-1 --reason 'again' --as Lin --now 2026-12-10
fails 1 'second round itself' 'and none after it' "$CM" round open G-0001 --follows R-2 --reason 'again' --as Lin --now 2026-12-10
fails 1 'R-2 rated G-0001 as it stands' 'nor a first one without a reason' "$CM" round open G-0001 --as Lin --now 2026-12-10
run "$CM" round show R-2 --json
is 'two middle values' "['sometimes', 'often'] often 2" "$(json "(lambda r: '%s %s %d' % (r['medians'], r['median'], r['spread']))(d['threats'][0]['likelihood'])")"
run "$CM" export both
says 'are both in the text' 'likelihood: \{rating: often, low: seldom, high: often, estimators: 4, reason: "?Medians of round R-2: Sometimes and Often, of which the higher counts' both/threats/G-0001-*.md

# What the round is worth: the stages.
run "$CM" threat list --json --now 2026-12-10
is 'the ratings are the group'\''s' 'rated' "$(json "[t.get('confirmed', t.get('stage')) for t in d['threats'] if t['id'] == 'G-0001'][0]")"
run "$CM" threat list --now 2026-12-10
says "the list does not mark them as an editor's" '^G-0001 +[0-9]+ +[a-z]'
run "$CM" threat list --json --now 2026-12-16
is 'the priority stood' 'answered' "$(json "[t.get('confirmed', t.get('stage')) for t in d['threats'] if t['id'] == 'G-0001'][0]")"
run "$CM" threat edit G-0001 --set gap='None.' --as Lin --now 2026-12-16
does 'a change of what was rated' "$CM" threat edit G-0001 --set abstract='Somebody records an opening and plays it back.' --as Lin --now 2026-12-16
run "$CM" threat list --json --now 2026-12-16
is 'takes it back' 'noted' "$(json "[t.get('confirmed', t.get('stage')) for t in d['threats'] if t['id'] == 'G-0001'][0]")"
run "$CM" round show R-2
says 'and the round says so' 'its text was changed since'

# Elsewhere.
does 'export' "$CM" export one
does 'a store from it' "$CM" --db t.db init --profile one
does 'verifies' "$CM" --db t.db record verify
does 'exports' "$CM" --db t.db export two
same 'the same bytes' one two
for round in R-1 R-2; do
    run "$CM" round show $round --json
    cp "$out" here.json
    run "$CM" --db t.db round show $round --json
    same "and shows $round the same" here.json "$out"
done
does 'the exported record verifies alone' "$CM" record verify one/record.jsonl

# Names hidden, and one editor alone.
cp -r p hidden
sed -i 's/^objection_days: 7/&\nnames: hidden/' hidden/process.md
does 'a group that hides names' "$CM" --db h.db init --profile hidden --now $NOW
for name in Ada Grace Rosa; do
    run "$CM" --db h.db member add $name --now $NOW
done
run "$CM" --db h.db round open G-0001 --now $NOW
for name in Ada Grace Rosa; do
    run "$CM" --db h.db estimate G-0001 --likelihood often --damage great --because 'as I see it' --as $name --now $NOW
done
does 'closes' "$CM" --db h.db round close R-1 --now 2026-11-30
run "$CM" --db h.db round show R-1
silent 'without names' 'Ada|Grace|Rosa'
if grep -aqE 'R-1:e1m[0-9]' h.db*; then fail 'nor does the store know them'; else pass 'nor does the store know them'; fi
sed -i 's/^names: hidden/names: some/' hidden/process.md
fails 1 'names' 'a third word is a fault' "$CM" check hidden
store a.db
fails 1 'has no rounds' 'one editor alone has no rounds' "$CM" --db a.db round open G-0001 --now $NOW
finish
