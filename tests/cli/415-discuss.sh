#!/bin/bash
# Discussion on the web: posts, answers with a quote, threads about a threat, what is followed, subscriptions; each as a browser would do it,
# and what becomes of it by mail.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
for name in Ada Ben Cleo; do "$CM" member add $name --mail "${name,,}@example.org" --now $NOW >/dev/null; done
"$CM" role give Cleo editor --reason 'by the assembly' --now $NOW >/dev/null
"$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW >/dev/null
"$CM" list set sec url=https://sec.example.org strangers=hold announce=no --now $NOW >/dev/null
"$CM" list new inner --address inner@example.org --title 'Inner circle' --now $NOW >/dev/null
"$CM" list set inner archive=closed posts=anyone --now $NOW >/dev/null
"$CM" list new far --address far@example.net --title 'Run elsewhere' --followed --now $NOW >/dev/null
printf 'ada@example.org\nben@example.org\nreader@example.net\n' >addresses
"$CM" list subscribe sec --file addresses --consent 'a test' --now $NOW >/dev/null
printf 'From: Ben <ben@example.org>\nTo: sec@example.org\nSubject: Garden gates\nMessage-ID: <1@mail.example>\n\n%s\n\n> an older quote\n\n-- \nBen\n' \
    "A first line that is rather long, so long in fact that it has to be folded when it is quoted by somebody." |
    "$CM" deliver sec@example.org --sender ben@example.org --now $NOW
"$CM" hold approve P-1 --as Cleo --now $NOW >/dev/null 2>&1
mkdir site && echo '<!DOCTYPE html><title>x</title><body><p>x</p>' >site/index.html
mkdir -p site/threats site/lists/sec/thread
cp site/index.html site/threats/G-0001.html && cp site/index.html site/lists/sec/thread/1.html && cp site/index.html site/lists/sec/index.html
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/discuss.py" "$CM" 2>&1)
[ "${whole-}" = yes ] || fail 'discuss.py ran to its end'
does 'the record verifies' "$CM" record verify
finish
