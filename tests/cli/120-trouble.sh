#!/bin/bash
# Trouble with the store and the disk: a clear error, the right exit code, the store as it was.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
"$CM" export before >/dev/null
unchanged() { # NAME
    rm -rf after
    if "$CM" record verify >"$out" 2>"$err" && "$CM" export after >>"$out" 2>>"$err"; then same "$1: the store is as it was" before after; else fail "$1" "$(told)"; fi
}

# A full disk, played by a limit on file size (512-byte blocks in sh).
size=$(($(stat -c %s s.db) / 1024 + 8))
cp -r "$TOP/profiles/minimal" big
python3 - <<'END'
with open('big/threats/G-0003-gate-log.md', 'a') as f:
    for i in range(4000):
        f.write(f'\nLine {i} of a long story about a gate and its log.\n')
END
# Blocks of 1024 bytes in bash. SIGXFSZ is ignored, so that writing fails as on a full disk.
run bash -c "trap '' XFSZ; ulimit -f $size; exec '$CM' import big --now $NOW"
case $code in
75 | 1) pass "full disk: exit code $code" ;;
*) fail 'full disk: exit code 75 or 1' "$(told)" ;;
esac
says 'full disk: it is said' 'full|large|space|write|disk' "$err"
unchanged 'full disk'
mkdir site0
run bash -c "trap '' XFSZ; ulimit -f 8; exec '$CM' publish --to site --now $NOW --formats html"
is 'full disk while publishing: not done' True "$([ $code -ne 0 ] && echo True)"
is 'no half site' '' "$(ls -d site 2>/dev/null)"
run bash -c "trap '' XFSZ; ulimit -f 4; exec '$CM' backup copy.db"
is 'full disk while copying: not done' True "$([ $code -ne 0 ] && echo True)"
run bash -c "trap '' XFSZ; ulimit -f 1; exec '$CM' export x"
is 'full disk while exporting: not done' True "$([ $code -ne 0 ] && echo True)"

# A store that somebody else is writing to.
python3 - <<'END' &
import sqlite3, time, os
db = sqlite3.connect('s.db', isolation_level=None)
db.execute('BEGIN IMMEDIATE')
open('locked', 'w').close()
for _ in range(600):
    if os.path.exists('unlock'): break
    time.sleep(0.05)
db.execute('ROLLBACK')
END
holder=$!
while [ ! -e locked ] && kill -0 $holder 2>/dev/null; do :; done
does 'reading goes on while another writes' "$CM" threat list
fails 75 'busy|lock|again' 'writing says try again' timeout 60 "$CM" threat edit G-0001 --set level=gate
touch unlock
wait $holder
unchanged 'a busy store'

# The same for acts of the group: busy or full is 75, and nothing is done.
minimal group
sed -i 's/^mode: author/mode: small/' group/process.md
export CASEMATE_DB=g.db
"$CM" init --profile group --now 2026-12-01 >/dev/null
for name in Ada Ben; do "$CM" member add $name --now 2026-12-01 >/dev/null; done
"$CM" round open G-0001 --now 2026-12-01 >/dev/null
"$CM" call open process --question 'So?' --now 2026-12-01 >/dev/null
rm -rf before && "$CM" export before >/dev/null
cat >acts <<'END'
estimate G-0001 --likelihood often --damage great --because seen --as Ada --now 2026-12-02
position C-1 object --reason long --as Ben --now 2026-12-02
round close R-1 --override --reason now --now 2026-12-03
round open G-0002 --now 2026-12-02
call close C-1 --outcome accepted --judgement agreed --now 2026-12-09
tick --now 2026-12-09
away announce Ada --until 2026-12-09 --as Ada --now 2026-12-02
END
python3 - <<'END' &
import sqlite3, time, os
db = sqlite3.connect('g.db', isolation_level=None)
db.execute('BEGIN IMMEDIATE')
open('locked.too', 'w').close()
for _ in range(6000):
    if os.path.exists('unlock.too'): break
    time.sleep(0.05)
db.execute('ROLLBACK')
END
holder=$!
while [ ! -e locked.too ] && kill -0 $holder 2>/dev/null; do :; done
while read -r line <&3; do fails 75 'busy|lock|again' "busy: ${line%% --*}" timeout 60 "$CM" $line; done 3<acts
touch unlock.too
wait $holder
unchanged 'acts on a busy store'
while read -r line <&3; do # the log cannot grow
    run bash -c "trap '' XFSZ; ulimit -f 1; exec '$CM' $line"
    is "full: ${line%% --*}" 75 $code
done 3<acts
unchanged 'acts on a full disk'
run "$CM" tick --list
says 'and nobody was reminded' 'nobody was reminded'
while read -r line <&3; do does "later it is done: ${line%% --*}" "$CM" $line; done 3< <(sed -n '1p;4p;7p' acts)
store s.db
export CASEMATE_DB=s.db
rm -rf before && "$CM" export before >/dev/null

# A read-only store.
mkdir -m 755 ro
cp s.db ro/s.db
chmod 444 ro/s.db
chmod 555 ro
fails 75 'read-only|write-protected|denied' 'a read-only store is not written to' as_other "$OTHER_CM" --db ro/s.db threat edit G-0001 --set level=gate
does 'but it is read' as_other "$OTHER_CM" --db ro/s.db threat list
chmod 755 ro
is 'nothing was left beside it' 's.db' "$(ls ro)"
does 'it is as it was' cmp s.db ro/s.db

# Files that are no store of ours.
python3 - <<'END'
import shutil, sqlite3
shutil.copy('s.db', 'newer.db')
db = sqlite3.connect('newer.db')
done = False
version = db.execute('PRAGMA user_version').fetchone()[0]
db.execute(f'PRAGMA user_version = {version + 1000}')
for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name LIKE '%migration%'").fetchall():
    columns = [r[1] for r in db.execute(f'PRAGMA table_info("{name}")')]
    row = list(db.execute(f'SELECT * FROM "{name}" ORDER BY 1 DESC LIMIT 1').fetchone())
    row[0] = row[0] + 1000 if isinstance(row[0], int) else row[0]
    db.execute(f'INSERT INTO "{name}" VALUES ({",".join("?" * len(row))})', row)
db.commit()
END
cp newer.db newer.copy
fails 1 'newer' 'a store of a newer version' "$CM" threat list --db newer.db
fails 1 'newer' 'is not written to either' "$CM" import big --db newer.db
same 'and stays as it was' newer.db newer.copy
head -c 4096 /dev/urandom > noise.db
fails 1 'noise.db' 'a file of noise' "$CM" threat list --db noise.db
: > empty.db
fails 1 'empty.db|store' 'an empty file' "$CM" threat list --db empty.db
python3 -c "import sqlite3; d = sqlite3.connect('foreign.db'); d.execute('CREATE TABLE t (x)'); d.commit()"
cp foreign.db foreign.copy
fails 1 'foreign.db|store' 'another program'\''s database' "$CM" threat list --db foreign.db
fails 1 'foreign.db|store' 'which is not written to' "$CM" import big --db foreign.db
same 'and stays as it was: foreign' foreign.db foreign.copy
mkdir folder.db
fails 1 'folder.db' 'a folder as store' "$CM" threat list --db folder.db
head -c $(($(stat -c %s s.db) / 2)) s.db > half.db
fails 1 'half.db|malformed|damaged|corrupt' 'half a store' "$CM" record verify --db half.db
fails 1 'nowhere' 'init where there is no folder' "$CM" init --db nowhere/s.db
fails 1 'cannot write to standard output' 'standard output full' sh -c "'$CM' threat list >/dev/full"
unchanged 'after all'
finish
