#!/bin/bash
# Moves that are against the rules, each refused with the rule that it breaks; and who set the group up, shown to every reader.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal garden
sed -i -e 's/^mode: author/mode: small/' garden/process.md
does 'a store' "$CM" init --profile garden --now 2026-12-01
for name in Ada Ben Lin; do does "$name joins" "$CM" member add $name --now 2026-12-01; done
does 'Lin leads' "$CM" role give Lin editor --now 2026-12-01

# A round.
fails 1 'lasts at least 7 days in the mode "small" \(process\.md, first_round_days\)' 'a short round' \
    "$CM" round open G-0001 --until 2026-12-03 --as Lin --now 2026-12-01
does 'a round' "$CM" round open G-0001 --as Lin --now 2026-12-01
fails 1 'until the end of 2026-12-08, and is closed then \(process\.md, Rounds\)' 'a round closed early' \
    "$CM" round close R-1 --as Lin --now 2026-12-05
does 'an estimate' "$CM" estimate G-0001 --likelihood often --damage great --because seen --as Ada --now 2026-12-02
fails 1 'lacks a quorum: 2 estimates .*\(process\.md, estimators\)' 'a round closed without its quorum' \
    "$CM" round close R-1 --as Lin --now 2026-12-09
fails 1 'took estimates until 2026-12-08.*\(process\.md, Rounds\)' 'an estimate after the end' \
    "$CM" estimate G-0001 --likelihood often --because late --as Ben --now 2026-12-09
does 'a leader closes it' "$CM" round close R-1 --override --reason 'nobody else came' --as Lin --now 2026-12-09
fails 1 'R-1 is closed, and its estimates are public.*\(process\.md, Rounds\)|is in no open round.*\(process\.md, Rounds\)' \
    'an estimate after closing' "$CM" estimate G-0001 --round R-1 --likelihood often --because late --as Ben --now 2026-12-10

# A call.
does 'an edition' "$CM" edition new analysis --kind substantive --remark First --without-pdf --as Lin --now 2026-12-10
fails 1 'runs for at least 7 days in the mode "small" \(process\.md, "Calls"\): until 2026-12-17 or later' 'a short call' \
    "$CM" call open analysis 0.1 --question 'So?' --until 2026-12-12 --as Lin --now 2026-12-10
fails 1 'runs for at least 7 days \(process\.md, "Calls"\)' 'a short call on the process' \
    "$CM" call open process --question 'So?' --until 2026-12-12 --as Lin --now 2026-12-10
does 'a call' "$CM" call open analysis 0.1 --question 'So?' --as Lin --now 2026-12-10
fails 1 'an objection gives a reason \(process\.md, "Calls"\)' 'an objection without a reason' "$CM" position C-1 object --as Ben --now 2026-12-11
does 'Ben objects' "$CM" position C-1 object --reason 'It is too long.' --as Ben --now 2026-12-11
fails 1 'runs until 2026-12-17.*\(process\.md, "Calls"\)' 'a call closed early' \
    "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Lin --now 2026-12-12
fails 1 'cannot close over an open objection \(process\.md, "Calls"\).*O-1 by Ben' 'closing over an objection' \
    "$CM" call close C-1 --outcome accepted --judgement 'Agreed.' --as Lin --now 2026-12-18
fails 1 'positions are not counted \(process\.md, "Calls"\)' 'closing without a judgement' \
    "$CM" call close C-1 --outcome accepted --judgement '' --as Lin --now 2026-12-18
fails 1 'the group approves nothing \(XEP-0139\)' 'an outcome called approved' \
    "$CM" call close C-1 --outcome approved --judgement 'Agreed.' --as Lin --now 2026-12-18
does 'the text changes' "$CM" threat edit G-0002 --set 'advice=Strike the name off at once.' --as Lin --now 2026-12-12
fails 1 'a position on a stale text: G-0002 changed since C-1 opened.*\(process\.md, "Calls"\)' 'a position on a stale text' \
    "$CM" position C-1 support --as Ada --now 2026-12-12
fails 1 'C-1 ended on 2026-12-17 \(process\.md, "Calls"\)' 'a position after the end' "$CM" position C-1 support --as Ada --now 2026-12-18
does 'dissent' "$CM" objection dissent O-1 --reason 'It is as long as the threats are.' --as Lin --now 2026-12-18
does 'close' "$CM" call close C-1 --outcome accepted --judgement 'One dissent.' --as Lin --now 2026-12-18
fails 1 'the text has changed since analysis 0.1: G-0002; publish the next edition' 'a call on a stale text' \
    "$CM" call open analysis 0.1 --question 'And now?' --as Lin --now 2026-12-18
does 'an appeal' "$CM" decision appeal D-1 --reason 'Too long!' --as Ben --now 2026-12-19
fails 1 'an appeal is closed by somebody else \(process\.md, "Appeals"\)' 'an appeal closed by whom it is about' \
    "$CM" call close C-2 --outcome not-accepted --judgement 'No.' --as Lin --now 2026-12-28
fails 1 'after an appeal was decided \(process\.md, "Appeals"\)' 'the council before the group' "$CM" decision refer D-1 --reason 'Why?' --as Ben --now 2026-12-20

# Stages, and what they are called.
fails 1 'cannot enter "Rated": it needs a closed round' 'a stage without what it needs' "$CM" threat advance G-0003 --to reviewed --as Lin --now 2026-12-28
for name in 'id: approved, name: Good' 'id: good, name: Approved by all' 'id: approval, name: Good'; do
    rm -rf bad && cp -r garden bad
    sed -i "s/id: reviewed, name: Reviewed/$name/" bad/process.md
    fails 1 'a state is called "(approved|Approved by all|approval)".*approves nothing \(XEP-0139, scope\)' "a state: $name" "$CM" check bad
done
rm -rf bad && cp -r garden bad
sed -i 's/id: withdrawn, name: Withdrawn/id: withdrawn, name: Disapproved/' bad/process.md
fails 1 'a state is called "Disapproved"' 'an end, too' "$CM" check bad
fails 1 'a state is called "Disapproved"' 'nor is it imported' "$CM" import bad --as Lin --now 2026-12-28
fails 1 'mode|kind|substantive' 'an edition of no kind' "$CM" edition new analysis --kind approved --remark Second --as Lin --now 2026-12-28

# Every one of them left the record whole, and without a trace.
does 'the record' "$CM" record verify
run "$CM" record show
silent 'tells of what was done only' 'approved'

# Who set the group up, what for, and whom it reports to.
does 'the site' "$CM" publish --to site --formats html --now 2026-12-28
says 'says what the group is for' 'keeps a list of what could go wrong' site/index.html
says 'and whom it reports to' 'Garden Assembly' site/index.html
finish
