#!/bin/bash
# casemate sig end: a group that was ended is read-only, loses nothing, and says so on every page and in every document.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
does 'an edition' "$CM" edition new process --kind substantive --remark 'First.' --without-pdf --now $NOW
does 'publish' "$CM" publish --to site --now $NOW --formats html,xml,json,text
fails 1 'by.*link|who decided' 'an end wants its source' "$CM" sig end --by Council --reason 'the garden is sold'
fails 1 'web address|who decided' 'which is a web address' "$CM" sig end --by Council --link 'in the minutes' --reason 'the garden is sold'
does 'the end' "$CM" sig end --by 'Council' --link 'https://example.org/minutes/9' --reason 'the garden is sold' --now 2027-01-05
run "$CM" sig show
says 'is shown' 'ended on 2027-01-05 by Council: the garden is sold'
fails 1 'was ended' 'no change after it' "$CM" threat edit G-0001 --set level=gate
fails 1 'was ended' 'no proposal' "$CM" threat propose --name Fog --abstract 'One sees little.' --area opening
fails 1 'was ended' 'no edition' "$CM" edition new process --kind editorial --remark 'Later.' --without-pdf
fails 1 'was ended' 'no member' "$CM" member add Rosa
fails 1 'was ended' 'no second end' "$CM" sig end --by Council --link https://example.org/ --reason again
does 'publish again' "$CM" publish --to site --now 2027-01-06 --formats html,xml,json,text
missing=$(cd site && find . -name '*.html' -not -path './editions/process/0.1/*' | while read -r p; do grep -q 'was ended on 5 January 2027' "$p" || echo "$p"; done)
is 'every page says so' '' "$missing"
for f in process.txt analysis.txt template.xml analysis.json; do says "$f too" 'was ended' site/$f; done
does 'the edition stays as it was' "$CM" edition show process 0.1
does 'a site made anew is the same' "$CM" publish --to fresh --now 2027-01-06 --formats html,xml,json,text
same 'byte for byte' site/analysis.html fresh/analysis.html
does 'export' "$CM" export one
does 'a store from it' "$CM" --db t.db init --profile one
fails 1 'was ended' 'is ended too' "$CM" --db t.db threat edit G-0001 --set level=gate
fails 1 'reason' 'to resume wants a reason' "$CM" sig resume
does 'resume' "$CM" sig resume --reason 'the garden was bought back'
does 'then work goes on' "$CM" threat edit G-0001 --set level=gate
does 'publish once more' "$CM" publish --to site --now 2027-01-07 --formats html,xml,json,text
silent 'and the pages say nothing' 'was ended' site/index.html
does 'the record verifies' "$CM" record verify
finish
