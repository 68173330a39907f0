#!/bin/bash
# casemate threat: list with filters, show, propose, edit, advance, reopen, merge, split, withdraw, history, diff.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
ids() { # of the last --json list
    json "' '.join(sorted(t['id'] for t in d['threats']))"
}
lists() { # NAME WANTED OPTIONS...
    local name=$1 wanted=$2
    shift 2
    run "$CM" threat list --json "$@"
    is "$name" "$wanted" "$(ids)"
}
lists 'list' 'G-0001 G-0002 G-0003'
lists 'by claimed stage' 'G-0001 G-0002' --stage answered
lists 'by priority' 'G-0001' --priority 1
lists 'by area' 'G-0003' --area privacy
lists 'by level' 'G-0002 G-0003' --level gate
lists 'by affected document' 'G-0002' --reference GATE-02
lists 'by mentioned document' 'G-0001' --reference 'RFC 4086'
lists 'by text' 'G-0003' --text 'log'
lists 'two filters together' 'G-0002' --stage answered --level gate
lists 'none' '' --area privacy --level protocol
fails 2 'no area' 'a word that does not exist' "$CM" threat list --area garden
fails 2 'no stage' 'a stage that does not exist' "$CM" threat list --stage done
fails 2 'references.tsv' 'a document that is not known' "$CM" threat list --reference XEP-0001
does 'list for people' "$CM" threat list
says 'a table' '^G-0001 +1 \(editor.s\) +answered +opening +Recorded opening'
does 'show' "$CM" threat show G-0001
says 'prints the text' '^name: Recorded opening played back at the gate$'
does 'show --json' "$CM" threat show G-0001 --json
is 'and its facts' 'sometimes great 1 False' "$(json "' '.join(map(str, [d['likelihood']['rating'], d['damage']['rating'], d['priority'], d['draft']]))")"
fails 1 'G-0009' 'show of no threat' "$CM" threat show G-0009

does 'propose' "$CM" threat propose --name 'Battery of the gate runs out' --area opening --abstract 'Nobody comes in. A keeper must come.' --as rosa --now $NOW
lists 'it has the next id' 'G-0004' --stage noted
fails 1 'name' 'propose a name that exists' "$CM" threat propose --name 'Battery of the gate runs out' --area opening --abstract 'Again.'
fails 1 'area' 'propose for an area that does not exist' "$CM" threat propose --name 'Rain' --area sky --abstract 'Wet.'

does 'edit --set' "$CM" threat edit G-0004 --set level=gate --set 'definition=The box has no gauge.' --as rosa --reason 'from the keeper'
run "$CM" threat show G-0004 --json
is 'sets fields of both kinds' 'gate The box has no gauge.' "$(json "d['level'] + ' ' + d['fields']['definition'].strip()")"
fails 1 'level' 'edit to a word that does not exist' "$CM" threat edit G-0004 --set level=moon
fails 1 'did you mean|no field|unknown' 'edit of a field that does not exist' "$CM" threat edit G-0004 --set weather=fine
fails 1 'threat advance|stage' 'edit does not move the stage' "$CM" threat edit G-0004 --set stage=reviewed
run "$CM" threat edit G-0004 --set level=gate
says 'edit to what it is changes nothing' 'nothing changed'

run "$CM" threat show G-0004 --json
json "d['text']" > mine.md
sed -i 's/^The box has no gauge.$/The box has no gauge, and winter is hard on batteries./' mine.md
does 'edit --file' "$CM" threat edit G-0004 --file mine.md --as rosa
does 'edit from standard input' sh -c "sed 's/winter/frost/' mine.md | '$CM' threat edit G-0004 --file -"
cat > editor.sh <<'END'
#!/bin/sh
sed -i 's/frost is hard/frost is very hard/' "$1"
END
chmod +x editor.sh
EDITOR=$WORK/editor.sh does 'edit with $EDITOR' env -u VISUAL EDITOR="$WORK/editor.sh" "$CM" threat edit G-0004
run "$CM" threat show G-0004 --json
is 'each changed the text' 'The box has no gauge, and frost is very hard on batteries.' "$(json "d['fields']['definition'].strip()")"
fails 1 'editor|false' 'an editor that fails changes nothing' env EDITOR=false "$CM" threat edit G-0004

fails 1 'attacker' 'advance is refused, naming what is missing' "$CM" threat advance G-0004 --to rated
does 'supply it' "$CM" threat edit G-0004 --set 'attacker={position: stranger, on: [box], activity: passive}' \
    --set 'likelihood={rating: often, estimators: 1, reason: "It is old."}' --set 'damage={rating: small, estimators: 1, reason: "A keeper has the key."}'
does 'advance is allowed' "$CM" threat advance G-0004 --as rosa
lists 'it stands at the next stage' 'G-0003 G-0004' --stage rated
fails 1 'What to do|responses' 'the next stage wants more' "$CM" threat advance G-0004
fails 1 'reason' 'reopen wants a reason' "$CM" threat reopen G-0004 --to noted
does 'reopen' "$CM" threat reopen G-0004 --to noted --reason 'the box was replaced'
lists 'it went back' 'G-0004' --stage noted
fails 1 'stage' 'advance to a stage that does not exist' "$CM" threat advance G-0004 --to done
fails 1 'review|acceptance' 'an act of the group that is missing' "$CM" threat advance G-0001 --to reviewed
fails 1 'reason' 'override wants a reason' "$CM" threat advance G-0001 --to reviewed --override
fails 1 'may|role|right|permi' 'a member may not override' "$CM" threat advance G-0001 --to reviewed --override --reason 'now' --role member
does 'an editor of this SIG may' "$CM" threat advance G-0001 --to reviewed --override --reason 'read by the assembly' --as rosa --role editor
fails 1 'may|role|right|permi' 'a reader may not edit' "$CM" threat edit G-0002 --set level=gate --role reader
fails 1 'role' 'a role that does not exist' "$CM" threat edit G-0002 --set level=protocol --role emperor

fails 1 'reason' 'merge wants a reason' "$CM" threat merge G-0004 --into G-0001
fails 1 'G-0009' 'merge into no threat' "$CM" threat merge G-0004 --into G-0009 --reason x
fails 1 'itself|G-0004' 'merge into itself' "$CM" threat merge G-0004 --into G-0004 --reason x
does 'merge' "$CM" threat merge G-0004 --into G-0001 --reason 'the same box' --as rosa
does 'merged threats stay' "$CM" threat show G-0004
says 'and name their successor' '^into: \[G-0001\]'
fails 1 'reopen|merged' 'a merged threat does not advance' "$CM" threat advance G-0004
does 'withdraw' "$CM" threat withdraw G-0003 --reason 'no log is kept any more'
does 'and reopen' "$CM" threat reopen G-0003 --to noted --reason 'it is again'
fails 1 'split' 'an end that the process does not have' "$CM" threat split G-0002 --into G-0001 --into G-0003 --reason x
does 'the xmpp profile has it' "$CM" init --db x.db --profile "$TOP/profiles/xmpp" --now $NOW
does 'split' "$CM" threat split T-0014 --into T-0015 --into T-0016 --reason 'two things' --db x.db
fails 2 'two' 'split wants two successors' "$CM" threat split T-0013 --into T-0015 --reason x --db x.db

does 'history' "$CM" threat history G-0004
says 'who, when, what' 'rosa.*threat.propose'
does 'history of one field' "$CM" threat history G-0004 --field level --json
is 'has only that' "{'level'}" "$(json "set(c['field'] for c in d['changes'])")"
run "$CM" threat history G-0004 --json
is 'where a change has its reason' True "$(json "any(c['why'] == 'from the keeper' and c['who'] == 'rosa' for c in d['changes'])")"
fails 1 'edition' 'diff without an edition says so' "$CM" threat diff G-0001
does 'an edition' "$CM" edition new analysis --kind substantive --remark First --now $NOW
does 'a change after it' "$CM" threat edit G-0001 --set 'damage.rating=middling'
does 'diff' "$CM" threat diff G-0001
says 'shows the old word' 'great'
says 'and the new one' 'middling'
does 'diff --json' "$CM" threat diff G-0001 --json
is 'parses' dict "$(json "type(d).__name__")"
does 'the store verifies after all this' "$CM" record verify
finish
