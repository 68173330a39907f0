#!/bin/bash
# A list with a real Postfix on both sides: a post comes by SMTP, goes over LMTP to casemate serve, out to Postfix and to each subscriber; a
# report that mail failed comes back and counts.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
if ! command -v postfix >/dev/null; then
    skip 'a list through Postfix' 'postfix is not installed'
    finish
elif [ "$(id -u)" -ne 0 ]; then
    skip 'a list through Postfix' 'Postfix runs as root only'
    finish
fi
export CASEMATE_DB=$WORK/s.db
store s.db
run "$CM" list new sec --address sec@forum.test --title 'Security SIG'
run "$CM" list set sec posts=anyone rate=0
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(PYTHONPATH="$TOP/tests/cli" PYTHONDONTWRITEBYTECODE=1 python3 "$TOP/tests/cli/postfix_list.py" "$CM" "$WORK" 2>&1)
[ "${whole-}" = yes ] || fail 'postfix_list.py ran to its end'
finish
