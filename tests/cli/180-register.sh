#!/bin/bash
# The register of profiles/xmpp: complete, every reference resolves, no entry twice, ratings that tell threats apart. Fails until it is so,
# and says what is missing.
. "$(dirname "$0")/lib.sh"
P=$TOP/profiles/xmpp
does 'check' "$CM" check "$P"
does 'publish' "$CM" publish --from "$P" --now $NOW --to site --formats html,json
says 'coverage is published' '"documents"' site/coverage.json
n=0
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#*- }" ;;
    'not ok '*) fail "${line#*- }" ;;
    1..*) n=whole ;;
    *) echo "# ${line#\# }" ;;
    esac
done < <(CASEMATE=$CM python3 "$TOP/tests/site/register.py" "$P" site 2>&1)
is 'register.py ran to its end' whole "$n"
finish
