#!/bin/bash
# submit and lint: the form the XSF accepts; our own output passes our own lint, and xmllint with the XSF's DTD where that is at hand.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
author=$(sed -n 's/.*first: \([A-Za-z]*\), last: \([A-Za-z]*\),.*/\1 \2/p' "$TOP/profiles/minimal/sig.yaml" | head -1)
DTD=$SHARED/xep-toolchain
valid() { # NAME FILE
    if [ ! -e "$DTD/xep.dtd" ] || ! command -v xmllint >/dev/null; then
        skip "$1" 'no xep.dtd: set CASEMATE_SHARED'
        return
    fi
    rm -rf v && mkdir v && cp "$DTD/xep.dtd" "$DTD/xep.ent" v/ && cp "$2" v/doc.xml
    run sh -c 'cd v && xmllint --nonet --noout --noent --loaddtd --valid doc.xml'
    if [ $code -eq 0 ] && [ ! -s "$err" ]; then pass "$1"; else fail "$1" "$(told)"; fi
}

for profile in minimal xmpp; do
    P=$TOP/profiles/$profile
    does "$profile: publish" "$CM" publish --from "$P" --now $NOW --to a --formats html,xml
    does "$profile: lint of the published XML" "$CM" lint a/process.xml a/template.xml a/analysis.xml
    assents=()
    while IFS= read -r name; do assents+=(--assent "$name"); done < <(python3 - "$P/sig.yaml" <<'END'
import re, sys
text = open(sys.argv[1]).read()
block = re.search(r'(?m)^authors:.*\n((?:[ #].*\n|\n)+)', text).group(1)
for first, last in re.findall(r'first: "?([^,"\n]+?)"?(?:,|\n)\s*last: "?([^,"}\n]+)', block):
    print(first, last)
END
)
    for document in process template analysis; do
        valid "$profile: $document.xml is valid by the DTD" a/$document.xml
        fails 1 'assent' "$profile: submit $document without assent" "$CM" submit $document --from "$P" --now $NOW --to x.xml
        is "$profile: writes nothing" '' "$(ls x.xml 2>/dev/null)"
        does "$profile: submit $document" "$CM" submit $document --from "$P" --now $NOW --to $document.xml "${assents[@]}"
        does "$profile: lint accepts it" "$CM" lint $document.xml
        says "$profile: it is a ProtoXEP" '<status>ProtoXEP</status>' $document.xml
        says "$profile: number" '<number>[Xx]{4}</number>' $document.xml
        says "$profile: version" '<version>0\.0\.1</version>' $document.xml
        says "$profile: the XSF's notice" '&LEGALNOTICE;' $document.xml
        says "$profile: type" '<type>Informational</type>' $document.xml
        valid "$profile: xmllint accepts $document" $document.xml
        silent "$profile: the published one does not carry the XSF's notice" 'LEGALNOTICE' a/$document.xml
    done
    rm -rf a ./*.xml
done

store s.db
fails 1 'assent' 'with a store the assent must be on record' "$CM" submit analysis --to x.xml
fails 1 'author' 'of an author' "$CM" submit analysis --to x.xml --assent 'Nobody Known'
does 'which --assent records' "$CM" submit analysis --to x.xml --assent "$author" --now $NOW
run "$CM" record show
says 'as an action' 'assent'
does 'and later submissions need it no more' "$CM" submit analysis --to y.xml --now $NOW

# lint holds the rules.
breaks() { # NAME PATTERN SED
    sed "$3" x.xml > z.xml
    cmp -s x.xml z.xml && fail "$1" 'the test itself is broken'
    fails 1 "z.xml.*($2)" "$1" "$CM" lint z.xml
}
breaks 'lint: no abstract' 'abstract' 's/<abstract>.*<\/abstract>//; s/<abstract>/<!-- /; s/<\/abstract>/ -->/'
breaks 'lint: an unknown status' 'status' 's/<status>ProtoXEP/<status>Great/'
breaks 'lint: an unknown type' 'type' 's/<type>Informational/<type>Novel/'
breaks 'lint: a date that is none' 'date' 's/<date>[^<]*/<date>yesterday/'
breaks 'lint: not well-formed' '.' 's/<\/header>//'
breaks 'lint: an element the DTD does not have' 'blink' 's/<abstract>/<blink\/><abstract>/'
printf '<!DOCTYPE xep [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]><xep>&g;</xep>' > bomb.xml
fails 1 'bomb.xml' 'lint: an entity bomb' timeout 20 "$CM" lint bomb.xml
printf '<!DOCTYPE xep [<!ENTITY a SYSTEM "file:///etc/hostname">]><xep>&a;</xep>' > read.xml
run "$CM" lint read.xml
silent 'lint: reads no file that a document names' "$(head -c 8 /etc/hostname | tr -cd 'a-zA-Z0-9' || echo none)x*never" "$err"
fails 1 'bomb|no-such' 'lint: no file' "$CM" lint no-such.xml
finish
