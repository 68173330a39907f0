#!/bin/bash
# search, backup, doctor, and --json on every command that prints.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
does 'search' "$CM" search gate log
says 'finds the threat' 'G-0003'
silent 'and only that' 'G-0002'
does 'a phrase' "$CM" search '"wrong"'
does 'a beginning' "$CM" search 'garden*'
does 'odd characters are words, not syntax' "$CM" search 'AND OR ( " *'
does 'nothing found' "$CM" search zebra
does 'backup' "$CM" backup copy.db
says 'and looked through' 'written, and verifies'
does 'which verifies' "$CM" record verify --db copy.db
"$CM" export a >/dev/null && "$CM" export b --db copy.db >/dev/null
same 'and is the same' a b
fails 1 'copy.db' 'backup overwrites nothing' "$CM" backup copy.db
head -c 20000 s.db >cut.db
fails 1 '' 'of a store that is damaged' "$CM" --db cut.db backup cut-copy.db
is 'no copy is left' '' "$(ls cut-copy.db 2>/dev/null)"
does 'doctor' "$CM" doctor
for what in store rights disk clock mail smtp fonts; do says "looks at: $what" "^[a-z]+ +$what "; done
says 'lists no mail server as missing without lists' '^(ok|none) +smtp'
run "$CM" doctor --now 2020-01-01
is 'a clock that is wrong' 1 "$code"
says 'is seen by the newest event' '^wrong +clock .*before the newest event'
chmod o+rw s.db
fails 1 '^wrong +rights .*anyone may write' 'a store that anyone may write' "$CM" doctor
chmod 600 s.db
"$CM" --db lists.db init --profile "$TOP/profiles/minimal" --now $NOW >/dev/null
"$CM" --db lists.db list new sec --address sec@example.org --title Sec --now $NOW >/dev/null
fails 1 '^wrong +smtp .*and there are lists' 'no mail server for the lists' "$CM" --db lists.db doctor --smtp 127.0.0.1:1
does 'doctor again' "$CM" doctor
says 'knows its version' '[0-9]+\.[0-9]+\.[0-9]+'
says 'and that the store verifies' 'verifies'
for args in 'check --json a' 'threat list --json' 'threat show G-0001 --json' 'threat history G-0001 --json' 'record show --json' \
    'record verify --json' 'search gate --json' 'edition list --json' 'doctor --json' 'export e --json' 'import e --json' \
    'tree check a/threats/G-0001-recorded-opening.md --json' 'publish --to p --formats html --json' \
    'threat propose --name Wind --area opening --abstract Blows --json' 'threat edit G-0004 --set level=gate --json' \
    'threat withdraw G-0004 --reason calm --json' 'edition new process --kind substantive --remark First --json' \
    'edition show process 0.1 --json' 'backup c2.db --json'; do
    run "$CM" $args
    if [ $code -eq 0 ] && python3 -m json.tool "$out" >/dev/null 2>&1; then pass "JSON: $args"; else fail "JSON: $args" "$(told)"; fi
done
# What --as says is recorded as it is, also when it is odd.
does 'an odd name' "$CM" threat edit G-0001 --set level=gate --as $'Zo\xc3\xab "\\<b>' --reason $'a\tb'
run "$CM" record show --json
is 'reads back' 'Zoë "\<b>' "$(json "d['events'][-1]['name']")"
fails 1 'UTF-8' 'a name that is no UTF-8' "$CM" threat edit G-0001 --set level=protocol --as $'\xff'

# A store of an older version is brought up to date by the first command that meets it, also by one that only reads.
"$CM" --db now.db init --profile "$TOP/profiles/minimal" --now $NOW >/dev/null
python3 - "$TOP/src/store/migrations/001_start.sql" <<'END'
import sqlite3, sys
now, old = sqlite3.connect('now.db'), sqlite3.connect('old.db')
old.executescript(open(sys.argv[1]).read())
old.execute("INSERT INTO about (key, value) SELECT 'migration-1', ?", now.execute("SELECT value FROM about WHERE key = 'migration-1'").fetchone())
for name, value in (('application_id', now.execute('PRAGMA application_id').fetchone()[0]), ('user_version', 1)):
    old.execute(f'PRAGMA {name} = {value}')
old.commit()
END
newest=$(python3 -c 'import sqlite3; print(sqlite3.connect("now.db").execute("PRAGMA user_version").fetchone()[0])')
fails 1 "old.db is of version $newest now" 'an old store' "$CM" --db old.db threat list
says 'which is empty' 'empty' "$err"
fails 1 'empty' 'the next time it is up to date' "$CM" --db old.db threat list
silent 'and nothing is said' 'version' "$err"
finish
