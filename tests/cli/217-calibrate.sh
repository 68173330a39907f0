#!/bin/bash
# casemate calibrate: sample threats with known ratings; feedback for one person and for nobody else.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
fresh() {
    cat >p/calibration.yaml <<'YAML'
samples:
  - id: borrowed-phone
    name: A borrowed phone
    text: A friend takes the phone and opens the gate.
    likelihood: {rating: sometimes, reason: It takes a member and a plan.}
    damage: {rating: small, reason: The friend closes it again.}
  - id: shouted-code
    name: A code that is shouted
    text: The code is shouted over the hedge.
    likelihood: {rating: often, reason: Any passer-by hears it.}
    damage: {rating: great, reason: The garden stands open.}
  - id: keeper-sells
    name: A keeper who sells keys
    text: A keeper sells keys.
    likelihood: {rating: seldom, reason: It takes a keeper.}
    damage: {rating: middling, reason: Trust is lost.}
  - id: wet-box
    name: A box that is wet
    text: Rain opens the gate.
    likelihood: {rating: sometimes, reason: It takes weather.}
    damage: {rating: middling, reason: A harvest is lost.}
YAML
}
fault() { # PATTERN NAME SED
    fresh
    sed -i "$3" p/calibration.yaml
    fails 1 "$1" "$2" "$CM" check p
}
run "$CM" init --profile p --now $NOW
run "$CM" member add Ada --now $NOW
fails 1 'has no samples; calibration.yaml' 'a group without samples' "$CM" calibrate list
fresh
does 'samples are checked' "$CM" check p
does 'and are in normal form' "$CM" fmt p --check
fault 'calibration.yaml:5:26: error: .*"sometime".*sometimes' 'a word that is none of the scale' '5s/sometimes/sometime/'
fault 'calibration.yaml:7:9: error: the id "borrowed-phone" is that of an earlier sample' 'an id twice' 's/shouted-code/borrowed-phone/'
fault 'calibration.yaml:2:5: error: .*text' 'no text' '4d'
fault 'calibration.yaml:5:17: error: .*reason' 'no reason' '5s/, reason.*/}/'
fault 'calibration.yaml:5:37: error: .*"why"' 'an unknown key' '5s/reason/why/'
fault 'calibration.yaml:1:1: error: .*sample' 'another key' '1s/samples/sample/'
printf 'samples: []\n' >p/calibration.yaml
fails 1 'calibration.yaml:1:10: error: no sample' 'no samples' "$CM" check p
fresh
rm s.db*
run "$CM" init --profile p --now $NOW
for name in Ada Ben Lin; do
    run "$CM" member add $name --now $NOW
done
run "$CM" role give Lin editor --now $NOW
run "$CM" record show --json
events=$(json "len(d['events'])")

run "$CM" calibrate list
says 'all samples' 'shouted-code +- +A code that is shouted'
run "$CM" calibrate show shouted-code --as Ada
says 'a sample with its text' 'over the hedge'
says 'and the scale' 'often: Any passer-by'
silent 'without its reference' 'passer-by hears|garden stands open\.$'
fails 1 'no sample "x"' 'an unknown sample' "$CM" calibrate show x
fails 1 'say whose with --as' 'a rating is a person'\''s' "$CM" calibrate rate shouted-code --likelihood often --damage great
fails 1 'is no member' 'a member'\''s' "$CM" calibrate rate shouted-code --likelihood often --damage great --as Nobody
fails 1 'did you mean "often"' 'a level that is misspelt' "$CM" calibrate rate shouted-code --likelihood oftn --damage great --as Ada
fails 1 '.-damage is missing' 'both are rated' "$CM" calibrate rate shouted-code --likelihood often --as Ada
fails 1 'no sample "x"' 'no such sample' "$CM" calibrate rate x --likelihood often --damage great --as Ada
does 'Ada rates' "$CM" calibrate rate shouted-code --likelihood often --damage small --as Ada --now $NOW
says 'and is told the reference' 'damage: yours small, the reference great, so 2 levels too low'
says 'and why' 'The garden stands open'
fails 1 'knows its reference since' 'once' "$CM" calibrate rate shouted-code --likelihood often --damage great --as Ada --now $NOW
run "$CM" calibrate rate borrowed-phone --likelihood often --damage small --as Ada --now $NOW
run "$CM" calibrate rate keeper-sells --likelihood often --damage middling --as Ada --now $NOW
run "$CM" calibrate feedback --as Ada --json
is 'likelihood: two of three too high' '3 1 2 2 0 too high' "$(json "' '.join(str(d['likelihood'][k]) for k in ('rated', 'same', 'near', 'too_high', 'too_low', 'tendency'))")"
is 'off by 0, 1 and 2 of at most 2, 1 and 2' '0.4' "$(json "round(d['likelihood']['agreement'], 3)")"
is 'damage: one of three too low is no tendency' '3 2 2 0 1 none' "$(json "' '.join(str(d['damage'][k]) for k in ('rated', 'same', 'near', 'too_high', 'too_low', 'tendency'))")"
run "$CM" calibrate feedback --as Ada
says 'in words' 'you tend to rate too high'
says 'and what is left' '1 sample to rate'
silent 'whose reference is not told' 'takes weather'
run "$CM" calibrate rate shouted-code --likelihood seldom --damage great --as Ben --now $NOW
run "$CM" calibrate feedback --as Ben
silent 'nobody sees another'\''s' 'small|[1-9] too high'
run "$CM" calibrate list --as Ben --json
is 'but one'\''s own' "['no', 'yes', 'no', 'no']" "$(json "[s['rated'] for s in d['samples']]")"

# Private: no event, no byte of it outside of the store.
run "$CM" record show --json
is 'no event was written' "$events" "$(json "len(d['events'])")"
sqlite() {
    python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute(sys.argv[2]).fetchall()); c.commit()' "$@"
}
is 'the store has them' '[(4,)]' "$(sqlite s.db 'SELECT count(*) FROM calibration')"
sqlite s.db "UPDATE calibration SET likelihood = 'often', damage = 'PRIVATE-RATING' WHERE member = (SELECT id FROM member WHERE name = 'Ben')" >/dev/null
run "$CM" calibrate feedback --as Ben
says 'a word of no scale is not clamped' 'was changed since you rated it'
does 'export' "$CM" export out
does 'the record' "$CM" record export --to record.jsonl
does 'publication' "$CM" publish --to site --now $NOW --formats html,xml,json,text
does 'report' "$CM" report --since $NOW --now $NOW
cp "$out" report.txt
if grep -rqE 'PRIVATE-RATING|too (high|low)|calibrat(e|ion)"' out/record.jsonl out/threats record.jsonl site report.txt; then
    fail 'no feedback in any of them' "$(grep -rlE 'PRIVATE-RATING|too (high|low)' out record.jsonl site report.txt)"
else
    pass 'no feedback in any of them'
fi
does 'a store from the export' "$CM" --db t.db init --profile out
is 'has none' '[(0,)]' "$(sqlite t.db 'SELECT count(*) FROM calibration')"
run "$CM" --db t.db calibrate list
says 'but the samples' 'shouted-code'
does 'and exports' "$CM" --db t.db export two
same 'the same bytes' out two

# A sample that changes; forgetting; leaving.
sed -i 's/over the hedge/over the fence/' out/calibration.yaml
does 'another sample' "$CM" import out --now $NOW
run "$CM" calibrate feedback --as Ada
says 'is to be rated again' 'was changed since you rated it; rate it again'
says 'and counts no more' 'likelihood: 0 of 2 as the reference'
does 'and can be' "$CM" calibrate rate shouted-code --likelihood often --damage great --as Ada --now $NOW
does 'Ada forgets' "$CM" calibrate forget --as Ada
says 'all of it' '3 ratings forgotten'
does 'and begins anew' "$CM" calibrate rate shouted-code --likelihood often --damage great --as Ada --now $NOW
does 'Ada leaves' "$CM" member leave Ada --as Ada --now $NOW
is 'and nothing of hers is left' '[(1,)]' "$(sqlite s.db 'SELECT count(*) FROM calibration')"

does 'the samples of the XMPP profile are sound' "$CM" check "$TOP/profiles/xmpp"
run "$CM" --db x.db init --profile "$TOP/profiles/xmpp" --now $NOW
run "$CM" --db x.db calibrate list --json
is 'and there are six' 6 "$(json "len(d['samples'])")"
finish
