#!/bin/bash
# casemate list subscribe and its siblings; one-click unsubscription by mail; LIST-owner@; joining the group by mail.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
mail() { # FROM TO SUBJECT [HEADER]
    printf 'From: %s\nTo: %s\nSubject: %s\nMessage-ID: <%s@mail.example>\n%s\nHello\n' "$1" "$2" "$3" "$RANDOM$RANDOM" "${4:+$4
}" | "$CM" deliver "$2" --sender "${sender-$1}" --now "${at:-$NOW}" --json >"$out" 2>"$err"
    code=$?
}
newest() {
    rows "SELECT CAST(o.bytes AS TEXT) FROM outgoing o WHERE o.kind = 'mail' ORDER BY o.id DESC LIMIT 1" >newest
    token=$(grep -o 'sec-confirm+[a-z2-7]*@' newest | head -1 | tr -d '@' | cut -d+ -f2)
}
join() { # ADDRESS WORDS [NAME-OF-WRITER]: asked for and confirmed; the answer is in the file newest
    printf 'From: %s\nSubject: %s\nMessage-ID: <%s@x.example>\n\n.\n' "${3:+$3 <}$1${3:+>}" "$2" "$RANDOM$RANDOM" |
        "$CM" deliver sec-request@example.org --sender "$1" --now "${at:-$NOW}" >/dev/null
    newest
    [ -z "$token" ] || { mail "$1" "sec-confirm+$token@example.org" ok; newest; }
}
seen() { "$CM" list subscribers sec --json >"$out" && json '";".join(s["address"] + " " + s["delivery"] for s in d["subscribers"])'; }

does 'a list' "$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW
fails 1 'at most 24 bytes' 'an address with no room for keys' "$CM" list new x --address abcdefghijklmnopqrstuvwxyz@example.org --title X --now $NOW

# ---- quietly
fails 2 'consent' 'without consent nobody' "$CM" list subscribe sec ada@home.example
fails 2 'name of one address' 'one name is not of two' "$CM" list subscribe sec a@x.example b@x.example --name A --consent yes
fails 1 'is no address' 'what is none' "$CM" list subscribe sec ada@home.example 'b@x@y' --consent 'asked me' --now $NOW
is 'then nobody at all' '' "$(seen)"
fails 1 'no list "dev"' 'no such list' "$CM" list subscribe dev ada@home.example --consent 'asked me' --now $NOW
does 'one' "$CM" list subscribe sec Ada@home.example --name 'Ada Lovelace' --consent 'asked me' --now $NOW
says 'says so' '1 subscribed; nobody was written to'
is 'nobody is' 0 "$(rows 'SELECT count(*) FROM outgoing')"
printf '# members of May\nBen Hedge <ben@home.example>\n\n"Rosa, of the gate" <rosa@home.example>\nada@home.example\n' >good.txt
printf 'ok@home.example\nnot an address\nBen <ben@home.example>\nben@HOME.example\nx <y@z.example\n\xff\n' >bad.txt
fails 1 'bad.txt:2: error: "not an address" is no address' 'a file with faults' "$CM" list subscribe sec --file bad.txt --consent 'May'
says 'all are named' 'bad.txt:4: .* stands in line 3 already' "$err"
says 'each' 'bad.txt:5: .*no address' "$err"
says 'and each' 'bad.txt:6: .*not UTF-8' "$err"
is 'and nobody is subscribed' 'Ada@home.example each' "$(seen)"
does 'a file' "$CM" list subscribe sec --file good.txt --consent 'signed the sheet of 2 May' --now $NOW
says 'how many' '2 subscribed, 1 was already'
does 'a member with an address' "$CM" member add 'Rosa Hedge' --mail rosa@home.example --mail rosa@work.example --now $NOW
run "$CM" list subscribers sec
says 'with consent, and who is a member' '^rosa@home.example +Rosa, of the gate +Rosa Hedge +active +each +2026-11-22 +signed the sheet of 2 May \(noted by operator on 2026-11-22\)'
fails 1 'operator alone' 'to nobody who acts by name' "$CM" list subscribers sec --as 'Rosa Hedge'
fails 1 'expected one of: each, digest' 'a delivery that is none' "$CM" list set-delivery sec ben@home.example weekly
does 'a delivery' "$CM" list set-delivery sec BEN@home.example digest
fails 1 'not subscribed' 'of who is not there' "$CM" list set-delivery sec zoe@home.example digest
fails 1 'zoe@home.example is not subscribed' 'all or none leave' "$CM" list unsubscribe sec ben@home.example zoe@home.example
is 'so far none' 'Ada@home.example each;ben@home.example digest;rosa@home.example each' "$(seen)"
does 'leave' "$CM" list unsubscribe sec ben@home.example
fails 1 'left this list' 'who left is not brought back in passing' "$CM" list subscribe sec --file good.txt --consent May --now $NOW
does 'but on purpose' "$CM" list subscribe sec --file good.txt --consent 'asked again' --again --now $NOW
does 'another list' "$CM" list new far --address far@example.org --title Far --followed --now $NOW
fails 1 'run by others' 'a followed list has no subscribers here' "$CM" list subscribe far a@x.example --consent c
mail ada@home.example far-request@example.org subscribe; is 'and no addresses but its own' 67 $code
does 'the group is one of roles' "$CM" role give 'Rosa Hedge' member --now $NOW
fails 1 'may moderate' 'then not every member subscribes others' "$CM" list subscribe sec z@x.example --consent c --as 'Rosa Hedge' --now $NOW

# ---- the same person
mail rosa@work.example sec@example.org 'From the office'
is 'another address of a subscribed member is no stranger' 'first-post' "$(rows 'SELECT rules FROM hold')"
mail zoe@work.example sec@example.org 'From nowhere'
is 'others are' 'first-post;stranger;' "$(rows 'SELECT rules FROM hold ORDER BY message' | tr '\n' ';')"

# ---- the address in the header of each mail
mail x@y.example 'sec-unsubscribe+1-aaaaaaaaaaaaaaaa@example.org' unsubscribe
detail() { # SUBSCRIBER LIST: what stands behind "+", computed from its description in forum/signed.h
    python3 - "$1" "$2" <<'PY'
import base64, hashlib, sqlite3, sys
secret, = sqlite3.connect('s.db').execute("SELECT bytes FROM secret WHERE name = 'unsubscribe'").fetchone()
parts = [secret, b'unsubscribe', sys.argv[1].encode(), sys.argv[2].encode()]
d = hashlib.blake2b(b''.join(len(p).to_bytes(8, 'little') + p for p in parts), digest_size=32).digest()
print(sys.argv[1] + '-' + base64.b32encode(d[:10]).decode().lower())
PY
}
id() { rows "SELECT id FROM subscriber WHERE mailbox = '$1'"; }
is 'a forged one unsubscribes nobody' 'Ada@home.example each;ben@home.example digest;rosa@home.example each' "$(seen)"

mail x@y.example "sec-unsubscribe+$(detail "$(id ben@home.example)" dev)@example.org" unsubscribe
is 'nor one of another list' 'Ada@home.example each;ben@home.example digest;rosa@home.example each' "$(seen)"
sender= mail x@y.example "sec-unsubscribe+$(detail "$(id ben@home.example)" sec)@example.org" ''
is 'one of ours does, at once, whoever sends it' 'Ada@home.example each;rosa@home.example each' "$(seen)"
newest
says 'and says so to the address' 'you are not subscribed' newest
says 'which is the subscriber.s' '^To: ben@home.example' newest
before=$(rows 'SELECT count(*) FROM delivery')
mail x@y.example "sec-unsubscribe+$(detail "$(id ben@home.example)" sec)@example.org" unsubscribe
is 'once' "$before" "$(rows 'SELECT count(*) FROM delivery')"

# ---- owners
mail ada@home.example sec-owner@example.org 'A question'; is 'without owners nobody is reached' 67 $code
fails 1 'Rosa Hedg is no member' 'an owner is a member' "$CM" list set sec owners='Rosa Hedg' --now $NOW
does 'owners' "$CM" list set sec owners='Rosa Hedge' --now $NOW
mail ada@home.example sec-owner@example.org 'A question'
is 'their mail is passed on' rosa@home.example "$(rows 'SELECT d.recipient FROM delivery d ORDER BY d.outgoing DESC LIMIT 1')"
newest
says 'as it came' 'Subject: A question' newest
before=$(rows 'SELECT count(*) FROM delivery')
mail ada@home.example sec-owner@example.org 'Round' 'X-Loop: sec-owner@example.org'
sender= mail daemon@home.example sec-owner@example.org 'Undelivered'
is 'but not round and round' "$before" "$(rows 'SELECT count(*) FROM delivery')"

# ---- joining the group
join zoe@home.example 'join Zoë Quinn'
says 'who confirms an address joins' 'is a member' newest
run "$CM" member list
says 'as a member' 'Zo. Quinn +yes'
run "$CM" record show
says 'on record' 'member.join'
join eve@evil.example 'join Zoë Quinn'
says 'a name that is known is refused' 'known already' newest
at=2026-11-24
join eve@evil.example 'join Z0ë Quinn'
says 'as is one that looks like it' 'looks like' newest
join eve@evil.example 'join Buy at pills.example'
silent 'what could be a link is in no mail' 'pills' newest
join zoe@home.example 'join Zoe Two'
says 'an address belongs to one' 'belongs to Zo=C3=AB Quinn already' newest
join eve@evil.example join '=?utf-8?q?Eve=0D=0ABcc:_x@y.example?='
silent 'nor one that would be a header' 'Eve' newest
printf 'From: =?utf-8?q?Eve=0D=0ABcc:_bcc@y.example?= <eve@evil.example>\nSubject: subscribe\nMessage-ID: <x@y>\n\n.\n' |
    "$CM" deliver sec-request@example.org --sender eve@evil.example --now 2026-11-25
newest
says 'a request with a hostile name is asked back' '^To: eve@evil.example' newest
silent 'without it' 'bcc@|Eve' newest
at=2026-11-26
join kim@home.example join 'Kim Park'
says 'the name may be the one of the mail' 'Kim Park is a member' newest
silent 'addresses are not in the record' 'home.example' <("$CM" record show --json)
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export one
if grep -rq 'home.example\|signed the sheet' one; then fail 'nothing private in it'; else pass 'nothing private in it'; fi
does 'a store from it' "$CM" --db t.db init --profile one
does 'export again' "$CM" --db t.db export two
same 'is the same' one two
finish
