#!/bin/bash
# casemate threat similar, and the likely duplicates that threat propose names.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
first() {
    json "d['similar'][0]['id']"
}
does 'similar to an entry' "$CM" threat similar G-0001
says 'a table with reasons' '^G-000[23] +0\.[0-9][0-9] .*(words|documents): '
silent 'without the entry itself' '^G-0001'
does 'similar to a text' "$CM" threat similar --text 'Somebody records the phone and plays the recording back, so that the gate opens.' --json
is 'finds the entry' G-0001 "$(first)"
is 'says what both have' True "$(json "'gate' in d['similar'][0]['words'] and 0 < d['similar'][0]['score'] <= 1")"
does 'a text about a document' "$CM" threat similar --text 'See GATE-02.' --json
is 'finds who cites it' "G-0002 ['GATE-02']" "$(json "d['similar'][0]['id'] + ' ' + str(d['similar'][0]['documents'])")"
does 'a text with nothing in common' "$CM" threat similar --text 'Zeppelin.'
says 'says so' 'nothing in common|no threat'
does 'and in JSON' "$CM" threat similar --text 'Zeppelin.' --json
is 'an empty list' '[]' "$(json "d['similar']")"
does 'other letters' "$CM" threat similar --text 'Ворота сада'
fails 2 'wants one id' 'neither id nor text' "$CM" threat similar
fails 2 'wants one id' 'both' "$CM" threat similar G-0001 --text x
fails 2 'wants one id' 'two ids' "$CM" threat similar G-0001 G-0002
fails 1 'G-0009' 'no such threat' "$CM" threat similar G-0009
fails 1 'UTF-8' 'no UTF-8' "$CM" threat similar --text $'\xff'
fails 1 'no store|init' 'no store' "$CM" threat similar G-0001 --db none.db

does 'propose something new' "$CM" threat propose --name 'Squirrels chew a cable' --area opening --abstract 'Wiring is bitten through.' --now $NOW
says 'the result' 'G-0004 proposed'
silent 'and nothing else' 'SIMILAR|G-000[123]'
does 'propose what is there' "$CM" threat propose --name 'Playback of a recorded opening' --area opening \
    --abstract 'What a phone says to the gate is recorded by a stranger and sent again.' --now $NOW
says 'the result' 'G-0005 proposed'
says 'and of what it may be a duplicate' '^G-0001 .*Recorded opening played back at the gate +words: .*record'
does 'propose --json' "$CM" threat propose --name 'Replayed opening' --area opening --abstract 'A stranger sends a recorded opening to the gate again.' --now $NOW --json
is 'names it too' 'G-0006 True' "$(json "d['id'] + ' ' + str('G-0001' in [s['id'] for s in d['similar']])")"
is 'at most three' True "$(json "1 <= len(d['similar']) <= 3")"
does 'propose --json of something new' "$CM" threat propose --name 'Hail breaks glass' --area opening --abstract 'Ice falls.' --now $NOW --json
is 'has an empty list' '[]' "$(json "d['similar']")"
fails 1 'name' 'a proposal that is refused' "$CM" threat propose --name 'Replayed opening' --area opening --abstract 'Again.'
silent 'names nothing' 'SIMILAR'
does 'an empty store' "$CM" init --db empty.db --now $NOW
fails 1 '.' 'takes no proposal' "$CM" threat propose --db empty.db --name 'Rain' --area sky --abstract 'Wet.'
fails 1 '.' 'and has no entry' "$CM" threat similar T-0001 --db empty.db
does 'nor anything like a text' "$CM" threat similar --text rain --db empty.db
finish
