#!/bin/bash
# What the group did stands on the pages: blind rounds with each threat, calls and decisions with threats and documents, what is open on
# the front page; in all formats, and the same whether a site grew or was made at once.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
F="--formats html,xml,json,text"
publish() { # DATE: the site as it grows equals one that is made at once
    run "$CM" publish --to site $F --now $1
    rm -rf fresh
    run "$CM" publish --to fresh $F --now $1
    if difference=$(diff -r -x '.casemate-*' site fresh 2>&1); then pass "$2"; else fail "$2" "$difference"; fi
}
flat() { # FILE: the text in one line, without the marks of quotations
    sed 's/^ *[|>] / /' "$1" | tr -s ' \n' '  ' >flat.txt
}

minimal p
sed -i -e 's/^mode: author/mode: small/' -e 's/^  small: {estimators: 2/  small: {estimators: 3/' p/process.md
does 'a group in a mode with rounds and calls' "$CM" init --profile p --now $NOW
for name in Ada Ben Cem Rosa; do
    run "$CM" member add $name --now $NOW
done
run "$CM" role give Rosa editor --now $NOW
publish $NOW 'a site before anybody did anything'
silent 'has no place for acts' 'How it was rated|Calls and decisions|Open now' site/analysis.txt
silent 'nor has the front page' 'Open now' site/index.html
says 'what all threats lack is said in short' 'All 3 threats are rated by fewer people than the process asks for\.' site/progress.html

# ---- an open round ----
does 'a round' "$CM" round open G-0001 --as Rosa --now $NOW
does 'Ada answers' "$CM" estimate G-0001 --likelihood seldom --damage great --because 'SEALED-ADA: it takes a <ladder>.' --as Ada --now 2026-11-23
publish 2026-11-23 'grows by an open round'
flat site/analysis.txt
says 'the threat says so' 'Round R-1 is open until 2026-11-29; so far, 1 person has answered' flat.txt
says 'its page, too' 'Round R-1 is open until 2026-11-29' site/threats/G-0001.html
silent 'others do not' 'R-1' site/threats/G-0002.html
if grep -rq 'SEALED-ADA' site; then fail 'no answer is in any byte'; else pass 'no answer is in any byte'; fi
says 'the front page says until when' '<strong>2026-11-29</strong>: round R-1 takes estimates of' site/index.html
says 'and how' 'casemate estimate THREAT' site/index.html
does 'Ben answers' "$CM" estimate G-0001 --likelihood often --damage great --because 'It is dark.' --as Ben --now 2026-11-24
does 'Cem for one factor' "$CM" estimate G-0001 --likelihood often --abstain --because 'Seen twice.' --as Cem --now 2026-11-24
does 'Rosa answers' "$CM" estimate G-0001 --likelihood sometimes --damage small --because 'Roses grow again.' --as Rosa --now 2026-11-24
publish 2026-11-24 'grows by answers'
says 'which are counted' '4 people have answered' site/threats/G-0001.html
publish 2026-11-30 'grows by days'
says 'the front page says that it waits' 'It waits to be closed' site/index.html
silent 'and asks nobody any more' 'casemate estimate' site/index.html

# ---- closed ----
does 'the round is closed' "$CM" round close R-1 --as Rosa --now 2026-11-30
publish 2026-11-30 'grows by the result'
flat site/analysis.txt
says 'with the number of estimators' 'Round R-1 was closed on 2026-11-30; 4 people answered' flat.txt
says 'both middle values, and which counts' 'Likelihood: medians \**Sometimes\** and \**Often\**, of which the higher counts; 4 estimates' flat.txt
says 'how far apart' 'lie [0-9]+ levels? apart; (strong|fair|weak) agreement' flat.txt
says 'who abstained is counted' 'Damage: median \**Great\**; 3 estimates.*1 abstained' flat.txt
says 'reasons stand with names' 'Likelihood, Ada: Seldom.*SEALED-ADA: it takes a <ladder>' flat.txt
says 'the page draws them' 'id="G-0001-round"' site/threats/G-0001.html
says 'with a table of the same' 'id="G-0001-round-table"' site/threats/G-0001.html
says 'folds reasons away' '<summary>Estimates and their reasons in round R-1' site/threats/G-0001.html
says 'escapes them' 'it takes a &lt;ladder&gt;' site/threats/G-0001.html
says 'the analysis has them in XML' 'it takes a &lt;ladder' site/analysis.xml
says 'in JSON' 'it takes a <ladder|it takes a \\u003cladder' site/analysis.json
says 'and in HTML' 'id="G-0001-round-table"' site/analysis.html
silent 'the front page is silent again' 'Open now' site/index.html
does 'a second round' "$CM" round open G-0001 --follows R-1 --reason 'Cem asks' --as Rosa --now 2026-12-01
publish 2026-12-01 'grows by a second round'
says 'beside the first' 'Round R-2, the second one after R-1, is open until' site/threats/G-0001.html
for answer in 'Ada often great' 'Ben often great' 'Cem often great'; do
    set -- $answer
    run "$CM" estimate G-0001 --likelihood $2 --damage $3 --because "as $1 sees it" --as $1 --now 2026-12-02
done
does 'it closes' "$CM" round close R-2 --as Rosa --now 2026-12-09
publish 2026-12-09 'grows by its result'
flat site/analysis.txt
says 'both are told' 'Round R-1 was closed.*Round R-2, the second one after R-1, was closed on 2026-12-09; 3 people answered' flat.txt
says 'with agreement' 'Likelihood: median \**Often\**; 3 estimates; all chose the same level' flat.txt
says 'and drawn together' 'Estimates of both rounds' site/threats/G-0001.html
does 'an objection to the priority' "$CM" objection raise G-0001 --reason 'Great is too great.' --as Ben --now 2026-12-09
publish 2026-12-09 'grows by an objection to a priority'
says 'which names who objects' 'Objection to the priority, O-1 by Ben, open:' site/threats/G-0001.html
run "$CM" objection answer O-1 --text 'Three of three said so.' --as Rosa --now 2026-12-09
publish 2026-12-09 'grows by its answer'
says 'which stands beside it' 'Three of three said so' site/threats/G-0001.html

# ---- calls ----
does 'an edition' "$CM" edition new analysis --kind substantive --remark First --now 2026-12-10 --as Rosa
does 'a call on it' "$CM" call open analysis 0.1 --question 'Is this what we advise?' --as Rosa --now 2026-12-10
does 'an objection' "$CM" position C-1 object --reason 'A <spade> costs more.' --as Ben --now 2026-12-11
publish 2026-12-11 'grows by an open call'
flat site/analysis.txt
says 'which the analysis names' 'Call C-1 on edition 0.1 of the analysis document is open until 2026-12-17: Is this what we advise\?' flat.txt
says 'with the objection' 'Objection O-2 by Ben, open: A <spade> costs more' flat.txt
says 'so does every threat of it' 'Call C-1 on edition 0.1' site/threats/G-0002.html
says 'and the front page' '<strong>2026-12-17</strong>: call C-1 on edition 0.1.*1 objection is open' site/index.html
says 'with the command' 'casemate position C-1 support' site/index.html
run "$CM" objection dissent O-2 --reason 'Prices differ.' --as Rosa --now 2026-12-18
publish 2026-12-18 'grows by dissent'
does 'a decision' "$CM" call close C-1 --outcome accepted --judgement 'One dissent, about prices.' --link https://example.org/m/1 \
    --as Rosa --now 2026-12-18
publish 2026-12-18 'grows by a decision'
flat site/analysis.txt
says 'which is told' 'Decided by call C-1 on edition 0.1 of the analysis document \(2026-12-18\): \**accepted\** \(D-1\)\. It stands\.' flat.txt
says 'with its judgement' 'Judgement of Rosa: One dissent, about prices' flat.txt
says 'with dissent by name' 'Dissent O-2 by Ben: A <spade> costs more\. To which was written: Prices differ' flat.txt
says 'on each threat' 'Dissent O-2 by Ben' site/threats/G-0003.html
says 'in XML' 'Dissent O-2 by Ben' site/analysis.xml
says 'in JSON' 'Dissent O-2 by Ben' site/analysis.json
silent 'the process was not decided on' 'Decided by call' site/process.html
does 'an editorial change' "$CM" threat edit G-0003 --set 'likelihood.reason=It takes a keeper, and a reason to look.' \
    --editorial --reason wording --as Rosa --now 2026-12-19
publish 2026-12-19 'grows by an editorial change'
says 'with which it stands' 'It stands with editorial changes\.' site/threats/G-0003.html
says 'other entries as they are' 'It stands\.' site/threats/G-0002.html
does 'a change of substance' "$CM" threat edit G-0002 --set damage.rating=great --as Rosa --now 2026-12-20
publish 2026-12-20 'grows by a change of substance'
says 'which outdates it' 'It is outdated: since it was decided, the text has changed' site/threats/G-0002.html
flat site/analysis.txt
says 'and the analysis says for what' 'the text has changed \(\[?G-0002\]?\)' flat.txt
does 'an appeal' "$CM" decision appeal D-1 --reason 'Prices matter.' --as Ben --now 2026-12-20
publish 2026-12-20 'grows by an appeal'
says 'which stands beside it' 'Call C-2 on decision D-1 is open' site/threats/G-0001.html
run "$CM" role give Cem editor --now 2026-12-20
does 'which is heard' "$CM" call close C-2 --outcome accepted --judgement 'They do.' --as Cem --now 2027-01-05
publish 2027-01-05 'grows by its decision'
says 'which overturns it' 'Overturned by appeal: D-2' site/threats/G-0001.html
does 'a call on the process' "$CM" call open process --question 'Shall we work so?' --as Rosa --now 2027-01-05
publish 2027-01-05 'grows by a call on the process'
says 'which stands in the process' 'Call C-3 on the process document is open' site/process.html
says 'the history names the decision on an edition' 'edition 0.1 published.*accepted as D-1' site/threats/G-0003.html
does 'a threat that came later' "$CM" threat propose --name 'Gate is painted over' --area opening --abstract 'Nobody finds it.' --now 2027-01-05
publish 2027-01-05 'grows by it'
silent 'was not decided on with the edition' 'accepted as' site/threats/G-0004.html
for document in analysis process template; do
    does "the $document document lints" "$CM" lint site/$document.xml
done

# ---- names hidden; a scale that changed between two rounds ----
cp -r p hidden
sed -i 's/^objection_days: 7/&\nnames: hidden/' hidden/process.md
export CASEMATE_DB=h.db
does 'a group that hides names' "$CM" init --profile hidden --now $NOW
for name in Ada Grace Lin; do
    run "$CM" member add $name --now $NOW
done
run "$CM" round open G-0001 --now $NOW
for name in Ada Grace Lin; do
    run "$CM" estimate G-0001 --likelihood often --damage great --because 'as I see it' --as $name --now $NOW
done
does 'closes a round' "$CM" round close R-1 --now 2026-11-30
run "$CM" publish --to hidden-site $F --now 2026-11-30
says 'reasons stand without names' 'Likelihood, R-1:e1: Often' hidden-site/threats/G-0001.html
silent 'everywhere' 'Grace' hidden-site/analysis.txt
finish
