#!/bin/bash
# casemate list and deliver: lists and settings are acts; a mail that was taken is on disk, in its thread, and goes out once.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
mail() { # SUBJECT ID [MORE-HEADER]
    printf 'From: Ada <ada@example.org>\nTo: sec@example.org\nSubject: %s\nMessage-ID: <%s@example.org>\n%s\nHello\n' "$1" "$2" "${3:+$3
}"
}
run "$CM" list list
says 'none says how' 'list new'
fails 1 'expected small letters' 'a name that is none' "$CM" list new 'Sec list' --address sec@example.org --title Security
fails 1 'address of another list' 'a name that ends as an address of another' "$CM" list new sec-owner --address sec-owner@example.org --title S
fails 1 'no address of a list' 'an address that is none' "$CM" list new sec --address 'sec example.org' --title Security
fails 1 'title wants a text' 'no title' "$CM" list new sec --address sec@example.org
does 'a list' "$CM" list new sec --address Sec@example.org --title 'Security SIG' --now $NOW
fails 1 'there is a list' 'once' "$CM" list new sec --address sec2@example.org --title Two --now $NOW
fails 1 'another list' 'nor its address' "$CM" list new two --address sec-request@example.org --title Two --now $NOW
fails 1 'expected one of: members anyone nobody' 'a setting says what it takes' "$CM" list set sec posts=all
fails 1 'expected a number from 1000' 'and numbers their range' "$CM" list set sec max-bytes=1
fails 1 'no setting' 'an unknown one' "$CM" list set sec colour=red
fails 2 'NAME=VALUE' 'a word that sets nothing' "$CM" list set sec posts
does 'settings' "$CM" list set sec posts=anyone rate=3 --now $NOW
run "$CM" list show sec
says 'are shown' 'posts +anyone'
says 'beside the defaults' 'strangers +hold'
deliver() { "$CM" deliver "$@" --sender ada@example.org --now "${at:-$NOW}" --json; }
mail 'A tree' 1 | deliver sec@example.org >"$out"
says 'a mail is taken' '"fate": "taken"'
mail 'A tree' 1 | deliver sec@example.org >"$out"
says 'the same again is known' 'taken before'
mail 'Other' 5 | "$CM" deliver nobody@example.org; is 'no such address' 67 $?
head -c $((64 * 1024 * 1024 + 1)) /dev/zero | tr '\0' x | "$CM" deliver sec@example.org >"$out" 2>"$err"; is 'one that is too long is refused for good' 65 $?
says 'with the limit' 'the mail is larger than 67108864 bytes' "$err"
mail 'Other' 5 | "$CM" deliver sec-frob@example.org; is 'nor such a one of a list' 67 $?
fails 2 'recipients' 'no recipient' "$CM" deliver
fails 75 'casemate' 'no store: try again' env CASEMATE_DB=/nowhere/s.db "$CM" deliver sec@example.org
mail 'Re: A tree' 3 $'References: <1@example.org> <2@example.org>' | deliver SEC@Example.ORG >"$out"
mail 'Re: A tree' 2 $'References: <1@example.org>' | deliver sec+G1@example.org >"$out"
says 'an address about a threat is one of the list' '"fate": "taken"'
mail 'Fourth' 4 | deliver sec@example.org >"$out"
is 'a late parent takes its place between' '1 None;2 1;3 2;' \
    "$(rows "SELECT substr(m.mid, 1, 1), (SELECT substr(p.mid, 1, 1) FROM message p WHERE p.id = m.parent) FROM public_message m ORDER BY m.mid" | grep -v ^4 | tr '\n' ';')"
is 'all in one thread' '3' "$(rows 'SELECT messages FROM thread')"
is 'the fourth of a day is held' 'rate' "$(rows 'SELECT rules FROM hold')"
is 'and is not in the index' '3' "$(rows "SELECT count(*) FROM mail_search('hello')")"
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export folder
if grep -rq 'Hello\|ada@' folder; then fail 'no mail in it'; else pass 'no mail in it'; fi
does 'a store from it' "$CM" --db t.db init --profile folder
run "$CM" list show sec --json
cp "$out" a.json
run "$CM" --db t.db list show sec --json
same 'knows list and settings' "$out" a.json
finish
