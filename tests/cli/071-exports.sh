#!/bin/bash
# threat export, and the same files on the site: STIX, Open Threat Model, W3C threat files, CSV, JSON; what is lost is said.
. "$(dirname "$0")/lib.sh"
store s.db
export CASEMATE_DB=s.db
# STIX: another text is another version of the same object; an end revokes; what is reopened after that is another object.
does 'a STIX bundle' "$CM" threat export --format stix --to first.json
says 'says what it is' 'first.json: STIX 2.1 bundle, 3 threats'
says 'and what it has no place for' '[0-9]+  analyses of attack trees'
does 'to standard output' "$CM" threat export --format stix
cp "$out" again.json
same 'the same bytes' first.json again.json
says 'what is lost goes to the other stream' 'Not carried over' "$err"
"$CM" threat edit G-0003 --set damage.rating=small --reason 'little is lost' --now 2026-11-23 >/dev/null
"$CM" threat export --format stix --to edited.json --quiet
"$CM" threat merge G-0003 --into G-0002 --reason 'the same' --now 2026-11-24 >/dev/null
does 'with a tombstone' "$CM" threat export --format stix --to merged.json
"$CM" threat reopen G-0003 --to noted --reason 'not the same' --now 2026-11-25 >/dev/null
"$CM" threat export --format stix --to reopened.json --quiet
does 'from a folder of text' "$CM" threat export --format stix --from "$TOP/profiles/xmpp" --now $NOW --to xmpp.json
does 'holds the rules of STIX 2.1' "$TOP/tests/site/stix.py" first.json edited.json merged.json reopened.json xmpp.json
run python3 -c '
import json
def objects(name): return json.load(open(name + ".json"))["objects"]
def of(name, kind): return [o for o in objects(name) if o["type"] == kind]
def threats(name, id): return [o for o in of(name, "attack-pattern") if o["external_references"][0]["external_id"] == id]
def fact(o): return list(o["extensions"].values())[0]
one, = threats("first", "G-0003")
two, = threats("edited", "G-0003")
three, = threats("merged", "G-0003")
old, new = threats("reopened", "G-0003")
def check(name, true): print("ok" if true else "not ok", name)
check("ratings stay words", fact(threats("first", "G-0001")[0])["likelihood"]["rating"] == "sometimes")
check("an edited threat keeps its id", one["id"] == two["id"])
check("and has the time of the edit", two["modified"] == "2026-11-23T00:00:00.000Z")
check("the others are not modified", threats("first", "G-0001") == threats("edited", "G-0001"))
check("a threat that was merged is revoked", one["id"] == three["id"] and three["revoked"] and not two.get("revoked"))
check("and a duplicate of its successor", [(r["source_ref"], r["target_ref"]) for r in of("merged", "relationship")
      if r["relationship_type"] == "duplicate-of"] == [(one["id"], threats("merged", "G-0002")[0]["id"])])
check("what was revoked stays so", old["id"] == one["id"] and old["revoked"])
check("and goes on under another id", new["id"] != one["id"] and not new.get("revoked"))
check("no other id changed", {o["id"] for o in objects("first")} - {o["id"] for o in objects("reopened")} ==
      {o["id"] for o in objects("first") if "revoked" in [q for q in objects("merged") if q["id"] == o["id"]][0]} - {one["id"]})
'
while read -r line; do
    case $line in 'ok '*) pass "${line#ok }" ;; *) fail "${line#not ok }" ;; esac
done <"$out"
is 'all were asked' 9 "$(grep -c ok "$out")"

# Open Threat Model
does 'an Open Threat Model' "$CM" threat export --format otm --to r.otm.json
says 'says what the numbers are' 'They are ranks; nothing may be computed from them'
says 'a rank says its word' '"likelihood":2,"likelihoodComment":"Sometimes: number 2 of 3 words' r.otm.json
says 'what is not rated is 0 and says so' '"riskReduction":0,"attributes":\{"kind":"recommendation","riskReductionComment":"Not rated' r.otm.json
if [ -f "$SHARED/formats/otm/otm_schema.json" ] && python3 -c 'import jsonschema' 2>/dev/null; then
    does 'valid by the schema of the format' python3 -W ignore -c 'import json, jsonschema, sys
jsonschema.validate(json.load(open("r.otm.json")), json.load(open(sys.argv[1])))' "$SHARED/formats/otm/otm_schema.json"
else
    skip 'valid by the schema of the format' 'no schema here, or no python3-jsonschema'
fi

# W3C
does 'W3C threat files' "$CM" threat export --format w3c --to w3c
says 'say how many' 'w3c: W3C threat files, 4 files'
says 'the outline names them' '^  - g-0001.yaml$' w3c/outline.yaml
says 'a threat file' '^name: Recorded opening' w3c/g-0001.yaml
says 'that has no ratings says so' 'ratings, priorities and stages'

# There and back: what we read is what we wrote.
texts() { # names and abstracts of the store $1, each on one line
    "$CM" --db "$1" threat list | sed -n 's/^\(G-[0-9]*\) .*/\1/p' | while read -r id; do
        "$CM" --db "$1" threat show "$id" | sed -n 's/^name: //p; /^## Abstract/,/^## /p' | grep -v '^##' | tr '\n' ' '
        echo
    done | sed 's/  */ /g' | sort
}
texts s.db >wanted
mkdir empty
minimal empty
rm empty/threats/*
for format in otm w3c; do
    "$CM" --db $format.db init --profile empty --now $NOW >/dev/null
    files=r.otm.json
    [ $format = otm ] || files=$(ls w3c/g-*.yaml)
    for file in $files; do
        does "our import reads our $format: $file" "$CM" --db $format.db threat import "$file" --area opening --now $NOW
    done
    texts $format.db >got
    same "$format: names and abstracts come back" wanted got
done
run "$CM" --db otm.db threat show G-0001
says 'with what it concerns' 'Concerns: .*GATE'

# CSV and JSON are those of the site.
does 'publish' "$CM" publish --to site --now 2026-11-26 --formats html,json
for f in stix:exports/register.stix.json otm:exports/register.otm.json csv:register.csv json:register.json; do
    "$CM" threat export --format "${f%%:*}" --now 2026-11-26 --to one --quiet
    same "${f%%:*}: the site has the same" one "site/${f#*:}"
done
rm -rf w3c2
"$CM" threat export --format w3c --to w3c2 --quiet
same 'w3c: the site has the same' w3c2 site/exports/w3c
says 'the register links to them' 'rel="alternate" type="application/stix\+json;version=2.1"' site/threats/index.html
says 'a page says what each lacks' 'histories: who changed what' site/exports.html
says 'CSV has the abstract' 'likelihood_estimators,damage_estimators,abstract' site/register.csv
cp -r site first
does 'publish again' "$CM" publish --to site --now 2026-11-26 --formats html,json
same 'the same bytes' first/exports site/exports
"$CM" threat edit G-0002 --set damage.rating=small --reason less --now 2026-11-27 >/dev/null
"$CM" publish --to site --now 2026-11-28 --formats html >/dev/null
"$CM" publish --to fresh --now 2026-11-28 --formats html >/dev/null
same 'after an edit what is put together is what a fresh run writes' fresh/exports site/exports

fails 2 'there is no format "xls"' 'an unknown format' "$CM" threat export --format xls
fails 2 'wants --format' 'no format' "$CM" threat export
fails 2 'name a folder with --to' 'W3C without a folder' "$CM" threat export --format w3c
fails 1 'site is not empty' 'a folder that is not empty' "$CM" threat export --format w3c --to site
fails 1 'nowhere/x' 'a place that is not there' "$CM" threat export --format stix --to nowhere/x
does 'what is lost, as JSON' "$CM" threat export --format w3c --to w3c3 --json
says 'is counted' '"count": 3' "$out"
finish
