#!/bin/bash
# The API under /api/v1: its description against what is really answered, access tokens and their scopes, acts, paging, and what somebody hostile
# would send.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
does 'a store with the profile of XMPP' "$CM" init --profile "$TOP/profiles/xmpp" --now $NOW
for name in Ada Ben Rosa Lea; do "$CM" member add $name --mail "${name,,}@example.org" --now $NOW >/dev/null; done
"$CM" role give Rosa editor --now $NOW --reason 'by the assembly' >/dev/null
"$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW >/dev/null
"$CM" list set sec posts=anyone archive=public --now $NOW >/dev/null
echo ada@example.org >addresses
"$CM" list subscribe sec --file addresses --consent 'a test' --now $NOW >/dev/null
"$CM" deliver sec@example.org --sender ada@example.org --now $NOW <<'END'
From: Ada <ada@example.org>
To: sec@example.org
Subject: Stripping
Message-ID: <1@m>

About it.
END
"$CM" hold approve P-1 --now $NOW >/dev/null
"$CM" thread tie 1 T-0001 --now $NOW >/dev/null
does 'a site beside it' "$CM" publish --to site --formats html --now $NOW
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    'skip '*) skip "${line#skip }" 'python3-jsonschema is not installed' ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/api.py" "$CM" 2>&1)
[ "${whole-}" = yes ] || fail 'api.py ran to its end'
does 'the record verifies' "$CM" record verify
finish
