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

# What a killed serve leaves behind is cleared by the next one, and nothing else.
mkdir -p tmp/casemate-serve-999999999-abcdef/site tmp/casemate-serve-$$-abcdef tmp/casemate-serve-notes tmp/other
coproc SERVER { TMPDIR=$WORK/tmp exec "$CM" --db s.db serve --http 127.0.0.1:0 2>"$err"; }
server=$SERVER_PID
read -r address <&"${SERVER[0]}"
is 'serve after a killed one' 1 "$(grep -c 'http://' <<<"$address")"
is 'the folder of the killed one is gone' '' "$(ls tmp | grep 999999999)"
kill -TERM "$server"
wait "$server"
is 'and its own when it ends' "casemate-serve-$$-abcdef casemate-serve-notes other" "$(ls tmp | LC_ALL=C sort | xargs)"
finish
