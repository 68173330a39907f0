#!/bin/bash
# Absent leaders: who is away, what a deputy may do and when. And the last step of an appeal: the council is asked, and answers.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal garden
sed -i -e 's/^mode: author/mode: small/' garden/process.md
does 'a store' "$CM" init --profile garden --now 2026-12-01
for name in Ada Ben Cem Lin Gus; do does "$name joins" "$CM" member add $name --now 2026-12-01; done
does 'Lin leads' "$CM" role give Lin editor --reason 'by the assembly' --now 2026-12-01
does 'Ben stands in' "$CM" role give Ben deputy --now 2026-12-01
does 'Gus speaks for the assembly' "$CM" role give Gus assembly --now 2026-12-01

# What waits for a leader: a round, a call, an objection, the report.
does 'a round' "$CM" round open G-0001 --as Lin --now 2026-12-01
for name in Ada Ben; do
    does "$name estimates" "$CM" estimate G-0001 --likelihood often --damage great --because 'I saw it' --as $name --now 2026-12-02
done
does 'an edition' "$CM" edition new analysis --kind substantive --remark First --without-pdf --as Lin --now 2026-12-01
does 'a call' "$CM" call open analysis 0.1 --question 'Do we agree?' --as Lin --now 2026-12-01
does 'Cem objects' "$CM" position C-1 object --reason 'Too short.' --as Cem --now 2026-12-03
fails 1 'Ada holds no role that may round' 'a member does not close' "$CM" round close R-1 --as Ada --now 2027-01-20
fails 1 'from 2026-12-23 on.*14 days.*deputy_days' 'a deputy not at once' "$CM" round close R-1 --as Ben --now 2026-12-22
fails 1 'until the end of 2026-12-08' 'and not before its end' "$CM" round close R-1 --as Ben --now 2026-12-05
fails 1 'from 2026-12-23 on' 'nor settles objections' "$CM" objection answer O-1 --text 'No.' --as Ben --now 2026-12-10
fails 1 'holds no role that may round' 'a deputy opens nothing' "$CM" round open G-0002 --as Ben --now 2027-01-20
fails 1 'holds no role that may override' 'and overrides nothing' "$CM" round close R-1 --override --reason now --as Ben --now 2027-01-20
does 'after its days a deputy closes' "$CM" round close R-1 --as Ben --now 2026-12-23
run "$CM" record show --json
is 'the record says as whom and why' 'editor: as deputy, the time of the role Editor was over on 2026-12-22' "$(
    "$CM" record export >r.jsonl
    python3 -c 'import json
for line in open("r.jsonl"):
    d = json.loads(line)
    p = d.get("payload") or {}
    p = json.loads(p) if isinstance(p, str) else p
    if "deputy" in p: print(p["deputy"]["for"] + ": " + p["deputy"]["because"])')"

# An announced absence.
fails 1 'says when they are away' 'nobody says it for another' "$CM" away announce Lin --until 2026-12-20 --as Ada --now 2026-12-09
fails 1 'before --from' 'from later than until' "$CM" away announce Lin --from 2026-12-20 --until 2026-12-19 --as Lin --now 2026-12-09
fails 1 'has passed' 'days that have passed' "$CM" away announce Lin --from 2026-12-01 --until 2026-12-02 --as Lin --now 2026-12-09
fails 1 'is no day' 'no day' "$CM" away announce Lin --until soon --as Lin --now 2026-12-09
fails 1 'no member' 'a stranger' "$CM" away announce Zoe --until 2026-12-20 --now 2026-12-09
fails 2 'wants one name' 'no name' "$CM" away announce --until 2026-12-20
does 'Lin is away' "$CM" away announce Lin --from 2026-12-10 --until 2026-12-12 --as Lin --now 2026-12-09
run "$CM" away list --now 2026-12-09
says 'which is shown' 'Lin: from 2026-12-10 to 2026-12-12'
fails 1 'from 2026-12-23 on' 'not before' "$CM" objection answer O-1 --text 'No.' --as Ben --now 2026-12-09
run "$CM" due --now 2026-12-10
says 'the deputy is named' 'Editor or Deputy +to close call C-1'
does 'a deputy answers in these days' "$CM" objection answer O-1 --text 'It says what we know.' --as Ben --now 2026-12-10
does 'another leader' "$CM" role give Ada editor --now 2026-12-10
fails 1 'from 2026-12-23 on' 'unless another leader is there' "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Ben --now 2026-12-11
does 'who is away, too' "$CM" away announce Ada --until 2026-12-11 --as Ada --now 2026-12-10
does 'then a deputy closes' "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Ben --now 2026-12-11
run "$CM" call show C-1 --now 2026-12-11
says 'which is said' 'as deputy, who holds the role Editor was away until 2026-12-11'
does 'Lin is back' "$CM" away end Lin --as Lin --now 2026-12-11
fails 1 'announced no absence' 'once' "$CM" away end Lin --as Lin --now 2026-12-11
run "$CM" away list --json --now 2026-12-11
is 'the list' "['Ada']" "$(json "[a['name'] for a in d['away']]")"
fails 1 'does not wait yet' 'the first report is a leader'\''s' "$CM" report --record --as Ben --now 2027-06-30

# The council.
fails 1 'after an appeal was decided.*Appeals' 'no question before the appeal' "$CM" decision refer D-1 --reason 'Why?' --as Cem --now 2026-12-12
does 'Cem appeals' "$CM" decision appeal D-1 --reason 'It is too short.' --as Cem --now 2026-12-12
fails 1 'the appeal is open: C-2' 'nor while it is open' "$CM" decision refer D-1 --reason 'Why?' --as Cem --now 2026-12-13
does 'Lin closes the appeal' "$CM" call close C-2 --outcome not-accepted --judgement 'It is short, and true.' --as Lin --now 2026-12-20
fails 1 'about the decision that was appealed, D-1' 'the question is about the first one' "$CM" decision refer D-2 --reason 'Why?' --as Cem --now 2026-12-20
fails 1 'was not asked' 'no answer without a question' "$CM" decision answer D-1 upheld --reason 'So.' --link https://x.example/1 --as Gus --now 2026-12-20
fails 1 '--reason wants a text' 'a question has a reason' "$CM" decision refer D-1 --as Cem --now 2026-12-20
does 'Cem asks the assembly' "$CM" decision refer D-1 --reason 'Short texts mislead.' --as Cem --now 2026-12-20
fails 1 'was asked about D-1 on 2026-12-20 already' 'once' "$CM" decision refer D-1 --reason 'Again.' --as Ada --now 2026-12-21
run "$CM" due --now 2027-01-25
says 'the answer has a date, and who asked looks after it' '2027-01-19 +overdue by 6 days +Cem +what Garden Assembly answers to the appeal against D-1'
run "$CM" report --since 2026-12-01 --now 2026-12-31
says 'the report tells of it' 'Appeals to the council'
says 'with its date' 'hoped for until 2027-01-19'
fails 1 'holds no role that may answer' 'a leader does not answer' "$CM" decision answer D-1 dismissed --reason 'No.' --link https://x.example/1 --as Lin --now 2027-01-02
fails 1 'dismissed or upheld, not "upheeld".*did you mean "upheld"' 'no other answer' "$CM" decision answer D-1 upheeld --reason 'No.' --link https://x.example/1 --as Gus --now 2027-01-02
fails 1 '--link is the address' 'nor one without where to read it' "$CM" decision answer D-1 upheld --reason 'No.' --link nowhere --as Gus --now 2027-01-02
does 'the stage before' "$CM" threat show G-0001 --json --now 2027-01-02
does 'Gus answers' "$CM" decision answer D-1 upheld --reason 'It misleads.' --link https://gate.example.org/minutes/9 --as Gus --now 2027-01-02
fails 1 'answered the appeal against D-1 already: upheld' 'once, too' "$CM" decision answer D-1 dismissed --reason 'No.' --link https://x.example/1 --as Gus --now 2027-01-03
run "$CM" decision show D-1 --json --now 2027-01-03
is 'the decision is set aside' 'set aside upheld Gus It misleads. https://gate.example.org/minutes/9' \
    "$(json "' '.join([d['decision']['state']] + [d['decision']['council'][k] for k in ('answer', 'answered_by', 'why', 'link')])")"
run "$CM" call show C-1 --now 2027-01-03
says 'the call says so' 'D-1: accepted, set aside'
says 'with the reason and where it is written' 'the council upheld the appeal on 2027-01-02: It misleads. \(https://gate.example.org/minutes/9\)'
run "$CM" due --now 2027-01-25
silent 'nothing is waited for any more' 'what Garden Assembly'
"$CM" report --since 2026-12-25 --now 2027-01-10 | tr -s ' \n' ' ' >"$out"
says 'the report says what became of it' 'upheld on 2027-01-02. It misleads'
does 'the site' "$CM" publish --to site --formats html,json,text --now 2027-01-10
says 'and its pages' 'Set aside after an appeal to Garden Assembly \([^)]*2027' site/threats/G-0001.html
says 'with the address' 'https://gate.example.org/minutes/9' site/threats/G-0001.html
cp site/register.json "$out"
is 'and the data' 'D-1 True' "$(json "' '.join(x['id'] + ' ' + str(x['set_aside']) for x in d['threats'][0]['acts']['decisions'])")"

# The record adopts all of it.
does 'verify' "$CM" record verify
does 'export' "$CM" export one
does 'adopt' "$CM" init --db two.db --profile one --now 2027-01-10
does 'export again' "$CM" export two --db two.db
same 'the same' one two
run "$CM" decision show D-1 --db two.db --json --now 2027-01-03
is 'the adopted store knows the answer' 'set aside' "$(json "d['decision']['state']")"
run "$CM" away list --db two.db --json --now 2026-12-11
is 'and who is away' "['Ada']" "$(json "[a['name'] for a in d['away']]")"

# Settings that make no sense.
cp -r garden bad
sed -i 's/deputy_for: editor/deputy_for: deputy/' bad/sig.yaml
fails 1 'unknown role to stand in for "deputy"' 'a deputy of a deputy' "$CM" check bad
sed -i 's/deputy_for: deputy/deputy_for: editr/' bad/sig.yaml
fails 1 'unknown role to stand in for "editr".*editor' 'a deputy of nobody' "$CM" check bad
sed -i -e 's/deputy_for: editr/deputy_for: editor/' -e 's/, mark: .*}/}/' bad/sig.yaml
sed -i 's/^deputy_days: 14/deputy_days: some/' bad/process.md
fails 1 '`deputy_days` is "some"' 'no number' "$CM" check bad
sed -i -e 's/^deputy_days: some/deputy_days: 14\nrounds: {closed_by: nobody}/' bad/process.md
fails 1 'nobody.*(clock|leader)|closed_by' 'rounds that nobody closes' "$CM" check bad
finish
