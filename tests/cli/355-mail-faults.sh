#!/bin/bash
# What was answered "taken" stays, whatever happens: listeners killed under load, two of them on one store, a disk that is
# full or broken at each write. LONG=1: 1,000 kills. (An MTA that refuses, is slow, or closes in the middle: 350-queue and
# tests/unit/test_smtp_client.c.)
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
sql() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[2], timeout=20); [print(*r) for r in d.execute(sys.argv[1])]; d.commit()' "$1" "${2-s.db}"; }
fresh() { # DB: a list with two subscribers
    store "$1"
    "$CM" --db "$1" list new sec --address sec@example.org --title Sec --now $NOW >/dev/null
    "$CM" --db "$1" list set sec posts=anyone rate=0 --now $NOW >/dev/null
    "$CM" --db "$1" list subscribe sec ada@x.test ben@x.test --consent test --now $NOW >/dev/null
}
whole() { # NAME DB: what was answered is there once, with its deliveries, and nothing that was not sent
    python3 - "$2" >"$out" <<'E'
import sqlite3, sys
d = sqlite3.connect(sys.argv[1], timeout=20)
answered, sent = ({l.strip() for l in open(f)} for f in ('answered', 'sent'))
kept = [m.split('@')[0] for m, in d.execute('SELECT mid FROM public_message')]
print('lost', sorted(answered - set(kept))[:5])
print('doubled', len(kept) - len(set(kept)))
print('invented', sorted(set(kept) - sent)[:5])
print('without deliveries', d.execute('SELECT count(*) FROM public_message m WHERE (SELECT count(*) FROM delivery v JOIN outgoing o '
                                      'ON o.id = v.outgoing WHERE o.message = m.id) <> 2').fetchone()[0])
print('without words', d.execute('SELECT count(*) FROM public_message m WHERE m.id NOT IN (SELECT rowid FROM mail_search(\'text\'))').fetchone()[0])
print('sound', d.execute('PRAGMA integrity_check').fetchone()[0])
E
    is "$1" 'lost [];doubled 0;invented [];without deliveries 0;without words 0;sound ok' "$(paste -sd';' "$out")"
}
for part in answered sent; do : >$part; done

# ---- kill -9 under load ----
fresh s.db
rounds=$([ -n "${LONG-}" ] && echo 1000 || echo 5)
run python3 "$TOP/tests/cli/mail_faults.py" kill "$CM" s.db "$rounds"
is "$rounds listeners were killed under load ($(cat "$out"))" 0 $code
is 'mail came in between' yes "$([ "$(wc -l <answered)" -gt "$rounds" ] && echo yes)"
whole 'after kill -9: nothing that was answered is lost, nothing is doubled or half' s.db
does 'the record verifies' "$CM" record verify

# ---- two listeners on one store ----
run python3 "$TOP/tests/cli/mail_faults.py" two "$CM" s.db "$([ -n "${LONG-}" ] && echo 5000 || echo 200)"
is "two listeners ($(cat "$out"))" 0 $code
is 'both took mail' yes "$([ "$(grep -c '^1......$' answered)" -ge 200 ] && echo yes)"
is 'what came to both at once is answered twice' 40 "$(grep -c '^2......$' answered)"
whole 'and kept once' s.db

# ---- a disk that is full, or broken, at each write ----
preload=$(dirname "$CM")/tests/mail/libfail_writes.so
if [ ! -e "$preload" ] || [ -n "${CASEMATE_SANITIZED-}" ]; then
    skip 'failing writes' 'they want a plain build with tests'
    finish
    exit
fi
failing() { # N ERROR COMMAND...
    FAIL_AT=$1 FAIL_WITH=$2 FAIL_COUNT=$WORK/count LD_PRELOAD=$preload "${@:3}"
}
post() { printf 'From: Ada <ada@example.org>\nTo: sec@example.org\nSubject: Post %s\nMessage-ID: <%s@example.org>\n\nText %s\n' "$1" "$1" "$1"; }
for error in ENOSPC EIO; do
    fresh f.db
    : >answered; : >sent
    bad='' n=1 failed=0
    post 1 | failing 0 $error "$CM" --db f.db deliver sec@example.org --sender ada@example.org --now $NOW >/dev/null
    echo 1 >>answered; echo 1 >>sent
    writes=$(cat "$WORK/count")
    for ((n = 1; n <= writes + 1; n++)); do
        echo "1$n" >>sent
        post "1$n" | failing $n $error "$CM" --db f.db deliver sec@example.org --sender ada@example.org --now $NOW >/dev/null 2>"$err"
        code=$?
        case $code in
        0) echo "1$n" >>answered ;;
        75) failed=$((failed + 1)) ;;
        *) bad+="write $n: exit code $code; " ;;
        esac
    done
    is "$error at each of $writes writes: $failed times to be tried again, never anything else" '' "$bad"
    is "$error: it did fail" yes "$([ $failed -ge 3 ] && echo yes)"
    whole "$error: nothing is lost or half" f.db
    post 99999 | "$CM" --db f.db deliver sec@example.org --sender ada@example.org --now $NOW
    is "$error: afterwards mail comes in" 0 $?
done

# ---- the same for what goes out ----
mkdir sink
python3 "$TOP/tests/cli/smtp_sink.py" sink >sink.port &
sinker=$!
trap 'kill $sinker 2>/dev/null; rm -rf "$WORK"' EXIT
until [ -s sink.port ]; do sleep 0.05; kill -0 $sinker || break; done
port=$(cat sink.port)
fresh q.db
post 1 | "$CM" --db q.db deliver sec@example.org --sender ada@example.org --now $NOW
for ((n = 1; n <= 12; n++)); do
    failing $n ENOSPC "$CM" --db q.db queue run --smtp "127.0.0.1:$port" --now $NOW >/dev/null 2>&1
done
"$CM" --db q.db queue run --smtp "127.0.0.1:$port" --now 2026-11-30 >/dev/null 2>&1
is 'a worker whose disk is full loses nobody' 'ada@x.test ben@x.test' "$(awk '{ print $2 }' sink/log | sort -u | paste -sd' ')"
is 'and the queue is empty' 0 "$(sql 'SELECT count(*) FROM delivery' q.db)"
finish
