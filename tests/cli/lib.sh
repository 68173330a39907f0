# Helper of the command line tests; sourced by each. Prints TAP.
#
#   CASEMATE        the program (default: build/casemate)
#   LONG            1: the long forms
#   $CM             the program's path          $TOP   the checkout          $WORK  a folder of this test's own, removed at its end
#   $out, $err      files with what the last run command printed             $code  its exit code
#
#   run COMMAND...                  runs it, keeps out, err and code
#   does NAME COMMAND...            passes when COMMAND exits 0
#   fails CODE PATTERN NAME COMMAND...   passes when it exits with CODE and standard error (or output) matches PATTERN (grep -E)
#   says NAME PATTERN [FILE]        passes when FILE (default: the last output) matches
#   silent NAME PATTERN [FILE]      passes when it does not
#   same NAME A B                   passes when the files or folders are the same, byte for byte
#   is NAME WANTED GOT              passes when the two texts are equal
#   skip NAME WHY                   counts as skipped, visibly
#   finish                          the last line of every test
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CM=$(realpath "${CASEMATE:-$TOP/build/casemate}")
[ -x "$CM" ] || { echo "Bail out! no program at $CM"; exit 1; }
SHARED=${CASEMATE_SHARED:-$TOP/../shared}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/casemate-test.XXXXXX")
trap 'chmod -R u+w "$WORK" 2>/dev/null; rm -rf "$WORK"' EXIT
out=$WORK/.out err=$WORK/.err code=0 tests=0 failures=0
unset CASEMATE_DB EDITOR VISUAL
export XDG_CACHE_HOME="${XDG_CACHE_HOME:-$WORK/.cache}" LC_ALL=C.UTF-8 TZ=UTC
cd "$WORK" || exit 1
NOW=2026-11-22

run() {
    "$@" >"$out" 2>"$err" </dev/null
    code=$?
}

pass() {
    tests=$((tests + 1))
    echo "ok $tests - $1"
}

fail() { # NAME [WHY]
    tests=$((tests + 1)) failures=$((failures + 1))
    echo "not ok $tests - $1"
    [ -z "${2-}" ] || printf '%s\n' "$2" | head -20 | sed 's/^/# /'
}

told() { # what the last command said, for a failure's report
    echo "exit code $code"
    head -c 1500 "$out" | sed 's/^/out: /'
    head -c 1500 "$err" | sed 's/^/err: /'
}

skip() {
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

does() {
    local name=$1
    shift
    run "$@"
    if [ $code -eq 0 ]; then pass "$name"; else fail "$name" "$* -> $(told)"; fi
}

fails() {
    local wanted=$1 pattern=$2 name=$3
    shift 3
    run "$@"
    if [ $code -ne "$wanted" ]; then
        fail "$name" "wanted exit code $wanted from: $* -> $(told)"
    elif ! grep -Eq -- "$pattern" "$err" "$out"; then
        fail "$name" "wanted /$pattern/ from: $* -> $(told)"
    elif grep -aEq 'Sanitizer|runtime error:' "$err"; then
        fail "$name" "$(told)"
    else
        pass "$name"
    fi
}

says() {
    if grep -Eq -- "$2" "${3:-$out}"; then pass "$1"; else fail "$1" "no /$2/ in: $(head -c 1500 "${3:-$out}")"; fi
}

silent() {
    if grep -Eq -- "$2" "${3:-$out}"; then fail "$1" "/$2/ is in: $(grep -E -- "$2" "${3:-$out}" | head -5)"; else pass "$1"; fi
}

same() {
    local difference
    if difference=$(diff -r "$2" "$3" 2>&1); then pass "$1"; else fail "$1" "$(printf '%s' "$difference" | head -c 1500)"; fi
}

is() {
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "wanted: $2
got: $3"; fi
}

json() { # EXPRESSION over the last output as d: its value
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$out" "$1" 2>&1
}

minimal() { # a fresh copy of profiles/minimal at $1
    rm -rf "$1"
    cp -r "$TOP/profiles/minimal" "$1"
    chmod -R u+w "$1"
}

store() { # a store of profiles/minimal at $1
    rm -f "$1" "$1-wal" "$1-shm"
    "$CM" --db "$1" init --profile "$TOP/profiles/minimal" --now $NOW >/dev/null || echo "Bail out! cannot make a store"
}

rows() { # SQL over the store s.db: a line for each row
    python3 -c 'import sqlite3, sys
d = sqlite3.connect("s.db", timeout=20)
for r in d.execute(sys.argv[1]): print(*r)
d.commit()' "$1"
}

# For what root may do and others may not: "as_other COMMAND..." runs it as an ordinary user, also when the tests run as root; in that
# case the folder is readable for that user, and $OTHER_CM is a copy of the program that it can reach.
OTHER_CM=$CM
as_other() {
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; else "$@"; fi
}
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$WORK"
    OTHER_CM=$WORK/.casemate
    cp "$CM" "$OTHER_CM"
fi

finish() {
    echo "1..$tests"
    [ $failures -eq 0 ]
    exit
}
