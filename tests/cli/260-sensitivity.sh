#!/bin/bash
# The order of the register says how sure it is, once ratings have a spread.
. "$(dirname "$0")/lib.sh"
cp -r "$TOP/profiles/minimal" sig
does 'publish ratings of one editor' "$CM" publish --from sig --to one --now $NOW --formats html,text,json,xml
silent 'nothing is said about the order' 'How sure' one/analysis.txt
sed -i 's/^likelihood: {rating: sometimes, estimators: 1,/likelihood: {rating: sometimes, low: seldom, high: often, estimators: 3,/' sig/threats/G-0001-*.md
does 'a folder with a spread' "$CM" check sig
does 'publish it' "$CM" publish --from sig --to two --now $NOW --formats html,text,json,xml
for f in analysis.html analysis.txt analysis.json analysis.xml; do
    says "$f says how sure the order is" 'How sure this order is' two/$f
done
sed -i 's|rating: seldom, estimators: 1,|rating: seldom, low: seldom, high: often, estimators: 3,|' sig/threats/G-0003-*.md
does 'publish with more' "$CM" publish --from sig --to two --now $NOW --formats html,text,json,xml
says 'and which places could change hands' 'Places that could change hands' two/analysis.txt
finish
