#!/bin/bash
# kill -9 at random moments of acts (a round, estimates, a call, positions, objections, decisions, the clock), and several processes that act
# at once: every act is done or not done, the record verifies, and the rows of the store are those that the record makes.
. "$(dirname "$0")/lib.sh"
rounds=$([ "${LONG-}" = 1 ] && echo 200 || echo 12)
seed=${CASEMATE_SEED:-$$}
echo "# seed $seed, $rounds rounds"
minimal garden
sed -i -e 's/^mode: author/mode: small/' garden/process.md
export CASEMATE_DB=base.db
"$CM" init --profile garden --now 2026-12-01 >/dev/null
for name in Ada Ben Cem Dan Eva Lin; do "$CM" member add $name --now 2026-12-01 >/dev/null; done
"$CM" role give Lin editor --now 2026-12-01 >/dev/null
cat >acts <<'END_OF_ACTS'
round open G-0001 G-0002 --as Lin --now 2026-12-01
estimate G-0001 --likelihood often --damage great --because seen --as Ada --now 2026-12-02
estimate G-0001 --likelihood seldom --damage small --because doubted --as Ben --now 2026-12-02
estimate G-0002 --likelihood often --damage great --because seen --as Ada --now 2026-12-02
estimate G-0002 --likelihood sometimes --damage great --because thought --as Ben --now 2026-12-02
estimate G-0001 --likelihood sometimes --damage small --because persuaded --as Ben --now 2026-12-03
call open process --question So? --as Lin --now 2026-12-03
position C-1 support --as Ada --now 2026-12-04
position C-1 object --reason long --as Ben --now 2026-12-04
tick --now 2026-12-10
round close R-1 --as Lin --now 2026-12-10
objection answer O-1 --text short --as Lin --now 2026-12-11
call close C-1 --outcome accepted --judgement agreed --as Lin --now 2026-12-12
decision appeal D-1 --reason no --as Cem --now 2026-12-13
call close C-2 --outcome not-accepted --judgement yes --now 2026-12-21
decision refer D-1 --reason why --as Cem --now 2026-12-22
decision answer D-1 upheld --reason so --link https://x.example/1 --now 2026-12-23
away announce Lin --until 2026-12-30 --as Lin --now 2026-12-23
tick --now 2026-12-24
END_OF_ACTS

# The acts one after another; the whole is killed at some moment, in whatever step it then is.
cat >play.sh <<'END_OF_PLAY'
while read -r line; do "$CM" $line >/dev/null 2>&1 || exit 1; done <acts
END_OF_PLAY
cat >killer_of_groups.py <<'END_OF_KILLER'
"""Runs the play in a group of its own, and kills the group (SIGKILL) after a random time: python3 ... SEED LONGEST_MS"""
import os, random, signal, subprocess, sys
wait = random.Random(int(sys.argv[1])).uniform(0, float(sys.argv[2])) / 1000
child = subprocess.Popen(['bash', 'play.sh'], start_new_session=True, stdin=subprocess.DEVNULL)
try:
    print('ended' if child.wait(wait) == 0 else 'failed')
except subprocess.TimeoutExpired:
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    print('killed')
END_OF_KILLER
export CM CASEMATE_DB

# What is not as it should be: the tables that follow from the record, against those of a store that adopted its export;
# and halves of acts, in the private ones.
cat >faults.py <<'END_OF_FAULTS'
import sqlite3, sys
public = ['member', 'role_grant', 'round', 'round_threat', 'round_result', 'call', 'call_threat', 'position', 'objection', 'decision',
          'referral', 'absence', 'editorial', 'estimate']
first, second = (sqlite3.connect(f'file:{name}?mode=ro', uri=True) for name in sys.argv[1:])
def one(sql):
    return first.execute(sql).fetchone()[0]
for table in public:
    one_has, other_has = (sorted(map(repr, db.execute(f'SELECT * FROM {table}'))) for db in (first, second))
    if one_has != other_has:
        print(f'{table} is not what the record makes: {set(one_has) ^ set(other_has)}')
if one('SELECT count(*) FROM estimate e JOIN round r ON r.id = e.round LEFT JOIN ballot b USING (round, threat, factor, pseudonym) '
       'WHERE r.closed IS NULL AND b.member IS NULL'):
    print('an estimate without its ballot')
if one('SELECT count(*) FROM ballot b JOIN round r ON r.id = b.round WHERE r.closed IS NOT NULL'):
    print('a ballot of a closed round')
if one('SELECT count(*) FROM reminder r WHERE NOT EXISTS (SELECT 1 FROM notice n WHERE n.reminder = r.id)'):
    print('a reminder for nobody')
END_OF_FAULTS
whole() { # STORE: the fault, or nothing
    "$CM" record verify --db "$1" >"$out" 2>"$err" || { told; return; }
    rm -rf copy copy.db*
    "$CM" export copy --db "$1" >/dev/null 2>"$err" || { told; return; }
    "$CM" init --db copy.db --profile copy --now 2026-12-31 >"$out" 2>"$err" || { told; return; }
    python3 faults.py "$1" copy.db 2>&1 | head -5
}
cp base.db s.db
export CASEMATE_DB=s.db
start=$(date +%s%N)
does 'the play, undisturbed' bash play.sh
took=$((($(date +%s%N) - start) / 1000000 + 10))
is 'is whole' '' "$(whole s.db)"
events=$("$CM" record export | wc -l)
bad= killed=0 steps=
for round in $(seq $rounds); do
    rm -f s.db*
    cp base.db s.db
    case $(python3 killer_of_groups.py $((seed + round)) $took) in killed) killed=$((killed + 1)) ;; failed) bad="round $round: an act was refused"; break ;; esac
    fault=$(whole s.db)
    [ -z "$fault" ] || { bad="round $round: $fault"; break; }
    steps="$steps $(wc -l <copy/record.jsonl)"
done
if [ -z "$bad" ]; then pass "acts: $killed of $rounds killed, each left a whole store"; else fail 'acts killed' "$bad"; fi
is 'at different steps' True "$([ "$(printf '%s\n' $steps | sort -u | wc -l)" -ge 4 ] && echo True)"
is 'never with more than all' '' "$(for n in $steps; do [ "$n" -le "$events" ] || echo "$n"; done)"

# Two at once, and more: everybody estimates, changes their mind and takes a position while others do; no answer is lost.
rm -f s.db*
cp base.db s.db
"$CM" round open G-0001 --as Lin --now 2026-12-01 >/dev/null
"$CM" call open process --question 'So?' --as Lin --now 2026-12-01 >/dev/null
again() { # COMMAND...: until it is not told to try again
    for _ in $(seq 200); do
        "$@" >/dev/null 2>>"race.$who"
        local code=$?
        [ $code -eq 75 ] || return $code
    done
}
race() {
    who=$1
    for level in seldom sometimes often; do
        again "$CM" estimate G-0001 --likelihood $level --damage great --because "$who says $level" --as "$who" --now 2026-12-02 || echo "estimate $level: $?"
    done
    again "$CM" position C-1 object --reason "$who is against it" --as "$who" --now 2026-12-03 || echo "position: $?"
    again "$CM" tick --now 2026-12-07 || echo "tick: $?"
}
for who in Ada Ben Cem Dan; do race $who >"said.$who" & done
wait
is 'four race, and each act is done' '' "$(cat said.*)"
is 'the store is whole' '' "$(whole s.db)"
run "$CM" round show R-1 --now 2026-12-03
says 'all four answered' '4 of 6 answered'
run "$CM" call show C-1 --json --now 2026-12-03
is 'all four positions are there' "['Ada', 'Ben', 'Cem', 'Dan'] 4" "$(json "'%s %d' % (sorted(p['by'] for p in d['positions']), d['open_objections'])")"
is 'with ids of their own' 4 "$(json "len(set(o['id'] for o in d['objections']))")"
run "$CM" tick --list --json
is 'and each reminder once' True "$(json "len(d['notices']) == len(set((n['member'], n['kind'], n.get('id'), n['reminder'], n['day']) for n in d['notices']))")"
for n in 1 2 3 4; do "$CM" round close R-1 --as Lin --now 2026-12-09 >"close.$n" 2>&1 & done
wait
is 'four close it, and one does' '1 3' "$(grep -l 'event' close.? | wc -l) $(grep -lE 'closed already|again' close.? | wc -l)"
run "$CM" round show R-1 --json --now 2026-12-09
is 'the last answers count' "often often" "$(json "' '.join([d['threats'][0]['likelihood']['median'], min(e['answer'] for e in d['threats'][0]['likelihood']['estimates'])])")"
is 'and the store is whole at the end' '' "$(whole s.db)"
finish
