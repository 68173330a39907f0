#!/bin/bash
# A whole group at work, from the first proposal to an outdated decision: three members and a leader; then one editor
# alone; then 200 members in one round. At the end of each, the record verifies, and an empty store that takes in what
# was exported exports the same bytes.
. "$(dirname "$0")/lib.sh"

elsewhere() { # NAME: what $CASEMATE_DB exports, a store that was empty exports again
    does "$1: the record verifies" "$CM" record verify
    does "$1: export" "$CM" export "$1-one"
    does "$1: the exported record verifies alone" "$CM" record verify "$1-one/record.jsonl"
    does "$1: an empty store" "$CM" --db "$1-t.db" init
    does "$1: takes it in" "$CM" --db "$1-t.db" import "$1-one" --now $NOW
    does "$1: and verifies" "$CM" --db "$1-t.db" record verify
    does "$1: and exports" "$CM" --db "$1-t.db" export "$1-two"
    same "$1: the same bytes" "$1-one" "$1-two"
}
of() { # THREAT EXPRESSION [DAY]
    run "$CM" threat show "$1" --json --now "${3:-$NOW}"
    json "$2"
}
confirmed() { # THREAT DAY
    of "$1" "d['confirmed']" "$2"
}
decision() { # DECISION DAY
    run "$CM" decision show "$1" --json --now "$2"
    json "d['decision']['state']"
}
sig_mode() { # FOLDER: in the mode of a large group
    sed -i -e 's/^mode: author/mode: sig/' \
        -e '/^  small: {/{p;s/small/sig/;s/estimators: 2/estimators: 3/;s/_days: 7/_days: 14/g}' "$1/process.md"
}

# ---- three members and who leads them ----
export CASEMATE_DB=sig.db
minimal garden
sig_mode garden
does 'a store in the mode of a large group' "$CM" init --profile garden --now 2026-09-01
for name in Ada Ben Cem Lin; do
    does "$name joins" "$CM" member add $name --mail "$name@example.org" --now 2026-09-01
done
does 'Lin leads' "$CM" role give Lin editor --reason 'by the assembly' --now 2026-09-01
fails 1 'no role that may round' 'a member does not' "$CM" round open G-0001 --as Ada --now 2026-09-01

# Identification.
does 'Ada proposes what is much like something known' "$CM" threat propose --name 'Opening recorded and played back' \
    --area opening \
    --abstract 'A stranger records what a phone says to the gate and plays it back at night.' --as Ada --now 2026-09-02
says 'and is told of it' 'G-0001'
does 'so Lin merges it' "$CM" threat merge G-0004 --into G-0001 --reason 'the same recording' --as Lin --now 2026-09-03
is 'and it is at its end' merged "$(confirmed G-0004 2026-09-03)"
does 'Ada proposes something new' "$CM" threat propose --name 'Jammed radio locks everybody out' --area opening \
    --abstract 'A stranger jams the radio. Nobody comes in, and a fire may not wait.' --as Ada --now 2026-09-04
is 'with the next number' noted "$(confirmed G-0005 2026-09-04)"
fails 1 'no role that may edit' 'Ada does not define it' "$CM" threat edit G-0005 --set level=protocol --as Ada \
    --now 2026-09-05
cat >definition.txt <<'END'
A transmitter on the same channel drowns the phone.

```attack-tree
Lock everybody out
  Jam the radio from the street  [p=0.3..0.6]  ; basis: a guess by the editor
  AND Jam only the answers
    Learn when a phone speaks
    Send noise at that moment
```
END
does 'Lin does' "$CM" threat edit G-0005 --set level=protocol --set 'affects=[GATE-01 §3]' \
    --set "definition=$(cat definition.txt)" \
    --set 'attacker={position: stranger, on: [radio], activity: active}' --as Lin --now 2026-09-05
fails 1 'a closed round in which at least 3 members' 'the next stage wants estimates of the group' "$CM" threat \
    advance G-0005 --to rated --as Lin --now 2026-09-05

# A blind round, and a second one where the first lies apart.
does 'a round' "$CM" round open G-0005 --as Lin --now 2026-09-06
for answer in 'Ada seldom great' 'Ben often great' 'Cem sometimes middling' 'Lin often great'; do
    set -- $answer
    does "$1 estimates" "$CM" estimate G-0005 --likelihood $2 --damage $3 --because "HIDDEN-$1 as I see it" --as $1 \
    --now 2026-09-10
done
does 'the open round in an export' "$CM" export open
if grep -rq 'HIDDEN-' open; then fail 'shows no estimate'; else pass 'shows no estimate'; fi
is 'but that there are some' 4 "$(grep -c estimate.give open/record.jsonl)"
does 'and in a published site' "$CM" publish --to open-site --formats html,json,text --now 2026-09-10
if grep -rq 'HIDDEN-' open-site; then fail 'none either'; else pass 'none either'; fi
fails 1 'until the end of 2026-09-20' 'no close before its time' "$CM" round close R-1 --as Lin --now 2026-09-20
run "$CM" due --now 2026-09-21
says 'the close is due' 'R-1'
fails 1 'took estimates until' 'no estimate after it' "$CM" estimate G-0005 --likelihood seldom --because late \
    --as Ben --now 2026-09-21
does 'close' "$CM" round close R-1 --as Lin --now 2026-09-21
is 'two middle values, of which the higher counts' 'often seldom often 4' \
    "$(of G-0005 "' '.join(str(d['likelihood'][k]) for k in ('rating', 'low', 'high', 'estimators'))")"
does 'the spread asks for a second round' "$CM" round open G-0005 --follows R-1 --as Lin --now 2026-09-22
for answer in 'Ada sometimes great' 'Ben often great' 'Cem sometimes great' 'Lin often middling'; do
    set -- $answer
    does "$1 estimates again" "$CM" estimate G-0005 --likelihood $2 --damage $3 \
    --because "after reading the others, $1" --as $1 --now 2026-09-25
done
does 'close of the second' "$CM" round close R-2 --as Lin --now 2026-10-07
run "$CM" round show R-2 --json --now 2026-10-07
is 'both medians are shown' "['sometimes', 'often'] 1" \
    "$(json "(lambda r: '%s %s' % (r['medians'], r['spread']))(d['threats'][0]['likelihood'])")"
does 'the stage is reached' "$CM" threat advance G-0005 --to rated --as Lin --now 2026-10-07
is 'confirmed by the round' rated "$(confirmed G-0005 2026-10-07)"

# The objection period, and the responses.
does 'Ben objects to the priority' "$CM" objection raise G-0005 --reason 'A fire is worse than great.' --as Ben \
    --now 2026-10-08
does 'the responses' "$CM" threat edit G-0005 --as Lin --now 2026-10-09 \
    --set 'advice=Keep a key beside the gate, and tell who has it.' \
    --set 'responses=[{reference: GATE-01 v1.2 §4, covers: none, how: "a fresh number does not help against noise"}]'
is 'but the priority did not stand' rated "$(confirmed G-0005 2026-10-14)"
fails 1 'objection' 'while an objection is open' "$CM" threat advance G-0005 --to answered --as Lin --now 2026-10-14
does 'Lin answers it' "$CM" objection answer O-1 --text 'The scale ends there; the advice names fires.' --as Lin \
    --now 2026-10-14
does 'then it stood' "$CM" threat advance G-0005 --to answered --as Lin --now 2026-10-15
is 'without an override' answered "$(confirmed G-0005 2026-10-15)"
is 'by the table' 1 "$(of G-0005 "d['priority']")"

# An edition, a call on it, a decision.
does 'an edition' "$CM" edition new analysis --kind substantive --remark 'First edition' --without-pdf --as Lin \
    --now 2026-10-16
fails 1 'at least 14 days in the mode "sig"' 'a short call on it' \
    "$CM" call open analysis 0.1 --question 'Is this what we advise?' --until 2026-10-28 --as Lin --now 2026-10-16
does 'a call on it' "$CM" call open analysis 0.1 --question 'Is this what we advise?' --as Lin --now 2026-10-16
fails 1 'at least 7 days' 'one on the process is not short either' "$CM" call open process --question 'So?' \
    --until 2026-10-18 --as Lin --now 2026-10-16
does 'Ada supports' "$CM" position C-1 support --as Ada --now 2026-10-18
does 'Ben objects' "$CM" position C-1 object --reason 'Keys get lost.' --as Ben --now 2026-10-19
does 'Cem objects' "$CM" position C-1 object --reason 'Who has it should stay private.' --as Cem --now 2026-10-20
does 'Ben is answered' "$CM" objection answer O-2 --text 'It is counted each month.' --as Lin --now 2026-10-21
fails 1 'O-3 by Cem' 'no close over an open objection' \
    "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Lin --now 2026-11-01
does 'Cem stays in dissent' "$CM" objection dissent O-3 --reason 'The keepers know it anyway.' --as Lin --now 2026-11-01
does 'close' "$CM" call close C-1 --outcome accepted --judgement 'One dissent, about who knows the place.' \
    --link https://example.org/minutes/1 --as Lin --now 2026-11-01
does 'the last stage' "$CM" threat advance G-0005 --to reviewed --as Lin --now 2026-11-02
is 'is reached' reviewed "$(confirmed G-0005 2026-11-02)"
is 'and leaves the decision standing' valid "$(decision D-1 2026-11-02)"
run "$CM" record show --json
is 'nothing was overridden' 0 "$(json "sum(e['action'] in ('threat.override', 'round.override') for e in d['events'])")"

# Where it goes: a hand-over, a submission, a report.
does 'a hand-over' "$CM" handover open G-0005 --document GATE-01 --carried-by 'Ada' --venue 'Gate builders' \
    --on 2026-11-04 \
    --as Lin --now 2026-11-03
does 'is answered' "$CM" handover settle H-1 taken-up --link https://gate.example.org/minutes/7 --as Lin \
    --now 2026-11-10
fails 1 'assent' 'no submission without assent' "$CM" submit analysis --to proto.xml --now 2026-11-11
does 'a submission' "$CM" submit analysis --to proto.xml --assent 'Rosa Hedge' --now 2026-11-11
says 'is a ProtoXEP' '<status>ProtoXEP</status>' proto.xml
says 'that holds the threat' 'Jammed radio' proto.xml
does 'and follows the rules of the XSF' "$CM" lint proto.xml
does 'a report' "$CM" report --since 2026-09-01 --record --as Lin --now 2026-11-12
says 'tells of the threat' 'G-0005'
says 'of the decision' 'D-1 on analysis'
says 'of the dissent' 'Dissent of'
says 'and of what is on its way' 'Recommendations on their way'
run "$CM" due --within 365 --now 2026-11-12
says 'and the next one has a date' '2027-05-11 .*report'

# An appeal.
does 'Ben appeals' "$CM" decision appeal D-1 --reason 'Nobody counts keys.' --as Ben --now 2026-11-13
fails 1 'somebody else' 'not before who decided' "$CM" call close C-2 --outcome accepted --judgement 'No.' --as Lin \
    --now 2026-12-01
does 'Cem leads, too' "$CM" role give Cem editor --until 2027-06-30 --as Lin --now 2026-11-14
does 'Cem decides it' "$CM" call close C-2 --outcome not-accepted --judgement 'The keepers count them.' --as Cem \
    --now 2026-12-01
is 'and the decision stands' valid "$(decision D-1 2026-12-01)"

# What the text does to the decision.
does 'an editorial change' "$CM" threat edit G-0005 --set 'advice=Keep a key beside the gate; tell who has it.' \
    --editorial --reason 'punctuation' --as Lin --now 2026-12-02
is 'leaves it standing, marked' 'with editorial changes' "$(decision D-1 2026-12-02)"
is 'and the stage' reviewed "$(confirmed G-0005 2026-12-02)"
does 'a change of the stage' "$CM" threat reopen G-0005 --to answered --reason 'to look again' --as Lin --now 2026-12-03
is 'too' 'with editorial changes' "$(decision D-1 2026-12-03)"
does 'another attack tree' "$CM" threat edit G-0005 \
    --set "definition=$(sed 's/Send noise at that moment/Answer in the place of the gate/' definition.txt)" \
    --as Lin --now 2026-12-04
is 'outdates it' outdated "$(decision D-1 2026-12-04)"
run "$CM" decision show D-1 --now 2026-12-04
says 'with the edition and the threat' 'changed since: G-0005'
is 'and takes the stage back' noted "$(confirmed G-0005 2026-12-04)"

# The template changes; what was written stays valid, and shows what it lacks.
does 'export' "$CM" export changed
sed -i 's/^  - {id: advice, .*/&\n  - {id: signs, name: How one notices, kind: prose, from: rated}/' changed/template.md
printf '\n## How one notices\n\nWhat a keeper could see.\n' >>changed/template.md
fails 1 'stage answered: How one notices is empty' 'one more field leaves old threats behind' "$CM" check changed
sed -i 's/kind: prose, from: rated}$/kind: prose, from: rated, since: 2026-12-06}/' changed/template.md
does 'unless it says since when it is asked for' "$CM" check changed
does 'the normal form keeps that' "$CM" fmt --check changed
does 'is taken in' "$CM" import changed --as Lin --reason 'we want to notice' --now 2026-12-06
is 'an old threat stays as it was' answered "$(of G-0001 "d['stage']" 2026-12-06)"
run "$CM" threat show G-0001 --json --now 2026-12-06
is 'and shows what it lacks' True "$(json "any('How one notices is empty' in lack for lack in d['lacks'])")"
does 'to fill it is an edit like others' "$CM" threat edit G-0001 --set 'signs=The gate opens and nobody is there.' \
    --as Lin --now 2026-12-07
elsewhere sig

# ---- one editor alone ----
export CASEMATE_DB=author.db
does 'a store in the mode of one author' "$CM" init --profile "$TOP/profiles/minimal" --now 2026-09-01
does 'Rosa' "$CM" member add Rosa --now 2026-09-01
does 'edits' "$CM" role give Rosa editor --now 2026-09-01
fails 1 'has no rounds' 'there is nobody to rate with' "$CM" round open G-0001 --as Rosa --now 2026-09-02
fails 1 'acceptance by reviews' 'nor is her own word enough' "$CM" threat advance G-0001 --to reviewed --as Rosa \
    --now 2026-09-02
does 'she asks an expert' "$CM" review request G-0001 --to lea@far.example --name 'Lea Stone' --by +14d --as Rosa \
    --now 2026-09-02
run "$CM" due --now 2026-09-03
says 'the answer has a date' '2026-09-16 .*Rosa .*V-1'
does 'who wants a change' "$CM" review answer V-1 --verdict changes-wanted --text 'Say which gates.' --now 2026-09-10
does 'which is made' "$CM" threat edit G-0001 \
    --set 'abstract=A stranger records what a phone says to an old gate, and plays it back at night.' \
    --as Rosa --now 2026-09-11
does 'and found sound' "$CM" review answer V-1 --verdict sound --present --now 2026-09-12
does 'so the last stage is reached' "$CM" threat advance G-0001 --to reviewed --as Rosa --now 2026-09-13
is 'without an override' reviewed "$(confirmed G-0001 2026-09-13)"
does 'an edition' "$CM" edition new analysis --kind substantive --remark 'First edition' --without-pdf --as Rosa \
    --now 2026-09-14
run "$CM" edition show analysis 0.1 --file analysis.txt
says 'names who reviewed' 'Lea Stone'
says 'and what nobody reviewed' 'reviewed by nobody'
says 'and claims no consensus' 'No consensus sought'
elsewhere author
is 'no address leaves the store' '' "$(grep -rl far.example author-one)"

# ---- 200 members ----
export CASEMATE_DB=many.db
minimal many
sig_mode many
does 'a store for many' "$CM" init --profile many --now 2026-09-01
python3 - >answers <<'END'
import random
draw = random.Random(139)
for n in range(200):
    print(f'Member{n:03}', draw.choice(['seldom', 'sometimes', 'sometimes', 'often']),
          draw.choice(['small', 'middling', 'great', 'great', 'abstain']))
END
refused=0
while read -r name _ _; do
    "$CM" member add "$name" --now 2026-09-01 >/dev/null || refused=$((refused + 1))
done <answers
is '200 join' 0 $refused
does 'a round' "$CM" round open G-0001 --now 2026-09-02
while read -r name likelihood damage; do
    set -- --damage "$damage"
    if [ "$damage" = abstain ]; then set -- --abstain; fi
    "$CM" estimate G-0001 --likelihood "$likelihood" "$@" --because "as $name sees it" --as "$name" --now 2026-09-03 \
    >/dev/null ||
        refused=$((refused + 1))
done <answers
is '200 estimate' 0 $refused
run "$CM" round show R-1 --now 2026-09-03
says 'which is shown, and no more' '200 of 200 answered'
does 'close' "$CM" round close R-1 --now 2026-09-20
run "$CM" round show R-1 --json --now 2026-09-20
python3 - answers "$out" >counted <<'END'
import json, statistics, sys
scales = {'likelihood': ['seldom', 'sometimes', 'often'], 'damage': ['small', 'middling', 'great']}
rows = [line.split() for line in open(sys.argv[1])]
threat = json.load(open(sys.argv[2]))['threats'][0]
for at, (factor, scale) in enumerate(scales.items(), 1):
    low, high = statistics.median_low, statistics.median_high
    levels = sorted(scale.index(row[at]) for row in rows if row[at] in scale)
    share = lambda test: sum(map(test, levels)) * 4
    count = len(levels)
    wanted = {'median': scale[high(levels)],
              'medians': sorted({scale[low(levels)], scale[high(levels)]}, key=scale.index),
              'lower_quartile': scale[min(l for l in range(3) if share(lambda x: x <= l) >= count)],
              'upper_quartile': scale[max(l for l in range(3) if share(lambda x: x >= l) >= count)]}
    got = {key: threat[factor].get(key) for key in wanted}
    got['medians'] = got['medians'] or [got['median']]
    given = sorted(scale.index(e['answer']) for e in threat[factor]['estimates'] if e['answer'] in scale)
    print(factor, wanted == got and given == levels or f'wanted {wanted}, got {got}')
END
is 'medians and quartiles are those that another program counts' 'likelihood True damage True' "$(paste -sd' ' counted)"
is 'the order by the table' rated "$(confirmed G-0001 2026-09-20)"
run "$CM" threat show G-0001 --json --now 2026-09-20
is 'with the number of those who chose a level' "200 $(grep -vc abstain answers)" \
    "$(json "'%d %d' % (d['likelihood']['estimators'], d['damage']['estimators'])")"
elsewhere many
finish
