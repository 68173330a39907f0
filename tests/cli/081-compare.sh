#!/bin/bash
# What changed between editions, as a page of the site; any two editions, and any two versions of a threat, from the server.
. "$(dirname "$0")/lib.sh"
store s.db
export CASEMATE_DB=s.db
new() { "$CM" edition new "$1" --kind substantive --remark "$2" --now "$3" --without-pdf >/dev/null; }
new analysis First 2026-11-22
new process First 2026-11-22
"$CM" threat edit G-0001 --set damage.rating=small --reason 'it <was> overrated' --now 2026-11-23 >/dev/null
"$CM" threat show G-0001 | sed 's/A stranger records/A passer-by \& <\&lt; records/; s/<&lt;/\&lt;b>/; s/^  Borrow a.*/&\n  Climb over the gate/' >new.md
does 'a text and a tree are edited' "$CM" threat edit G-0001 --file new.md --now 2026-11-23
"$CM" threat merge G-0003 --into G-0002 --reason 'the same' --now 2026-11-23 >/dev/null
"$CM" threat propose --name 'Gate left open' --area opening --abstract 'Somebody leaves it open. All may enter.' --now 2026-11-23 >/dev/null
new analysis Second 2026-11-24
new analysis Third 2026-11-25
"$CM" export folder >/dev/null
sed -i 's/14/21/' folder/process.md
"$CM" import folder --now 2026-11-26 >/dev/null 2>&1
new process Second 2026-11-26
does 'publish' "$CM" publish --to site --now 2026-11-27 --formats html
page=site/editions/analysis/0.1..0.2.html
says 'a page for each two that follow each other' 'What changed: analysis 0.1 to 0.2' $page
says 'which threats are new' 'New threats.*' $page
says 'by name' 'G-0004</a> Gate left open' $page
says 'which ended, and why' 'into \[G-0002\]. Reason: the same' $page
says 'which ratings moved, in words' 'Great: priority 1</td><td>Sometimes, Small: priority 3</td><td>↓ less urgent' $page
says 'and drawn, with an arrow' '<line [^>]*class="m-arrow"' $page
says 'with a text in its place' '<desc id="moved-desc">A grid of likelihood against damage' $page
says 'word by word' 'A <del>stranger</del><ins>passer-by &amp; &amp;lt;b&gt;</ins> records' $page
says 'what happened to the tree' 'Attack tree: 1 node added, 0 cut.' $page
says 'node by node' '<li>"Climb over the gate" added below' $page
silent 'what people wrote is text' '<script|<b>' $page
says 'both texts are there to be put beside each other' '<div class="was">.*<div class="is">' $page
says 'without a script' '<input type="checkbox" id="beside" class="beside">' $page
says 'two editions that say the same' 'The texts that these editions were made from are the same' site/editions/analysis/0.2..0.3.html
says 'other documents by section' 'process.md</h3>' site/editions/process/0.1..0.2.html
says 'the list of editions leads there' 'href="../editions/analysis/0.1..0.2.html"' site/editions/index.html
cp -r site before
does 'publish again' "$CM" publish --to site --now 2026-11-27 --formats html
same 'the same bytes' before/editions site/editions

: >line
"$CM" serve --http 127.0.0.1:0 --tick 0 --now 2026-11-27 >line 2>log &
server=$!
trap 'kill "$server" 2>/dev/null; chmod -R u+w "$WORK" 2>/dev/null; rm -rf "$WORK"' EXIT
until grep -q http line; do sleep 0.05; kill -0 $server || break; done
port=$(sed -n 's/.*http:\/\/[^:]*:\([0-9]*\).*/\1/p' line | head -1)
get() { curl -s -i -m 20 -H "Host: localhost:$port" "http://127.0.0.1:$port$1"; }
does 'any two editions' get /compare/analysis/0.1/0.3
says 'are compared' 'What changed: analysis 0.1 to 0.3'
says 'word by word' 'A <del>stranger</del><ins>passer-by &amp; &amp;lt;b&gt;</ins> records'
says 'may be kept by who has no session' '^Cache-Control: max-age=3600'
says 'but depends on the cookie' '^Vary:.*Cookie'
does 'also backwards' get /compare/analysis/0.3/0.1
says 'what was new is gone' 'are? no longer in the register'
does 'an edition that is not there' get /compare/analysis/0.1/0.9
says 'is said' 'There is no edition 0.9'
says 'with 404' '^HTTP/1.1 404'
does 'a document that is none' get /compare/anal%3Cysis/0.1/0.2
says 'is 404, too' '^HTTP/1.1 404'
does 'the versions of a threat' get /threats/G-0001/compare
says 'the last two to begin with' '<del>stranger</del>'
does 'any two' get "/threats/G-0001/compare?from=1&to=4"
says 'are to be chosen from' '<option value="1"' "$out"
does 'an event that did not change it' get "/threats/G-0001/compare?from=2&to=4"
says 'is refused' '^HTTP/1.1 404'
does 'a threat that is not there' get /threats/G-9999/compare
says 'is 404' '^HTTP/1.1 404'
finish
