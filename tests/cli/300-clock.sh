#!/bin/bash
# casemate tick, and the clock of casemate serve: everything that is due is said once, whatever the machine's clock does, and a round that
# process.md leaves to the clock is closed by it.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal garden
sed -i -e 's/^mode: author/mode: small/' garden/process.md
does 'a store' "$CM" init --profile garden --now 2026-12-01
for name in Ada Ben Lin; do does "$name joins" "$CM" member add $name --now 2026-12-01; done
does 'Lin leads' "$CM" role give Lin editor --reason 'by the assembly' --now 2026-12-01
does 'a round' "$CM" round open G-0001 --as Lin --now 2026-12-01
does 'a review' "$CM" review request G-0002 --to lea@far.example --name 'Lea Stone' --by 2026-12-20 --as Lin --now 2026-12-01

# One reminder for each date and kind.
told() { "$CM" tick --now "$1" --json >"$out" 2>"$err" || cat "$err"; json "' '.join(sorted('%s:%s:%s' % (n['to'], n.get('id', n['kind']), n['reminder']) for n in d['notices']))"; }
is 'nothing long before' '' "$(told 2026-12-02)"
is 'two days before its last day' 'Lin:R-1:before' "$(told 2026-12-06)"
is 'once' '' "$(told 2026-12-06)"
is 'not on the next day either' '' "$(told 2026-12-07)"
is 'on its last day' 'Lin:R-1:on the day' "$(told 2026-12-08)"
is 'once, too' '' "$(told 2026-12-08)"
is 'overdue from the day after' 'Lin:R-1:overdue' "$(told 2026-12-09)"
run "$CM" tick --now 2026-12-09
says 'and then there is nothing new' 'nothing new is due'
is 'an earlier clock makes none again' '' "$(told 2026-12-05; told 2026-12-08)"
is 'nor a clock that goes on' '' "$(told 2026-12-10)"
is 'a clock that jumped past everything tells the last of each only' \
    'Lin:V-1:overdue' "$(told 2026-12-22)"
is 'and what was before it stays untold' '' "$(told 2026-12-20; told 2026-12-18)"
cp s.db restored.db
is 'a copy of the store knows them' '' "$(CASEMATE_DB=restored.db told 2026-12-22)"
run "$CM" tick --list
says 'all can be listed' 'to Lin: to close round R-1 is overdue since 2026-12-08 \(Editor\)'
run "$CM" tick --list --json
is 'and wait for mail' '4 0' "$(json "'%d %d' % (len(d['notices']), sum('sent_at' in n for n in d['notices']))")"
does 'the record is as it was' "$CM" record verify
silent 'and tells nothing of it' 'tick|remind' <("$CM" record show)
does 'export' "$CM" export sent
is 'nor does an export' '' "$(grep -rl 'overdue since' sent)"

# Where a list is hosted, reminders go out as mails: all that is new for a person in one, to an address on record.
cp s.db mails.db
export CASEMATE_DB=mails.db
run "$CM" tick --list --json
waiting=$(json "sum('sent_at' not in n for n in d['notices'] if n['to'] == 'Lin')")
does 'Lin has an address' "$CM" member add Lin --mail lin@example.org --now 2026-12-22
does 'and there is a list' "$CM" list new doors --address doors@example.org --title 'Doors of the gate' --now 2026-12-22
run "$CM" tick --now 2026-12-22
says 'one mail tells all' '^1 mail queued'
run "$CM" tick --now 2026-12-22
says 'once' 'nothing new is due'
run "$CM" queue list
says 'to her' 'lin@example.org'
is 'of everything' "$waiting" "$(python3 -c 'import sqlite3; print(sqlite3.connect("mails.db").execute("SELECT bytes FROM outgoing WHERE kind = ?", ("mail",)).fetchall()[-1][0].decode().count("\n- "))')"
run "$CM" tick --list --json
is 'and none of hers waits' 0 "$(json "sum('sent_at' not in n for n in d['notices'] if n['to'] == 'Lin')")"
export CASEMATE_DB=s.db


# Two at once: each notice by one of them.
does 'another date' "$CM" call open process --question 'So?' --as Lin --now 2026-12-10
for k in 1 2 3 4 5 6; do "$CM" tick --now 2026-12-17 --json >"both.$k" 2>"both.$k.err" & done
wait
is 'six ticks at once tell it once' 'C-1' \
    "$(python3 -c 'import glob, json; print(" ".join(n["id"] for f in glob.glob("both.[0-9]") for n in json.load(open(f))["notices"]))' 2>&1)"

# A deputy's turn is told, too.
does 'Ben stands in' "$CM" role give Ben deputy --now 2026-12-10
is 'not yet' 'Lin:C-1:overdue' "$(told 2026-12-18)"
is 'after the days of the process deputies hear of both' \
    'Ben:C-1:deputy Ben:R-1:deputy Lin:C-1:deputy Lin:R-1:deputy' "$(told 2027-01-02)"
run "$CM" due --now 2027-01-02
says 'and are named' 'Editor or Deputy +to close round R-1'
run "$CM" due --json --now 2027-01-02
is 'for programs, too' deputy "$(json "[e['deputy'] for e in d['due'] if e.get('id') == 'R-1'][0]")"
does 'the site' "$CM" publish --to site --formats html,text --now 2027-01-02
says 'its front page says what is overdue, and who is responsible' \
    '2026-12-08</strong> \(overdue by 25 days\): to close round R-1 \(Editor or Deputy\)' site/index.html
"$CM" report --since 2026-12-01 --now 2027-01-02 | tr -s ' \n' ' ' >"$out"
says 'and so does the report' 'to close round R-1 \(Editor or Deputy\): since 2026-12-08'

# The clock closes a round where the process says so, and where there is a quorum.
minimal clocked
sed -i -e 's/^mode: author/mode: small/' -e 's/^deputy_days/rounds: {closed_by: clock}\n&/' clocked/process.md
export CASEMATE_DB=c.db
does 'a store whose rounds the clock closes' "$CM" init --profile clocked --now 2026-12-01
for name in Ada Ben; do does "$name joins" "$CM" member add $name --now 2026-12-01; done
does 'a round with answers' "$CM" round open G-0001 --now 2026-12-01
does 'and one without' "$CM" round open G-0002 --now 2026-12-01
for name in Ada Ben; do
    does "$name estimates" "$CM" estimate G-0001 --likelihood often --damage great --because 'I saw it' --as $name --now 2026-12-02
done
does 'before its time' "$CM" tick --now 2026-12-08
silent 'it is not closed' 'R-1: closed'
does 'after it' "$CM" tick --now 2026-12-09
says 'it is closed' '^R-1: closed, as its time was over'
silent 'the one without a quorum is not' 'R-2: closed'
says 'but somebody is reminded of it' 'to operator: to close round R-2 is overdue since 2026-12-08 \(Editor\)'
silent 'and of the closed one nobody' 'round R-1 is'
run "$CM" tick --now 2026-12-09
silent 'it is closed once' 'R-1'
run "$CM" round show R-1 --json
is 'its medians are written' 'often' "$(json "d['threats'][0]['likelihood']['median']")"
run "$CM" record show --json
is 'the record says why' '1 its time was over (process.md, rounds)' \
    "$(json "'%d %s' % (len([e for e in d['events'] if e['action'] == 'round.close']), [e['reason'] for e in d['events'] if e['action'] == 'round.close'][0])")"
does 'and verifies' "$CM" record verify

# The resident form.
"$CM" serve --http localhost:0 --tick 1 --now 2027-05-01 >serve.out 2>serve.err &
server=$!
for _ in $(seq 1200); do
    if grep -q 'the clock closed' serve.err || ! kill -0 $server 2>/dev/null; then break; fi
    sleep 0.1 # a PDF may take its time
done
kill $server
wait $server
says 'a server ticks' 'the clock closed 0 rounds and wrote 1 reminders' serve.err
is 'once' 1 "$(grep -c 'the clock' serve.err)"
is 'what it told is told' '' "$(told 2027-05-01)"
fails 2 'no number of seconds' 'a bad interval' "$CM" serve --tick soon
fails 2 'for a store' 'no clock on a folder' "$CM" serve --from garden --tick 5
fails 2 'the clock acts for nobody' 'nobody is the clock' "$CM" tick --as Ada

# An ended group is left in peace.
does 'the end' "$CM" sig end --by 'Garden Assembly' --link https://gate.example.org/end --reason 'done' --now 2027-05-02
is 'nothing is told after it' '' "$(told 2028-01-01)"
finish
