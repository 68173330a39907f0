#!/bin/bash
# casemate member, role: who belongs to the group and may do what; the record carries it, addresses stay.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
run "$CM" member list
says 'an empty group says how to begin' 'member add'
does 'a member' "$CM" member add 'Ada Byron' --mail Ada@Example.org --jid ada@example.org --now $NOW
fails 1 'looks like' 'a name that looks like it' "$CM" member add 'ada byron'
fails 1 'looks like' 'nor one in letters of another script' "$CM" member add $'\xd0\x90da \xd0\x92yron'
fails 1 'looks like' 'not even as an actor by that name' "$CM" threat edit G-0001 --set level=gate --as 'ADA BYR0N'
fails 1 'member already' 'the same name again' "$CM" member add 'Ada Byron'
fails 1 'belongs to Ada' 'an address of somebody else, whatever its case' "$CM" member add Grace --mail aDa@example.org
run "$CM" member list
silent 'and nothing of it stays' 'Grace'
fails 1 'no mail address' 'what is no address' "$CM" member add Grace --mail 'ada at home'
fails 1 'no mail address' 'an address with a line end' "$CM" member add Grace --mail $'ada@example.org\nBcc: x'
does 'a second one' "$CM" member add Grace
does 'a further address is no event' "$CM" member add Grace --mail grace@example.org
silent 'as it is private' 'event'
does 'a link to log in with' "$CM" member link grace@example.org --url https://sig.example.org/
says 'for the site' '^https://sig.example.org/login/[a-z2-7]{26}$' "$out"
fails 1 'no mail address' 'not for what is no address' "$CM" member link grace
fails 2 'not the address of a site' 'nor to what is no site' "$CM" member link grace@example.org --url sig.example.org
fails 2 'want https' 'nor over a network without https' "$CM" member link grace@example.org --url http://sig.example.org
fails 1 'is no member' 'nobody to take a password from' "$CM" member reset Nobody
run "$CM" member show Grace --json
is 'and kept' 'grace@example.org' "$(json "d['addresses'][0]['address']")"

does 'before the first role the operator answers for all' "$CM" threat edit G-0001 --set level=gate --as Stranger
does 'a role' "$CM" role give 'Ada Byron' editor --reason 'by the assembly'
fails 1 'no member' 'then a stranger may nothing' "$CM" threat edit G-0001 --set level=protocol --as Stranger
fails 1 'no role that may edit' 'a member not what an editor may' "$CM" threat edit G-0001 --set level=protocol --as Grace
fails 1 'no role that may configure' 'nor make links for others' "$CM" member link ada@example.org --as Grace
fails 1 'no role that may configure' 'nor take their passwords' "$CM" member reset 'Ada Byron' --as Grace
fails 1 'does not hold the role' 'nor by claiming the role' "$CM" threat edit G-0001 --set level=protocol --as Grace --role editor
does 'an editor may' "$CM" threat edit G-0001 --set level=protocol --as 'Ada Byron'
fails 1 'may not' 'but not beyond the role that is asked for' "$CM" threat edit G-0001 --set level=gate --as 'Ada Byron' --role reader
fails 1 'did you mean "editor"' 'a role that is misspelt' "$CM" role give Grace edtor
fails 1 'did you mean "Grace"' 'a member who is misspelt' "$CM" role give Grece editor
fails 1 'has passed' 'a role that has ended before it begins' "$CM" role give Grace editor --until 2020-01-01
does 'a role with an end' "$CM" role give Grace editor --until 2027-08-31 --mark 'keeper of the gate' --now 2026-11-22
does 'holds on its last day' "$CM" threat edit G-0001 --set level=gate --as Grace --now 2027-08-31
fails 1 'no role that may edit' 'and not after it' "$CM" threat edit G-0001 --set level=protocol --as Grace --now 2027-09-01
run "$CM" role list --now 2027-09-01
says 'which the list says' 'editor \(ended 2027-08-31\)'
does 'a role is taken' "$CM" role take Grace editor --reason 'the term is over'
fails 1 'was not given' 'once' "$CM" role take Grace editor

fails 1 'reason' 'to remove a member wants a reason' "$CM" member leave Grace
does 'who leaves needs none' "$CM" member leave Grace --as Grace
run "$CM" member show Grace --json
is 'and loses the addresses' '[]' "$(json "d['addresses']")"
fails 1 'no member' 'and every right' "$CM" threat propose --name 'Fog' --abstract 'One sees little.' --area opening --as Grace
does 'but may come back' "$CM" member add Grace

does 'the record verifies' "$CM" record verify
does 'export' "$CM" export one
if grep -rqi 'example.org' one/record.jsonl; then fail 'no address is exported'; else pass 'no address is exported'; fi
does 'a store from the export' "$CM" --db t.db init --profile one
run "$CM" --db t.db role list --json
cp "$out" adopted.json
run "$CM" role list --json
same 'knows the same roles' "$out" adopted.json
does 'and exports' "$CM" --db t.db export two
same 'the same bytes' one two

# A role that asks for a mark.
cp -r one marked && rm -r marked/record.jsonl
sed -i 's/{id: editor, name: Editor, may: \(.*\)}/{id: editor, name: Editor, may: \1, mark: true}/' marked/sig.yaml
does 'a profile whose editors need a mark' "$CM" --db m.db init --profile marked
does 'a member of it' "$CM" --db m.db member add Rosa
fails 1 'entitled' 'no mark, no role' "$CM" --db m.db role give Rosa editor --until 2027-01-01
fails 1 'entitled' 'nor without its end' "$CM" --db m.db role give Rosa editor --mark 'key of the gate'
does 'with both' "$CM" --db m.db role give Rosa editor --mark 'key of the gate' --until 2027-01-01 --now $NOW
finish
