#!/bin/bash
# Mail of all the world goes in over LMTP: each is answered, none ends or fills the listener, all that was taken is
# there. One file of eight; LONG=1: every one.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
folder=${CASEMATE_SHARED-/nonexistent}/mail
if [ ! -d "$folder" ]; then
    skip 'the collections of mail' 'set CASEMATE_SHARED to the folder above mail'
    finish
    exit
fi
store s.db
does 'a list' "$CM" list new sec --address sec@example.org --title Sec --now $NOW
does 'that holds nothing' "$CM" list set sec posts=anyone rate=0 max-bytes=50000000 --now $NOW
does 'every file goes in' python3 "$TOP/tests/cli/mail_corpus.py" "$CM" s.db "$folder" "$([ -n "${LONG-}" ] && echo 1 || echo 8)"
value() { sed -n "s/^$1 //p" corpus; }
cp "$out" corpus
is "each is taken, but those with a line of more than 16 KiB ($(value answers))" '' "$(value odd)"
is "in $(value memory) MB of memory, of 64" yes "$([ "$(value memory)" -le 64 ] && echo yes)"
# What writing costs is in it: small mails are most, and each is a transaction.
is "in $(value time) ms of processor time for a megabyte" yes "$([ "$(value time)" -le 2000 ] && echo yes)"
is 'the listener ends well' 0 "$(value ends)"
kept=$(python3 -c 'import sqlite3; d = sqlite3.connect("s.db"); print(d.execute("SELECT count(*) FROM message").fetchone()[0])')
is "all that differ are there ($kept)" yes "$([ "$kept" -gt $(($(value files) * 9 / 10)) ] && echo yes)"
does 'the archive is published' "$CM" publish --to site --formats html --now $NOW
does 'the record verifies' "$CM" record verify
finish
