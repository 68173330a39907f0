#!/bin/bash
# The site of profiles/xmpp: all formats carry the same facts, and every page is sound. Also of minimal, and of the attic.
. "$(dirname "$0")/lib.sh"
python() { # SCRIPT SITE: takes over its tests
    local line n=0
    while IFS= read -r line; do
        case $line in
        'ok '*'# SKIP '*) n=${line#*- }; skip "$2: ${n%% # SKIP*}" "${n##*# SKIP }" ;;
        'ok '*) pass "$2: ${line#*- }" ;;
        'not ok '*) fail "$2: ${line#*- }" ;;
        1..*) n=whole ;;
        *) echo "# ${line#\# }" ;;
        esac
    done < <(python3 "$TOP/tests/site/$1" "$2" 2>&1)
    [ "$n" = whole ] || fail "$2: $1 ran to its end"
}
formats=html,xml,json,text
[ "${LONG-}" != 1 ] || formats=$formats,pdf # the PDF of its analysis takes minutes; the one of minimal is looked at always
does 'publish xmpp' "$CM" publish --from "$TOP/profiles/xmpp" --now $NOW --to xmpp --formats $formats
python facts.py xmpp
python links.py xmpp
"$CM" --db s.db init --profile "$TOP/profiles/minimal" --now $NOW >/dev/null
for document in process template analysis; do
    "$CM" --db s.db edition new $document --kind substantive --remark First --now $NOW >/dev/null
done
"$CM" --db s.db threat merge G-0003 --into G-0002 --reason 'the same' --now 2026-11-23 >/dev/null
"$CM" --db s.db edition new analysis --kind substantive --remark Second --now 2026-11-24 >/dev/null
does 'publish minimal with editions' "$CM" --db s.db publish --now 2026-11-25 --to minimal
python facts.py minimal
python links.py minimal
says 'an old edition says that it is old' 'older|old edition|superseded|newer' minimal/editions/analysis/0.1/analysis.html
finish
