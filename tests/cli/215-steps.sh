#!/bin/bash
# casemate round --step: intervals for steps of attack trees, pooled, and what of them counts in a tree's analysis.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
STEP=predict-the-fresh-number RECORD=record-a-member-s-opening-from-the-street BORROW=borrow-a-member-s-unlocked-phone
BACK=set-the-gate-s-clock-back
minimal p
sed -i 's/^mode: author/mode: small/' p/process.md
run "$CM" init --profile p --now $NOW
for name in Ada Ben Cleo Lin; do
    run "$CM" member add $name --now $NOW
done
run "$CM" role give Lin editor --now $NOW
counts() { # STEP: what counts for it in the round $1
    run "$CM" round show "$1" --json
    json "[s['source'] + ' ' + s['counts'] for s in d['threats'][0]['steps'] if s['step'] == '#$2'][0]"
}

fails 1 'no step "nope"' 'an unknown step' "$CM" round open G-0001 --step G-0001#nope --as Lin --now $NOW
fails 1 'not in this round' 'a step of another threat' "$CM" round open G-0001 --step G-0002#old --as Lin --now $NOW
fails 1 'no step of its own tree' 'the goal is no step' "$CM" round open G-0001 --step G-0001#open-the-gate-without-being-a-member --as Lin --now $NOW
fails 1 'no step of its own tree' 'nor is another threat' "$CM" round open G-0002 --step G-0002#g-0001 --as Lin --now $NOW
fails 1 'names no step' 'an unknown quantity' "$CM" round open G-0001 --step G-0001#$STEP:skill --as Lin --now $NOW
fails 1 'named twice' 'a step is named once' "$CM" round open G-0001 --step G-0001#$STEP --step G-0001#$STEP:p --as Lin --now $NOW
fails 1 'no attack tree' 'a threat without a tree' "$CM" round open G-0003 --step G-0003#x --as Lin --now $NOW
run "$CM" round list
says 'no refusal left a round behind' 'no round yet'
does 'a round with steps' "$CM" round open G-0001 --step G-0001#$STEP --step "G-0001#Record a member's opening from the street" \
    --step G-0001#$BORROW:cost --step G-0001#$BACK:time --as Lin --now $NOW

D=2026-11-24
bad() { # PATTERN NAME ANSWER
    fails 1 "$1" "$2" "$CM" estimate G-0001 --step "$3" --because x --as Ada --now $D
}
bad 'two ends of a 90 % interval' 'a number is no interval' $STEP=0.1
bad 'cannot end at 1' 'a certain end' $STEP=0.1..1
bad 'nearer to 1 than a billionth' 'one that is as good as certain' $STEP=0.1..0.9999999999
bad 'lower end is above' 'ends the wrong way round' $STEP=0.3..0.1
bad 'between the two ends' 'a best guess outside' $STEP=0.1..0.3~0.5
bad 'between the two ends' 'one that is a range' $STEP=0.1..0.3~0.1..0.2
bad 'a number is missing' 'no best guess' $STEP=0.1..0.3~
bad 'cannot begin at 0' 'a cost from nothing' $BORROW:cost=0..5
bad 'a time without unit' 'a time without its unit' $BACK:time=1..5
bad 'asks for no "old:p".*it asks for predict' 'a step that is not asked for' old=0.1..0.2
bad 'asks for no' 'nor another quantity of one that is' $BORROW=0.1..0.2
bad 'no estimate of a step' 'no step at all' =0.1..0.2
fails 1 'given twice' 'a step is estimated once' "$CM" estimate G-0001 --step $STEP=0.1..0.2 --step $STEP:p=0.1..0.3 --because x --as Ada --now $D
fails 1 'with its reason' 'an interval without a reason' "$CM" estimate G-0001 --step $STEP=0.1..0.2 --as Ada --now $D
does 'Ada is unsure' "$CM" estimate G-0001 --step $STEP=0.777..0.888 --because 'TAKEN-BACK' --as Ada --now $D
does 'and changes her mind' "$CM" estimate G-0001 --likelihood often --damage great --step $STEP=0.1..0.3~0.2 --step $RECORD=0.2..0.5 \
    --step $BORROW:cost=500..5k --because 'SECRET-OF-ADA' --not-competent --as Ada --now $D
does 'Ben answers' "$CM" estimate G-0001 --likelihood often --damage middling --step $STEP=0.01..0.05 --step $RECORD=0.3..0.6 \
    --step $BORROW:cost=1k..50k --step $BACK:time=1h..3d --because 'SECRET-OF-BEN' --as Ben --now $D
run "$CM" estimate G-0001 --likelihood often --damage middling --step $STEP=0.01..0.05 --because 'SECRET-OF-BEN' --as Ben --now $D
says 'the same again is no event' 'is that already'
run "$CM" round show R-1 --now $D
says 'an open round counts' "2 for step $STEP:p"
silent 'and tells nothing' '0\.1|0\.05|SECRET'
does 'an open round is exported' "$CM" export open
does 'and published' "$CM" publish --to site --formats html,xml,json,text --now $D
if grep -rqE 'SECRET-OF|0\.1\.\.0\.3|0\.777' open site; then fail 'no open estimate is in any byte'; else pass 'no open estimate is in any byte'; fi

does 'the round closes, though one step has no quorum' "$CM" round close R-1 --as Lin --now 2026-11-30
run "$CM" round show R-1
says 'a pool with its source' 'what counts: 0\.012\.\.0\.27, range pooled from 2 estimates of round R-1'
says 'an interval with its best guess and reason' '0\.1\.\.0\.3~0\.2, Ada: SECRET-OF-ADA'
says 'what has no quorum has no range' "step $BACK:time .*1 estimate; no quorum, so no range, 1 not competent"
silent 'what was taken back is not opened' 'TAKEN-BACK|0\.777'
is 'where the outline has nothing, the pool counts' 'pooled 0.012..0.27' "$(counts R-1 $STEP:p)"
is 'where it has a value, that one counts' 'outline 0.8..0.95' "$(counts R-1 $RECORD:p)"
says 'and the file is as it was' 'p=0\.8\.\.0\.95' <("$CM" threat show G-0001)

# Taking it, and giving it back.
fails 1 'counts already' 'what counts need not be accepted' "$CM" round accept R-1 G-0001#$STEP --as Lin --now 2026-12-01
fails 1 'no round has a pooled range' 'what has no range cannot' "$CM" round accept R-1 G-0001#$BACK:time --as Lin --now 2026-12-01
fails 1 'no round R-9' 'an unknown round' "$CM" round accept R-9 G-0001#$RECORD --as Lin --now 2026-12-01
fails 1 'names no step' 'a step wants its threat' "$CM" round accept R-1 $RECORD --as Lin --now 2026-12-01
fails 1 'no role that may edit' 'a member accepts nothing' "$CM" round accept R-1 G-0001#$RECORD --as Ada --now 2026-12-01
fails 1 'nothing to take back' 'what was not accepted is not taken back' "$CM" round keep R-1 G-0001#$RECORD --as Lin --now 2026-12-01
does 'the group accepts' "$CM" round accept R-1 G-0001#$RECORD --as Lin --reason 'we measured it' --now 2026-12-01
fails 1 'accepted already' 'once' "$CM" round accept R-1 G-0001#$RECORD --as Lin --now 2026-12-01
is 'the range counts instead' 'accepted 0.224..0.572' "$(counts R-1 $RECORD:p)"
run "$CM" round show R-1
says 'and both are shown' "accepted instead of the outline's 0\.8\.\.0\.95"
says 'the outline is not written' 'p=0\.8\.\.0\.95' <("$CM" threat show G-0001)
run "$CM" threat list --json --now 2026-12-01
is 'and the round stands' 'rated' "$(json "[t.get('confirmed', t.get('stage')) for t in d['threats'] if t['id'] == 'G-0001'][0]")"
does 'it is taken back' "$CM" round keep R-1 G-0001#$RECORD --as Lin --now 2026-12-01
is 'the outline counts' 'outline 0.8..0.95' "$(counts R-1 $RECORD:p)"
run "$CM" round accept R-1 G-0001#$RECORD --as Lin --now 2026-12-01

# On the pages, in all formats.
publish() {
    does "published: $1" "$CM" publish --to site --now 2026-12-02 --formats html,xml,json,text
}
publish 'with the pool'
for page in site/threats/G-0001.html site/analysis/analysis.xml site/analysis/analysis.txt; do
    [ -f "$page" ] || page=$(ls site/*/*"${page##*.}" site/*"${page##*.}" 2>/dev/null | head -1)
    tr '\n' ' ' <"$page" | tr -s ' ' >page.txt
    says "the pool is in ${page##*.}" '0\.012\.\.0\.27(<[^>]*>)?, the 90 % interval pooled from 2 estimates' page.txt
    says "with the reasons" 'SECRET-OF-BEN' page.txt
done
python3 - site >found.txt <<'PY'
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob('*.json'):
    def walk(d):
        if isinstance(d, dict):
            if 'estimated' in d and isinstance(d['estimated'], list):
                for e in d['estimated']:
                    print(e['step'], e['outline'], e['pooled'], e['counts'], e['source'], e['round'], e['estimators'])
            for v in d.values():
                walk(v)
        elif isinstance(d, list):
            for v in d:
                walk(v)
    walk(json.loads(path.read_text()))
PY
says 'and in JSON' "^#$STEP:p None 0\.012\.\.0\.27 0\.012\.\.0\.27 pooled R-1 2" found.txt
says 'beside what the outline says' "^#$RECORD:p 0\.8\.\.0\.95 0\.224\.\.0\.572 0\.224\.\.0\.572 accepted R-1 2" found.txt
is 'among the acts of the threat, too, by the schema' '' "$(python3 - site "#$STEP" <<'PY'
import json, sys
site, step = sys.argv[1], sys.argv[2].lstrip('#')
data = json.load(open(f'{site}/register.json'))
try:
    import jsonschema
    jsonschema.validate(data, json.load(open(f'{site}/schema/register.schema.json')))
except ImportError:
    pass
acts = {t['id']: t['acts'] for t in data['threats']}
if acts['G-0001'] != json.load(open(f'{site}/threats/G-0001.json'))['acts']:
    print('two truths')
steps = [s for s in acts['G-0001']['rounds'][0]['steps'] if (s['step'], s['quantity']) == (step, 'probability')]
if len(steps) != 1 or steps[0]['range'] != '0.012..0.27' or steps[0]['answers'] < 2:
    print(acts['G-0001']['rounds'][0])
elif not any('SECRET-OF-BEN' in e.get('reason', '') for e in steps[0]['estimates']):
    print(steps[0]['estimates'])
if any('steps' in r for r in acts['G-0002']['rounds']):
    print('steps of another threat')
PY
)"
cp site/threats/G-0001.html before.html
cp site/threats/G-0002.html other.html
run "$CM" round keep R-1 G-0001#$RECORD --as Lin --now 2026-12-02
publish 'without what was taken back'
if cmp -s before.html site/threats/G-0001.html; then fail 'the page follows'; else pass 'the page follows'; fi
silent 'and names the outline as the source' 'accepted instead' site/threats/G-0001.html
run "$CM" publish --to fresh --now 2026-12-02 --formats html,xml,json,text
for page in threats/G-0001.html threats/G-0002.html; do
    same "$page is as a publication from nothing has it" site/$page fresh/$page
done

# The figures: the analysis takes the pooled ranges as if an outline had them.
minimal fed
python3 - fed/threats/G-0001-recorded-opening.md <<'PY'
import sys
path = sys.argv[1]
text = open(path).read()
text = text.replace('Predict the fresh number\n', 'Predict the fresh number [p=0.012..0.27]\n')
text = text.replace("Borrow a member's unlocked phone\n", "Borrow a member's unlocked phone [cost=595..32.5k]\n")
open(path, 'w').write(text)
PY
run "$CM" tree analyse fed/threats/G-0001-recorded-opening.md --worlds --gap --json
run "$CM" publish --from fed --to site2 --now 2026-12-02 --formats json
python3 - site site2 >figures.txt <<'PY'
import json, pathlib, sys
def analysis(root):
    for path in pathlib.Path(root).rglob('*.json'):
        d = json.loads(path.read_text())
        for t in d.get('threats', []) if isinstance(d, dict) else []:
            if isinstance(t, dict) and t.get('id') == 'G-0001' and 'analysis' in t:
                a = dict(t['analysis'])
                had = bool(a.pop('estimated', None))
                a.pop('rating', None)
                return a, had
one, two = analysis(sys.argv[1]), analysis(sys.argv[2])
print('same' if one[0] == two[0] else 'other', one[1], two[1])
PY
is 'the figures are those of an outline with the range' 'same True False' "$(cat figures.txt)"

# What the author writes afterwards.
run "$CM" round accept R-1 G-0001#$RECORD --as Lin --now 2026-12-03
"$CM" threat show G-0001 --json >/dev/null
"$CM" export now >/dev/null
sed -i 's/p=0.8..0.95/p=0.5..0.9/' now/threats/G-0001-*.md
does 'another value in the outline' "$CM" import now --now 2026-12-03
is 'counts, and the acceptance is over' 'outline 0.5..0.9' "$(counts R-1 $RECORD:p)"
run "$CM" round show R-1
says 'the range is offered again' 'from the outline; offered is 0\.224\.\.0\.572, pooled from 2 estimates of round R-1'
rm -rf now && "$CM" export now >/dev/null
sed -i 's/Predict the fresh number/Guess the fresh number/' now/threats/G-0001-*.md
does 'another label' "$CM" import now --now 2026-12-03
run "$CM" round show R-1
says 'is another step' 'the tree has no such step any more'

# A later round offers another range.
does 'a second round' "$CM" round open G-0001 --follows R-1 --reason 'Ada asks' --step G-0001#$BORROW:cost --as Lin --now 2026-12-04
for name in Ada Ben; do
    run "$CM" estimate G-0001 --likelihood often --damage great --step $BORROW:cost=2k..4k --because 'prices fell' --as $name --now 2026-12-05
done
does 'closes' "$CM" round close R-2 --as Lin --now 2026-12-12
is 'the newer range counts' 'pooled 2k..4k' "$(counts R-2 $BORROW:cost)"
run "$CM" round accept R-1 G-0001#$RECORD --as Lin --now 2026-12-12

# Elsewhere.
does 'the record verifies' "$CM" record verify
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
sqlite3 t.db "UPDATE estimate SET answer = '0.2..0.3' WHERE factor = '#$STEP:p'" 2>/dev/null || python3 -c "
import sqlite3; c = sqlite3.connect('t.db'); c.execute(\"UPDATE estimate SET answer = '0.2..0.3' WHERE factor = '#$STEP:p'\"); c.commit()"
fails 1 "the #$STEP:p of G-0001 by R-1:e1 is not what event" 'a changed row is found' "$CM" --db t.db record verify
finish
