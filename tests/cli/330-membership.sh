#!/bin/bash
# Membership of a list by mail, as people use it: words to LIST-request@, a question back to the address, an answer to it. What goes
# out is looked at in the queue.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
day() { date -u -d "$NOW + $1 days" +%Y-%m-%d; }
at=$NOW
# mail FROM TO SUBJECT [BODY [HEADER]]: delivered; FROM may be "Name <address>"
mail() {
    local address=${1##*<}
    printf 'From: %s\nTo: %s\nSubject: %s\nMessage-ID: <%s@mail.example>\n%s\n%b\n' "$1" "$2" "$3" "$RANDOM$RANDOM" "${5:+$5
}" "${4-}" | "$CM" deliver "$2" --sender "${sender-${address%>}}" --now "$at" --json >"$out" 2>"$err"
}
queued() { rows 'SELECT count(*) FROM delivery'; }
# The newest mail of the queue: its recipient in $to, itself as text in the file newest, its key, if it has one, in $token
newest() {
    python3 - <<'PY' >newest
import email, email.policy, sqlite3
bytes, to = sqlite3.connect('s.db').execute(
    "SELECT o.bytes, d.recipient FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE o.kind = 'mail' ORDER BY o.id DESC").fetchone()
m = email.message_from_bytes(bytes, policy=email.policy.default)
print('TO-ENVELOPE', to)
for k, v in m.items():
    print(f'{k}: {v}')
print()
print(m.get_content())
PY
    to=$(sed -n 's/^TO-ENVELOPE //p' newest)
    ! grep -q 'sec-confirm+' newest || token=$(grep -o 'sec-confirm+[a-z2-7]*@' newest | head -1 | tr -d '@' | cut -d+ -f2)
}
# nothing NAME: no mail since the last call of `mark`
mark() { before=$(queued); }
nothing() { is "$1" "$before" "$(queued)"; }
one() { is "$1" $((before + 1)) "$(queued)"; newest; }
subscribers() { rows "SELECT address, state, delivery FROM subscriber ORDER BY address"; }

does 'a list' "$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW

# ---- subscribing
mark; mail 'Ada Lovelace <Ada@home.example>' sec-request@example.org subscribe
says 'a request is taken' '"text": "taken"'
one 'and one mail goes out'
is 'to the address itself' Ada@home.example "$to"
says 'which says what it is about' 'Security SIG, sec@example.org' newest
says 'and is an automatic answer' '^Auto-Submitted: auto-replied' newest
says 'from the list' '^From: Security SIG <sec-request@example.org>' newest
says 'a reply to which confirms' "^Reply-To: sec-confirm\+$token@example.org" newest
silent 'it repeats nothing of what came' 'Ada Lovelace' newest
is 'nobody is subscribed yet' '' "$(subscribers)"
is 'of the key only a digest is kept' '' "$(rows "SELECT * FROM token WHERE instr(lower(hex(digest) || subject || detail), '$token') OR length(digest) <> 32")"
mark; mail 'x <eve@evil.example>' "sec-confirm+$token@example.org" 'Auto: away' '' 'Auto-Submitted: auto-replied'
sender= mail 'MAILER-DAEMON@x.example' "sec-confirm+$token@example.org" 'Undelivered Mail'
mail 'Ada <ada@home.example>' "sec-confirm+$token@example.org" 'Out of office' 'I am away' 'Precedence: bulk'
nothing 'programs confirm nothing'
is 'still nobody' '' "$(subscribers)"
mark; mail 'Ada Lovelace <ada@home.example>' "sec-confirm+${token^^}@example.org" 'Re: Mail of Security SIG' '> answer this mail\n'
one 'a reply does, and is answered'
says 'with a welcome' 'From now on the mail' newest
is 'she is subscribed' 'Ada@home.example active each' "$(subscribers)"
mark; mail 'Ada <ada@home.example>' "sec-confirm+$token@example.org" 'again'
nothing 'the same token a second time does nothing'
mark; mail 'Eve <eve@evil.example>' "sec-confirm+aaaaaaaaaaaaaaaaaaaaaaaaaa@example.org" 'guess'
nothing 'nor does a guess'
says 'and it is told nothing' '"text": "taken"'

# ---- nothing tells who is subscribed
mark; mail 'ada@home.example' sec-request@example.org 'SUBSCRIBE'
one 'who is subscribed gets the same question'
sed 's/[a-z2-7]\{26\}/TOKEN/g; /^TO-ENVELOPE\|^To:\|^Message-ID\|^Date\|^In-Reply-To\|^References/d' newest >known
cp "$out" reply-known
mark; mail 'new@home.example' sec-request@example.org 'SUBSCRIBE'
one 'as who is not'
sed 's/[a-z2-7]\{26\}/TOKEN/g; /^TO-ENVELOPE\|^To:\|^Message-ID\|^Date\|^In-Reply-To\|^References/d' newest >unknown
same 'word for word' known unknown
same 'and the reply to the mail server too' reply-known "$out"
mark; mail 'other@home.example' sec-request@example.org 'Re: "Unsubscribe"!'
one 'to leave without being there is asked back as well'
says 'for what it would do' 'no more mail' newest
at=$(day 1)
mark; mail 'eve@evil.example' sec-request@example.org 'who'
one 'who is subscribed is not told'
says 'but that it is not' 'told to nobody' newest
silent 'at all' 'ada@' newest

# ---- no mail bombing
mark
hundred=$(for i in $(seq 1 100); do echo sec-request@example.org; done)
for i in $(seq 1 10); do
    printf 'From: victim@home.example\nSubject: subscribe\n\n\n' | "$CM" deliver $hundred --sender victim@home.example --now "$at"
done
for i in $(seq 1 10); do mail "victim+$i@home.example" sec-request@example.org "unsubscribe"; done
one 'a thousand requests in the name of one address make one mail'
does 'another list' "$CM" list new dev --address dev@example.org --title Dev --now $NOW
mark; mail 'victim@home.example' dev-request@example.org 'subscribe'
nothing 'over all lists'
at=$(day 2)
mark; mail 'victim@home.example' sec-request@example.org 'subscribe'
one 'and one more the next day'
mark; for i in 1 2 3; do mail 'lost@home.example' sec-request@example.org 'Dear list' 'what can I do here?'; done
one 'unknown words get the help, once'
says 'which names the words' 'digest on' newest

# ---- forged senders, loops, programs
mark
sender= mail 'a1@home.example' sec-request@example.org subscribe
mail 'a2@home.example' sec-request@example.org subscribe '' 'Auto-Submitted: auto-generated'
mail 'a3@home.example' sec-request@example.org subscribe '' 'Precedence: list'
mail 'a4@home.example' sec-request@example.org subscribe '' 'List-Id: <other.example.org>'
mail 'sec@example.org' sec-request@example.org subscribe
mail 'dev-request@example.org' sec-request@example.org subscribe
mail 'a5@home.example, a6@home.example' sec-request@example.org subscribe
mail 'no address' sec-request@example.org subscribe
sender=other-request@lists.example mail 'a7@home.example' sec-request@example.org help
mail 'Mailer <mailer-daemon@home.example>' sec-request@example.org help '' 'Return-Path: <>'
nothing 'programs, lists and those without an address get no answer'
mark; mail 'eve@evil.example' sec-request@example.org 'subscribe ada@home.example'
is 'another address cannot be subscribed' 0 "$(rows "SELECT count(*) FROM token WHERE address = 'eve@evil.example'")"

# ---- settings
at=$(day 3)
mark; mail 'ada@home.example' sec-request@example.org '' 'Digest on\n-- \nunsubscribe\n'
one 'a setting is asked back'
says 'in words' 'as a digest' newest
mail 'ada@home.example' "sec-confirm+$token@example.org" ok
is 'and then set' 'Ada@home.example active digest' "$(subscribers)"
mark; mail 'ada@home.example' sec-request@example.org 'set delivery=none'
one 'who confirmed may ask again at once'
mail 'ada@home.example' sec-request@example.org "confirm $token"
is 'and confirm in words' 'Ada@home.example active none' "$(subscribers)"
mail 'ada@home.example' sec-request@example.org 'set name "Ada L."'
newest; mail 'ada@home.example' "sec-confirm+$token@example.org" ok
is 'a name' 'Ada L.' "$(rows 'SELECT name FROM subscriber')"
mail 'ada@home.example' sec-request@example.org 'digest off'
newest; mail 'ada@home.example' "sec-confirm+$token@example.org" ok

# ---- a quoted token
at=$(day 4)
mail 'ben@home.example' sec-request@example.org 'subscribe digest'
newest
mail 'eve@evil.example' sec-request@example.org 'Fwd: this' "> confirm $token\n> sec-confirm+$token@example.org\n"
is 'a quoted key confirms nothing' 'Ada@home.example active each' "$(subscribers)"
at=$(day 12)
mark; mail 'ben@home.example' "sec-confirm+$token@example.org" ok
one 'a key that is too old is no good, and it is said'
says 'to its address' 'too long ago' newest
is 'which is' ben@home.example "$to"
is 'nothing was done' 'Ada@home.example active each' "$(subscribers)"
mail 'ben@home.example' sec-request@example.org 'subscribe digest'; newest
mark; mail 'ben@home.example' "dev-confirm+$token@example.org" ok
nothing 'a key of one list is none of another'
mail 'ben@home.example' "sec-confirm+$token@example.org" ok
is 'asked again, it works' 'Ada@home.example active each;ben@home.example active digest;' "$(subscribers | tr '\n' ';')"

# ---- a member of the group
mail 'zoe@home.example' sec-request@example.org 'join Zoe'; newest
mail 'zoe@home.example' "sec-confirm+$token@example.org" ok
is 'who joins by mail is noted so' 'Zoe mail' "$(rows "SELECT json_extract(payload, '\$.actor'), json_extract(payload, '\$.asserted_by') FROM event WHERE action = 'member.join'")"

# ---- leaving
mail 'ada@home.example' sec-request@example.org 'please unsubscribe me'; newest
mail 'ada@home.example' "sec-confirm+$token@example.org" ok
is 'who leaves is gone' 'gone' "$(rows "SELECT state FROM subscriber WHERE mailbox = 'ada@home.example'")"
finish
