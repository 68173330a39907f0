#!/bin/bash
# casemate record erase, member leave --pseudonym: words and names go on request, from every family of acts; the record verifies.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
sed -i 's/^mode: author/mode: small/' p/process.md
does 'a group' "$CM" init --profile p --now $NOW
for name in 'Ada Byron' Ben 'Rosa Quince'; do
    run "$CM" member add "$name" --mail "$(echo "$name" | tr -d ' ')@example.org" --now $NOW
done
run "$CM" role give 'Rosa Quince' editor --mark 'WORDMARK of the gate' --now $NOW
run "$CM" threat propose --name 'Fog over the gate' --abstract 'WORDABSTRACT: one sees little.' --area opening --as 'Ada Byron' --now $NOW
run "$CM" threat edit G-0004 --set 'abstract=One sees little.' --as 'Rosa Quince' --reason 'WORDEDIT was private' --now $NOW
run "$CM" round open G-0001 --as 'Rosa Quince' --now $NOW
D=2026-11-24
run "$CM" estimate G-0001 --likelihood often --damage great --because 'WORDESTIMATE at my home' --as 'Ada Byron' --now $D
run "$CM" estimate G-0001 --likelihood often --damage great --because 'I saw it' --as Ben --now $D
does 'a round with reasons' "$CM" round close R-1 --as 'Rosa Quince' --now 2026-11-30
run "$CM" embargo open --to Ben --text 'WORDNOTE of the vendor' --as 'Ada Byron' --now $D
fails 1 'embargo E-1' 'a pseudonym waits for the release of a closed embargo' "$CM" member leave 'Ada Byron' --pseudonym --as 'Ada Byron' --now $D
does 'which comes' "$CM" embargo release E-1 --reason 'mended' --as 'Rosa Quince' --now $D
run "$CM" review request G-0001 --to lea@example.net --name 'Lea WORDREVIEWER' --by 2026-12-30 --as 'Rosa Quince' --now $D
printf 'WORDREVIEW is what my aunt said.\n' >answer.txt
does 'an answer to a review from a file' "$CM" review answer V-1 --verdict sound --file answer.txt --now $D
run "$CM" edition new analysis --kind substantive --remark First --without-pdf --as 'Rosa Quince' --now 2026-12-17
does 'an edition' "$CM" edition list
run "$CM" call open analysis 0.1 --question 'WORDQUESTION, is it what we advise?' --as 'Rosa Quince' --now 2026-12-17
run "$CM" position C-1 object --reason 'WORDPOSITION about my neighbour' --as 'Ada Byron' --now 2026-12-18
run "$CM" objection answer O-1 --text 'WORDANSWER to that' --as 'Rosa Quince' --now 2026-12-19
does 'a call' "$CM" call close C-1 --outcome accepted --judgement 'WORDJUDGEMENT, rough.' --as 'Rosa Quince' --now 2026-12-25
run "$CM" decision appeal D-1 --reason 'WORDAPPEAL is a lie' --as 'Ada Byron' --now 2026-12-25
run "$CM" call close C-2 --outcome not-accepted --judgement 'No.' --now 2027-01-02
run "$CM" decision refer D-1 --reason 'WORDREFER from my diary' --as 'Ada Byron' --now 2027-01-03
run "$CM" decision answer D-1 dismissed --reason 'WORDCOUNCIL said in private' --link https://example.org/m --now 2027-01-04
run "$CM" handover open G-0001 --document GATE-01 --carried-by 'Ada Byron' --venue 'Gate builders' --on 2027-01-05 --as 'Rosa Quince' --now 2027-01-04
run "$CM" threat edit G-0004 --set 'abstract=At dawn (in fog) one sees little.' --as 'Rosa Quince' --reason 'Smith,John: WORDCOMMA; a_b' --now 2027-01-04
does 'a reminder' "$CM" tick --now 2027-01-05
run "$CM" list new gate --address gate@example.org --title 'Gate talk' --now 2027-01-05
does 'a list with owners' "$CM" list set gate owners='Ben, Ada Byron' --now 2027-01-05
run "$CM" edition new analysis --kind editorial --remark Second --without-pdf --as 'Rosa Quince' --now 2027-01-05
does 'an edition with all of it' "$CM" edition show analysis 0.1.1 --file analysis.txt --to before.txt
does 'which is exported' "$CM" export folder
WORDS='WORDABSTRACT WORDEDIT WORDESTIMATE WORDNOTE WORDREVIEWER WORDREVIEW WORDQUESTION WORDPOSITION WORDANSWER WORDJUDGEMENT WORDMARK WORDAPPEAL WORDREFER WORDCOUNCIL'
for word in $WORDS; do
    grep -rq $word folder || fail "$word was never there"
done
does 'and published' "$CM" publish --to site --formats html,xml,json,text --now 2027-01-05
cp s.db whole.db

NOW=2027-01-06
fails 2 'number of an event' 'what to erase is said' "$CM" record erase --reason x
fails 1 'public reason' 'and why' "$CM" record erase --words WORDNOTE --now $NOW
fails 1 'no role that may moderate' 'by who may' "$CM" record erase --words WORDNOTE --reason 'on request' --as Ben --now $NOW
fails 1 'no event holds' 'what is not there' "$CM" record erase --words WORDNOWHERE --reason 'on request' --now $NOW
fails 1 'no event 9999' 'nor such an event' "$CM" record erase 9999 --reason 'on request' --now $NOW
fails 1 'reason itself' 'the reason does not repeat it' "$CM" record erase --words WORDNOTE --reason 'WORDNOTE, of course' --now $NOW
fails 1 'still stand in threats/G-0004' 'the present text is changed first' "$CM" record erase --words 'sees little' --reason 'on request' --now $NOW
run "$CM" record show --json
is 'no refusal left an event' 0 "$(json "sum(e['action'] == 'record.erase' for e in d['events'])")"
for word in $WORDS; do
    does "erase $word" "$CM" record erase --words $word --reason 'on request' --now $NOW
done
does 'the present text is changed' "$CM" threat edit G-0004 --set 'abstract=One sees little.' --as 'Rosa Quince' --now $NOW
does 'words with signs between' "$CM" record erase --words 'dawn (in fog) one' --reason 'on request' --now $NOW
does 'with other signs than were written' "$CM" record erase --words 'Smith-John' --reason 'on request' --now $NOW
event=$("$CM" record show --json | python3 -c 'import json,sys; print([e["seq"] for e in json.load(sys.stdin)["events"] if e["action"] == "position.take"][0])')
fails 1 'no words that could be erased' 'an event that has none left' "$CM" record erase "$event" --reason 'on request' --now $NOW

nowhere() { # NAME PATTERN FILE...
    local name=$1 pattern=$2
    shift 2
    set -- $(ls -d "$@" 2>/dev/null)
    if grep -aErq -- "$pattern" "$@"; then fail "$name" "$(grep -aErl -- "$pattern" "$@")"; else pass "$name"; fi
}
run "$CM" threat history G-0001
says 'a field that a round wrote says so' 'round.close +R-1 +(D-1 +)?likelihood'
does 'the record verifies' "$CM" record verify
nowhere 'the words are in no byte of the store' "${WORDS// /|}|dawn \(in fog|Smith,John" s.db s.db-wal s.db-shm
echo mine >folder/editions/analysis/0.1.1/notes.txt
does 'export again' "$CM" export folder
is "what people put beside an edition is theirs" mine "$(cat folder/editions/analysis/0.1.1/notes.txt)"
rm folder/editions/analysis/0.1.1/notes.txt
nowhere 'nor of the export' "${WORDS// /|}|dawn \(in fog|Smith,John" folder
does 'the exported record verifies alone' "$CM" record verify folder/record.jsonl
does 'publish again' "$CM" publish --to site --formats html,xml,json,text --now $NOW
nowhere 'nor of the site' "${WORDS// /|}" site .site.casemate-twin
is 'what the group did is data, by the schema, and a mark stands in it' '' "$(python3 - site <<'END'
import json, sys
site = sys.argv[1]
try:
    import jsonschema
except ImportError:
    jsonschema = None
for name in ('register', 'analysis'):
    data = json.load(open(f'{site}/{name}.json'))
    schema = 'register' if name == 'register' else 'document'
    if jsonschema:
        jsonschema.validate(data, json.load(open(f'{site}/schema/{schema}.schema.json')))
    acts = {t['id']: t['acts'] for t in data['threats']}['G-0001']
    single = json.load(open(f'{site}/threats/G-0001.json'))['acts']
    if acts != single:
        print('two truths', name)
mark = '[erased on 2027-01-06: on request]'
round, decision, review = acts['rounds'][0], acts['decisions'][0], acts['reviews'][0]
if [round['id'], round['likelihood']['counts'], round['likelihood']['answers'], round['likelihood']['spread']] != ['R-1', 'often', 2, 0]:
    print(round)
if sorted(e['reason'] for e in round['damage']['estimates']) != ['I saw it', mark]:
    print(round['damage'])
if [decision['outcome'], decision['judgement'], decision['objections'][0]['text'], decision['objections'][0]['state']] != ['accepted', mark, mark, 'answered']:
    print(decision)
if [review['reviewer'], review['verdict'], review['text']] != [mark, 'sound', mark]:
    print(review)
END
)"
does 'nor does search know them' "$CM" search WORDABSTRACT
says 'any more' 'nothing found'
run "$CM" call show C-1 --now $NOW
says 'a mark with date and reason stands there' 'erased on 2027-01-06: on request'
says 'and the outcome is what it was' 'accepted'
run "$CM" edition list
says 'the edition says that it was reissued' 'Reissued on 2027-01-06, as words were erased'
run "$CM" edition show analysis 0.1.1 --file analysis.txt
says 'in its text too a mark stands' 'erased on 2027-01-06'
run "$CM" record show
says 'the record says what was erased' 'position.take C-1: .erased on 2027-01-06: on request.  \(erased in part\)'
does 'a store adopts the export' "$CM" --db t.db init --profile folder
does 'and verifies' "$CM" --db t.db record verify
does 'exports' "$CM" --db t.db export again
same 'the same bytes' folder again
for what in 'call show C-1' 'round show R-1' 'embargo show E-1' 'review show V-1' 'threat history G-0004' 'edition list' 'role list'; do
    run "$CM" $what --json --now $NOW
    grep -v '"address"' "$out" | sed 's/},$/}/' >mine.json
    run "$CM" --db t.db $what --json --now $NOW
    grep -v '"address"' "$out" | sed 's/},$/}/' >theirs.json
    same "it knows the same of: $what" mine.json theirs.json
done
sed 's/erased on 2027-01-06: on request/erased on 2027-01-06: for fun/' folder/record.jsonl >changed.jsonl
fails 1 'what remains of it is not what event' 'what remains cannot be changed' "$CM" record verify changed.jsonl

# All words of one event; what is the present text stays, and is told.
cp whole.db w.db
event=$("$CM" --db w.db record show --json | python3 -c 'import json,sys; print([e["seq"] for e in json.load(sys.stdin)["events"] if e["action"] == "threat.propose"][0])')
does 'all words of a proposal' "$CM" --db w.db record erase "$event" --reason 'on request' --now $NOW
says 'the present text stays' 'G-0004 name stays'
nowhere 'the first abstract is gone' WORDABSTRACT w.db
does 'and it verifies' "$CM" --db w.db record verify
fails 1 'is the present text' 'nothing else can go' "$CM" --db w.db record erase "$event" --reason 'on request' --now $NOW

# Leaving under a pseudonym.
grep -rq 'Ada Byron' folder/record.jsonl && grep -rq 'Ada Byron' site && pass 'the name is there' || fail 'the name is there'
fails 1 'not known' 'who is not known' "$CM" member leave Nobody --pseudonym --reason x --now $NOW
fails 1 'public reason' 'by others with a reason' "$CM" member leave 'Ada Byron' --pseudonym --now $NOW
fails 1 'holds the name' 'without the name' "$CM" member leave 'Ada Byron' --pseudonym --reason 'Ada Byron asked' --now $NOW
does 'a member leaves under a pseudonym' "$CM" member leave 'Ada Byron' --pseudonym --as 'Ada Byron' --now $NOW
says 'which comes from the id' 'is Former member 1 from now on'
fails 1 'no member' 'and can do no more' "$CM" threat propose --name 'Mist' --abstract 'One sees less.' --area opening --as 'Ada Byron' --now $NOW
fails 1 'no member' 'nor under the pseudonym' "$CM" threat propose --name 'Mist' --abstract 'One sees less.' --area opening --as 'Former member 1' --now $NOW
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export folder
does 'publish' "$CM" publish --to site --formats html,xml,json,text --now $NOW
nowhere 'the name is in no byte of store, export and site' 'Ada.?Byron' s.db s.db-wal s.db-shm folder site .site.casemate-twin
run "$CM" record show
says 'the pseudonym stands in the record' 'Former member 1  position.take C-1'
grep -q 'by: Former member 1' folder/threats/G-0004-*.md && pass 'in the file of what was proposed' || fail 'in the file of what was proposed'
run "$CM" round show R-1 --json --now $NOW
says 'beside the estimate' 'Former member 1'
run "$CM" list show gate
says 'it runs the list still' 'owners +Ben, Former member 1'
run "$CM" tick --list --now $NOW
says 'and stands in the reminder' 'Former member 1'
run "$CM" member list
says 'and in the list' 'Former member 1 +left'
fails 1 'pseudonym already' 'once' "$CM" member leave 'Former member 1' --pseudonym --reason x --now $NOW
does 'a store adopts that' "$CM" --db u.db init --profile folder
does 'verifies' "$CM" --db u.db record verify
does 'exports' "$CM" --db u.db export third
same 'the same bytes' folder third
run "$CM" member leave Ben --as Ben --now $NOW
does 'who left by name may ask later' "$CM" member leave Ben --pseudonym --reason 'on request' --now $NOW
run "$CM" member list
says 'and has a pseudonym too' 'Former member 2 +left'
does 'the record verifies' "$CM" record verify
does 'the same name may join anew' "$CM" member add 'Ada Byron' --now $NOW
run "$CM" member list
says 'as somebody else' 'Ada Byron +yes'

sed -i 's/first: Rosa, last: Hedge/first: Rosa, last: Quince/' folder/sig.yaml
does 'an author of the documents' "$CM" --db v.db init --profile folder
fails 1 'as an author' 'is taken from sig.yaml first' "$CM" --db v.db member leave 'Rosa Quince' --pseudonym --reason 'on request' --now $NOW
# A group that was ended adds nothing, but people keep these rights.
run "$CM" threat withdraw G-0003 --reason 'no threat' --as 'Rosa Quince' --now $NOW
run "$CM" threat reopen G-0003 --to noted --reason 'WORDLATE was said' --as 'Rosa Quince' --now $NOW
run "$CM" sig end --by Council --link https://example.org/minutes --reason 'done' --now $NOW
fails 1 'was ended' 'after the end nobody joins' "$CM" member add Late --now $NOW
does 'words go' "$CM" record erase --words WORDLATE --reason 'on request' --now $NOW
does 'and the record verifies' "$CM" record verify
finish
