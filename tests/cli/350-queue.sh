#!/bin/bash
# casemate queue and the worker: each recipient gets a post once, whatever the mail server and the operator's machine do; what fails is tried
# again, and counts.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
run "$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW
run "$CM" list set sec posts=anyone rate=0 --now $NOW
subscribe() { # DELIVERY ADDRESS...
    python3 - "$@" <<'END'
import sqlite3, sys
d = sqlite3.connect('s.db', timeout=20)
d.executemany("INSERT INTO subscriber (list, address, mailbox, name, state, delivery, since, consent) VALUES ('sec', ?, ?, '', 'active', ?, 0, 'a test')",
              [(a, a, sys.argv[1]) for a in sys.argv[2:]])
d.commit()
END
}
post() { # ID [NOW]
    printf 'From: Ada <ada@example.org>\nTo: sec@example.org\nSubject: Post %s\nMessage-ID: <%s@example.org>\n\nText %s\n' "$1" "$1" "$1" |
        "$CM" deliver sec@example.org --sender ada@example.org --now "${2:-$NOW}"
}
sinks=()
trap 'kill "${sinks[@]}" 2>/dev/null; rm -rf "$WORK"' EXIT
sink() { # FOLDER [HOW]: its port in $port
    mkdir -p "$1"
    python3 "$TOP/tests/cli/smtp_sink.py" "$@" >"$1.port" &
    sinks+=($!)
    until [ -s "$1.port" ]; do sleep 0.05; kill -0 "${sinks[-1]}" || return 1; done
    port=$(cat "$1.port")
}
got() { sort "$1/log" 2>/dev/null | uniq -c | awk -v n="$2" '$3 ~ n { print $3, $1 }' | tr '\n' ';'; }
send() { run "$CM" queue run --smtp "127.0.0.1:$port" --now "${1:-$NOW}" --json; }

# ---- words ----
fails 2 'wants no word' 'queue run takes no word' "$CM" queue run now
fails 2 'number of a mail' 'nor drop anything but a number' "$CM" queue drop all
fails 1 'no such delivery' 'one that is there' "$CM" queue drop 99
fails 2 'without --worker' 'serve --smtp alone sends nothing' "$CM" serve --smtp localhost:25
fails 2 'wants a store' 'a folder has no mail' "$CM" serve --from x --worker
fails 2 'is no address' 'an address that is none' "$CM" queue run --smtp 127.0.0.1:x
does 'an empty queue' "$CM" queue list
says 'says so' 'waiting 0, sending 0, failed 0'

# ---- what goes out ----
sink out
subscribe each ada@x.test bob@x.test unknown@x.test full@x.test close@x.test
post 1
send
is 'two get it, one is refused, two are tried again' '2 1 2' "$(json 'd["sent"], d["failed"], d["later"]' | tr -d '(),')"
is 'each once' 'ada@x.test 1;bob@x.test 1;' "$(got out '^(ada|bob)')"
mail=$(grep -l ' ada@x.test$' out/[0-9]*)
says 'with an envelope of its own' '^sec-bounces\+1-[a-z2-7]{16}@example.org ada@x.test' "$mail"
says 'an address that unsubscribes' '^List-Unsubscribe: <mailto:sec-unsubscribe\+1-[a-z2-7]{16}@example.org>' "$mail"
says 'the name of the list' '^List-Id: Security SIG <sec.example.org>' "$mail"
says 'the author behind the list, whose domain nothing is known of' '^From: "?Ada via Security SIG"? <sec@example.org>' "$mail"
says 'and not lost' '^Reply-To: ada@example.org' "$mail"
silent 'no page that unsubscribes where none is known' 'List-Unsubscribe-Post' "$mail"
run "$CM" queue list --json
is 'what the server said is kept' '550 5.1.1 no such user' "$(json '[x["reply"] for x in d["deliveries"] if x["state"] == "failed"][0]')"
is 'tries begin after a minute' "$NOW"T00:01:00Z "$(json '[x["due"] for x in d["deliveries"] if x["recipient"].startswith("full")][0]')"
send
is 'not before' '0' "$(json 'd["sent"] + d["later"]')"
send "$NOW"T00:01:00Z
run "$CM" queue list --json
is 'the next after five' "$NOW"T00:06:00Z "$(json '[x["due"] for x in d["deliveries"] if x["recipient"].startswith("full")][0]')"
is 'a refusal of the address counts' '100' "$(rows "SELECT score FROM subscriber WHERE address = 'unknown@x.test'")"
does 'retry' "$CM" queue retry 1 --now "$NOW"T00:02:00Z
says 'makes all that waits due' '3 deliveries due now'
does 'drop one' "$CM" queue drop 1 unknown@x.test
does 'drop the others' "$CM" queue drop 1
does 'nothing is left' "$CM" queue list
says 'of that mail' 'waiting 0, sending 0, failed 0'
rows "UPDATE subscriber SET state = 'gone' WHERE address NOT LIKE 'ada%'; " >/dev/null

# ---- a post that does not leave ----
post 2 "$NOW"T10:00:00Z
fails 75 'not there' 'no mail server: later' "$CM" queue run --smtp 127.0.0.1:1 --now "$NOW"T10:00:00Z
sink closed refuse
fails 75 'not there' 'one that refuses us: later' "$CM" queue run --smtp "127.0.0.1:$port" --now "$NOW"T10:31:00Z
run "$CM" queue run --smtp "127.0.0.1:$port" --now "$NOW"T11:31:00Z
is 'after half an hour, one alarm' '1 stuck' "$(rows "SELECT count(*), kind FROM alarm WHERE cleared IS NULL")"
fails 1 'has waited for' 'doctor says so' "$CM" doctor --now "$NOW"T11:31:00Z
says 'and names the mail' 'alarm.*mail 2 \(post of list sec\) has not left'
silent 'but nobody' 'ada@'
port=$(cat out.port)
send "$NOW"T12:00:00Z
is 'it leaves' 'ada@x.test 2;' "$(got out '^ada')"
is 'and the alarm is over' '0' "$(rows "SELECT count(*) FROM alarm WHERE cleared IS NULL")"

# ---- many recipients, a slow server, and workers that are killed ----
people=$([ -n "${LONG-}" ] && echo 1000 || echo 200)
mapfile -t all < <(seq -f 'p%g@x.test' "$people")
subscribe each "${all[@]}"
sink slow slow
post 3
"$CM" queue run --smtp "127.0.0.1:$port" --now $NOW >a.out 2>&1 &
one=$!
"$CM" queue run --smtp "127.0.0.1:$port" --now $NOW >b.out 2>&1
wait $one
"$CM" queue run --smtp "127.0.0.1:$port" --now $NOW >/dev/null 2>&1
is 'two workers: each recipient once' "$((people + 1))" "$(sort -u slow/log | wc -l)"
is 'and nobody twice' "$((people + 1))" "$(wc -l <slow/log)"
post 4
: >slow/log
rounds=$([ -n "${LONG-}" ] && echo 40 || echo 6) killed=0
for ((i = 0; i < rounds; i++)); do
    "$CM" queue run --smtp "127.0.0.1:$port" --now $NOW >/dev/null 2>&1 &
    worker=$!
    sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
    kill -9 $worker 2>/dev/null && killed=$((killed + 1))
    wait $worker 2>/dev/null
done
is 'some were killed' yes "$([ $killed -gt 0 ] && echo yes)"
send
is 'after kill -9, all have it' "$((people + 1))" "$(sort -u slow/log | wc -l)"
# At most what was under way, or whose result was not written yet: 4 connections with 2 each, and results of 10 ms.
twice=$(($(wc -l <slow/log) - people - 1))
is "twice has it only who was in hand ($twice of $people after $killed kills)" yes "$([ $twice -le $((killed * 16)) ] && echo yes)"
is 'no lock is left behind' '' "$(ls s.db-worker-* 2>/dev/null)"
is 'nor a row' '0' "$(rows 'SELECT count(*) FROM outgoing')"

post 6
rows "UPDATE subscriber SET state = 'gone' WHERE address = 'p1@x.test'" >/dev/null
: >slow/log
send
is 'who left meanwhile does not get it' "$people" "$(wc -l <slow/log)"

# ---- bounces ----
rows "UPDATE subscriber SET state = 'gone' WHERE address LIKE 'p%'" >/dev/null
verp=$(grep ' ada@x.test$' out/log | head -1 | cut -d' ' -f1)
dsn() { # TO STATUS ACTION
    printf 'From: MAILER-DAEMON@x.test\nTo: %s\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.test\n\nFinal-Recipient: rfc822; ada@x.test\nAction: %s\nStatus: %s\n\n--b--\n' "$1" "$3" "$2"
}
bounce() { dsn "$1" "${2:-5.1.1}" "${4:-failed}" | "$CM" deliver "$1" --sender '' --now "${3:-$NOW}"; }
score() { rows "SELECT score, state FROM subscriber WHERE address = 'ada@x.test'"; }
bounce "${verp/1-/2-}"
bounce "sec-bounces+1-aaaaaaaaaaaaaaaa@example.org"
bounce "sec-bounces@example.org"
bounce "sec-bounces+p${verp#*+}"
is 'a forged report does nothing' '0 active' "$(score)"
bounce "$verp" 4.4.1 $NOW delayed
is 'nor does one of a delay' '0 active' "$(score)"
printf 'From: ada@x.test\nTo: %s\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nAway.\n' "$verp" | "$CM" deliver "$verp" --sender ''
is 'nor an absence' '0 active' "$(score)"
bounce "$verp" 4.2.2
is 'a full mailbox costs half a point' '50 active' "$(score)"
bounce "${verp^^}" 5.1.1 $NOW
is 'the day counts once, with its gravest' '100 active' "$(score)"
bounce "$verp"
is 'not twice' '100 active' "$(score)"
bounce "$verp" 5.1.1 2026-11-23
is 'the next day counts' '200 active' "$(score)"
is 'no probe yet' '0' "$(rows 'SELECT count(*) FROM outgoing')"
bounce "$verp" 5.1.1 2026-11-24
is 'three points send a probe' '300 active probe' "$(score) $(rows 'SELECT kind FROM outgoing')"
port=$(cat out.port)
send 2026-11-24
probe=$(grep -o '^sec-bounces+p[^ ]*' out/log)
mail=$(grep -l '^sec-bounces+p' out/[0-9]*)
says 'in plain words' 'there is nothing to do' "$mail"
bounce "$verp" 5.1.1 2026-11-25
is 'no second probe' '0' "$(rows 'SELECT count(*) FROM outgoing')"
bounce "$probe" 5.1.1 2026-11-25
is 'a probe that fails suspends' 'disabled' "$(score | cut -d' ' -f2)"
post 5 2026-11-25
send 2026-11-25
silent 'who is suspended gets no post' 'Post 5' <(cat out/[0-9]*)
mail=$(grep -l 'answer this one' out/[0-9]*)
says 'but one mail that says how to begin again, without a sender that could bounce' '^ ada@x.test' "$mail"
enable=$(sed -n 's/^Reply-To: //p' "$mail" | tr -d '\r')
answer() { printf 'From: ada@x.test\nTo: %s\nSubject: Re: mails\n%s\nHere I am.\n' "$1" "${2:+$2
}" | "$CM" deliver "$1" --sender "${3-ada@x.test}" --now 2026-11-26; }
answer "sec-bounces+e${verp#*+}"
is 'another address does not' 'disabled' "$(score | cut -d' ' -f2)"
answer "$enable" 'Auto-Submitted: auto-replied'
is 'an automatic answer does not' 'disabled' "$(score | cut -d' ' -f2)"
answer "$enable"
is 'an answer lifts it' '0 active' "$(score)"
bounce "$verp" 4.4.1 2026-11-27
bounce "$verp" 4.4.1 2026-12-10
is 'after a quiet week it begins anew' '50 active' "$(score)"

# ---- digests ----
subscribe digest dora@x.test
subscribe plain paul@x.test
rows 'DELETE FROM digest_waiting' >/dev/null
rows "UPDATE subscriber SET state = 'gone' WHERE address = 'ada@x.test'" >/dev/null
post d1 2026-12-01
post d2 2026-12-01
send 2026-12-01T23:00:00Z
is 'before its time no digest' '' "$(got out '^(dora|paul)')"
send 2026-12-02T00:00:00Z
is 'after it, one in each form' 'dora@x.test 1;paul@x.test 1;' "$(got out '^(dora|paul)')"
send 2026-12-03
is 'and once' 'dora@x.test 1;paul@x.test 1;' "$(got out '^(dora|paul)')"
mime=$(grep -l ' dora@x.test$' out/[0-9]*)
is 'MIME holds the messages whole' 'multipart/mixed multipart/digest Post d1,Post d2' "$(sed 1d "$mime" | python3 -c '
import email, sys
m = email.message_from_file(sys.stdin)
inner = m.get_payload()[1]
print(m.get_content_type(), inner.get_content_type(), ",".join(p.get_payload()[0]["Subject"] for p in inner.get_payload()))')"
plain=$(grep -l ' paul@x.test$' out/[0-9]*)
is 'plain text holds their texts' 'text/plain 2' "$(sed 1d "$plain" | python3 -c '
import email, email.policy, sys
m = email.message_from_file(sys.stdin, policy=email.policy.default)
print(m.get_content_type(), sum(m.get_content().count(f"Text d{i}") for i in (1, 2)))')"
run "$CM" list set sec digest-bytes=1000 --now $NOW
for i in {1..14}; do post "e$i" 2026-12-04; done
send 2026-12-04
is 'size makes one due, too' 'dora@x.test 2;paul@x.test 2;' "$(got out '^(dora|paul)')"
is 'the others wait' yes "$([ "$(rows 'SELECT count(*) FROM digest_waiting')" -gt 0 ] && echo yes)"
finish
