#!/bin/bash
# casemate serve: a site, a store and a live preview over HTTP, safe headers, framing, a clean stop.
. "$(dirname "$0")/lib.sh"
cp -r "$TOP/profiles/minimal" s
"$CM" --db s.db init --profile s --now $NOW >/dev/null
"$CM" publish --from s --now $NOW --to site --formats html,xml,json,text >/dev/null
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/serve.py" "$CM" 2>&1)
[ "${whole-}" = yes ] || fail 'serve.py ran to its end'
fails 1 'nowhere' 'a site that does not exist' "$CM" serve --site nowhere --http 127.0.0.1:0
fails 2 'address|port' 'an address that is none' "$CM" serve --site site --http 127.0.0.1:99999999
fails 1 'error' 'a preview of a faulty folder' sh -c "printf 'x: 1\n' >> s/sig.yaml; '$CM' serve --from s --http 127.0.0.1:0"
finish
