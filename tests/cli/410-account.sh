#!/bin/bash
# Accounts on the web: password, one-time codes, addresses, time zone, closing; each as a browser would do it.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
for name in Ada Ben Cleo Dora; do "$CM" member add $name --mail "${name,,}@example.org" --now $NOW >/dev/null; done
mkdir site && echo '<!DOCTYPE html><title>x</title><body><p>x</p>' >site/index.html
"$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW >/dev/null
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/account.py" "$CM" 2>&1)
[ "${whole-}" = yes ] || fail 'account.py ran to its end'
does 'the record verifies' "$CM" record verify
does 'the folder is exported' "$CM" export out
silent 'without a password, an address, a secret' 'argon2|(ada|ben|cleo|dora)@example' out/record.jsonl
finish
