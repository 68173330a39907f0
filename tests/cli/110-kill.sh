#!/bin/bash
# kill -9 at random moments of import, init and publish: the store verifies and is the old or the new one; so is the site.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
rounds=$([ "${LONG-}" = 1 ] && echo 200 || echo 20)
seed=${CASEMATE_SEED:-$$}
echo "# seed $seed, $rounds rounds"
kill_after() { python3 "$TOP/tests/cli/killer.py" $((seed + round)) "$@"; }
milliseconds() { # of a command, at least 10
    local start end
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1
    end=$(date +%s%N)
    echo $(((end - start) / 1000000 + 10))
}
"$TOP/bench/generate" 60 old
"$CM" fmt old >/dev/null
cp -r old new
for n in 05 15 25 35; do sed -i 's/^## Gap/## Gap\n\nA whole new paragraph./' new/threats/T-00$n-*.md; done

sed -i 's/^likelihood: {rating: [a-z-]*/likelihood: {rating: medium/' new/threats/T-000*.md

# import
"$CM" init --profile old --now $NOW >/dev/null && cp s.db base.db
took=$(milliseconds "$CM" import new --now $NOW)
"$CM" export want.new >/dev/null
rm -rf want.new/record.jsonl want.old; cp base.db s.db; rm -f s.db-*
"$CM" export want.old >/dev/null
rm -rf want.old/record.jsonl
bad= killed=0 olds=0
for round in $(seq $rounds); do
    cp base.db s.db; rm -f s.db-*
    [ "$(kill_after "$took" "$CM" import new --now $NOW)" = killed ] && killed=$((killed + 1))
    "$CM" record verify >"$out" 2>"$err" || { bad="round $round: $(told)"; break; }
    rm -rf got; "$CM" export got >/dev/null; rm -f got/record.jsonl
    if diff -r got want.old >/dev/null; then olds=$((olds + 1)); elif ! diff -r got want.new >/dev/null; then bad="round $round: neither old nor new"; break; fi
done
if [ -z "$bad" ]; then pass "import: $killed of $rounds killed, $olds times the old store, otherwise the new"; else fail 'import killed' "$bad"; fi
does 'import after it all' "$CM" import new --now $NOW
rm -rf got; "$CM" export got >/dev/null; rm -f got/record.jsonl
same 'gives the new content' got want.new

# init
took=$(milliseconds "$CM" init --db i.db --profile old)
bad= killed=0 none=0
for round in $(seq $rounds); do
    rm -f i.db*
    [ "$(kill_after "$took" "$CM" init --db i.db --profile old)" = killed ] && killed=$((killed + 1))
    if [ -e i.db ]; then
        "$CM" record verify --db i.db >"$out" 2>"$err" || { bad="round $round: $(told)"; break; }
        rm -rf got; "$CM" export got --db i.db >/dev/null; rm -f got/record.jsonl
        diff -r got old >/dev/null || { bad="round $round: not whole"; break; }
    else
        none=$((none + 1))
    fi
done
if [ -z "$bad" ]; then pass "init: $killed of $rounds killed, $none times no store, otherwise a whole one"; else fail 'init killed' "$bad"; fi

# publish
P="publish --now $NOW --formats html,xml,json,text"
"$CM" $P --from old --to site.old >/dev/null
"$CM" $P --from new --to site.new >/dev/null
cp -r site.old site
took=$(milliseconds "$CM" $P --from new --to site)
bad= killed=0 olds=0
for round in $(seq $rounds); do
    rm -rf site && cp -r site.old site
    [ "$(kill_after "$took" "$CM" $P --from new --to site)" = killed ] && killed=$((killed + 1))
    if diff -r site site.old >/dev/null; then olds=$((olds + 1)); elif ! diff -r site site.new >"$out" 2>"$err"; then bad="round $round: neither old nor new: $(told)"; break; fi
done
if [ -z "$bad" ]; then pass "publish: $killed of $rounds killed, $olds times the old site, otherwise the new"; else fail 'publish killed' "$bad"; fi
does 'publish after it all' "$CM" $P --from new --to site
same 'gives the new site' site site.new
is 'and clears what killed runs left' '' "$(ls -A | grep -E '^\.?site[.~-]' | grep -vE '^(site\.(old|new)|\.site\.casemate-twin)$')"

# The same to and fro in one folder, so that runs bring its twin up to date and exchange the two.
"$CM" $P --from old --to site >/dev/null
took=$(milliseconds "$CM" $P --from new --to site)
took=$((took * 3 / 2)) # the exchange comes last
bad= killed=0 olds=0
for round in $(seq $rounds); do
    from=$([ $((round % 2)) = 1 ] && echo old || echo new)
    "$CM" $P --from $([ $from = old ] && echo new || echo old) --to site >/dev/null
    [ "$(kill_after "$took" "$CM" $P --from $from --to site)" = killed ] && killed=$((killed + 1))
    if diff -r site site.$from >/dev/null; then continue; fi
    olds=$((olds + 1))
    diff -r site "site.$([ $from = old ] && echo new || echo old)" >"$out" 2>"$err" || { bad="round $round: neither old nor new: $(told)"; break; }
done
if [ -z "$bad" ]; then pass "publish in the twin: $killed of $rounds killed, $olds times the site before, otherwise the new"; else fail 'publish in the twin killed' "$bad"; fi
does 'publish after that' "$CM" $P --from new --to site
same 'gives the new site, too' site site.new
same 'and its twin is the same' site .site.casemate-twin/site

# While it happens: a reader who opens the front page and a threat again and again never misses one.
rm -rf site && cp -r site.old site
cat > reader.py <<'END'
import os, sys, time
missing = reads = 0
while not os.path.exists('stop'):
    try:
        with open('site/index.html', 'rb') as f: f.read()
        with open('site/threats/T-0005.html', 'rb') as f: f.read()
        reads += 1
    except FileNotFoundError:
        missing += 1
print(f'{missing} missing')
print(f'{reads} reads', file=sys.stderr)
END
python3 reader.py >reads 2>/dev/null &
reader=$!
for round in 1 2 3 4 5 6; do
    "$CM" $P --from "$([ $((round % 2)) = 1 ] && echo new || echo old)" --to site >/dev/null
done
touch stop
wait $reader
is 'whoever reads while it is published misses nothing' '0 missing' "$(cat reads)"
finish
