#!/bin/bash
# What casemate serve makes when it is asked: one-click unsubscribing, log-in by a mailed link, the account, search; each as a browser, a mail
# service or somebody hostile would try it.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
for name in Ada Ben Rosa; do "$CM" member add $name --mail "${name,,}@example.org" --now $NOW >/dev/null; done
"$CM" role give Rosa editor --now $NOW --reason 'by the assembly' >/dev/null
"$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW >/dev/null
"$CM" list set sec posts=members url=https://sec.example.org --now $NOW >/dev/null
"$CM" list new inner --address inner@example.org --title 'Inner circle' --now $NOW >/dev/null
"$CM" list set inner posts=anyone archive=closed --now $NOW >/dev/null
post() { # LIST FROM SUBJECT TEXT
    printf 'From: '"${2%%@*}"' <%s>\nTo: %s@example.org\nSubject: %s\nMessage-ID: <%s@mail.example>\n\n%s\n' "$2" "$1" "$3" "$RANDOM$RANDOM" "$4" |
        "$CM" deliver "$1@example.org" --sender "$2" --now $NOW
}
printf 'carla@example.org\ndora@example.org\n' >addresses
"$CM" list subscribe sec --file addresses --consent 'a test' --now $NOW >/dev/null
post sec stranger@example.net 'Canary' 'canaryheld stands in a post that is held.'
"$CM" list set sec posts=anyone --now $NOW >/dev/null
post sec ada@example.org 'Downgrade of the garden gate' 'The quincunx of the gate. <script>alert(1)</script>'
post sec ben@example.org 'Fences' 'Another text about downgrading a fence.'
post inner ada@example.org 'Canary' 'canaryinner stands in a closed archive.'
# The one-click addresses, as they stand in the mails that go out: "ADDRESS DETAIL"
mkdir sink
python3 "$TOP/tests/cli/smtp_sink.py" sink >port &
sink=$!
trap 'kill "$sink" 2>/dev/null; chmod -R u+w "$WORK" 2>/dev/null; rm -rf "$WORK"' EXIT
until [ -s port ]; do sleep 0.05; kill -0 "$sink" || break; done
does 'the posts go out' "$CM" queue run --smtp "127.0.0.1:$(cat port)" --now $NOW
python3 - <<'END' >details
import email, email.policy, glob, re
for name in sorted(glob.glob('sink/[0-9]*')):
    first, data = open(name, 'rb').read().split(b'\n', 1)
    m = email.message_from_bytes(data, policy=email.policy.default)
    found = re.search(r'<https://sec\.example\.org/unsubscribe/sec/([^>]*)>', str(m['List-Unsubscribe']))
    if found and m['List-Unsubscribe-Post'] == 'List-Unsubscribe=One-Click':
        print(first.decode().split()[1], found.group(1))
END
is 'each mail of the list has a one-click address' 'carla@example.org dora@example.org' "$(cut -d' ' -f1 details | sort -u | xargs)"
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/web.py" "$CM" 2>&1)
[ "${whole-}" = yes ] || fail 'web.py ran to its end'
does 'the record verifies' "$CM" record verify
fails 2 'https' 'an address of the site that is none' "$CM" serve --url ftp://x --http 127.0.0.1:0
fails 2 'https' 'http is for this machine' "$CM" serve --url http://sec.example.org --http 127.0.0.1:0
fails 2 'want a store' '--url without a store' "$CM" serve --from x --url https://sec.example.org
fails 1 'no store' 'nor has a published site one by itself' "$CM" --db none.db serve --site site --url https://sec.example.org --http 127.0.0.1:0
finish
