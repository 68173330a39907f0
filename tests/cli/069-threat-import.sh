#!/bin/bash
# threat import: models of other tools become proposals, all or none, once, with a report of what was lost.
. "$(dirname "$0")/lib.sh"
SEEDS=$TOP/fuzz/seeds/threat_model
"$CM" --db s.db init --profile "$TOP/profiles/minimal" --now $NOW >/dev/null
export CASEMATE_DB=s.db
count() { "$CM" threat list --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["threats"]))'; }
before=$(count)

run "$CM" threat import "$SEEDS/dragon2.json" --area opening --dry-run
says 'a dry run says what it would do' '3 would be proposed, 0 here before' "$out"
is 'and does nothing' "$before" "$(count)"
does 'Threat Dragon 2' "$CM" threat import "$SEEDS/dragon2.json" --area opening --as Rosa --now 2026-11-23
says 'proposes all' 'Threat Dragon, "Garden shed": 3 proposed, 0 here before' "$out"
says 'and tells what it leaves out' '1  severities: the group rates by itself .such as "High"' "$out"
says 'and unknown categories' 'categories that are no class of STRIDE .such as "Distributed"' "$out"
says 'a name that is there already is told apart' 'G-0006  Lock is picked .Flow' "$out"
run "$CM" threat show G-0004
says 'markup is taken off' 'opens the lock with a pick' "$out"
says 'and entities' 'Nobody notices \\& nothing' "$out"
says 'text that would be a heading is none' '- \\# Change the lock' "$out"
says 'or a list' '  1\\. Buy one' "$out"
says 'the place' 'Concerns: Lock of the shed' "$out"
says 'the origin' 'from: "threat-dragon:0b1c7a52-4f0e-4c0d-9a57-9d7c1f5e1a01"' "$out"
says 'who imported it' 'by: Rosa' "$out"
run "$CM" threat import "$SEEDS/dragon2.json" --area opening
says 'again: nothing is done twice' '0 proposed, 3 here before' "$out"

for model in dragon1.json composer.json otm.yaml w3c.yaml; do
    does "$model" "$CM" threat import "$SEEDS/$model" --area opening,privacy --now 2026-11-23
    says 'one threat' '1 proposed' "$out"
done
run "$CM" threat import "$SEEDS/composer.json" --area opening --json
is 'as JSON' 'threat-composer Water barrel True 1 assumptions about mitigations' "$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
lost = {l["what"]: l["count"] for l in d["lost"]}
print(d["format"], d["title"], d["threats"][0]["was_here"], lost["assumptions about mitigations"], "assumptions about mitigations")' "$out")"
run "$CM" threat show G-0009
says 'OTM: place and mitigation come from the component' 'Concerns: Heap' "$out"
says 'with its text' '- Fence: A fence around the heap' "$out"
run "$CM" threat show G-0010
says 'W3C: references are read' 'swaps the packet of seeds before it is sown; see SEED-LIST and RFC9458' "$out"

# Faults: all of them, and nothing kept.
before=$(count)
fails 1 'faults.json:1:74: error: this threat has no title; expected a member "title"' 'all faults' "$CM" threat import "$SEEDS/faults.json" --area opening
says 'each with its place' 'faults.json:1:89: error: this threat is no object' "$err"
says 'and its kind' 'faults.json:1:116: error: "threats" is no list; expected an array' "$err"
sed 's/Door is left open/Door is open/' "$SEEDS/dragon1.json" >other.json
fails 1 'attic' 'an area that is not there' "$CM" threat import other.json --area attic
echo '{"a": 1}' >none.json
fails 1 'otmVersion' 'no model' "$CM" threat import none.json --area opening
echo '{"a": ' >bad.json
fails 1 'bad.json: JSON, line 2' 'no JSON' "$CM" threat import bad.json --area opening
fails 1 'no prose field' 'a field that is none' "$CM" threat import other.json --area opening --mitigations likelihood
fails 2 'wants one file' 'no area' "$CM" threat import other.json
is 'nothing was kept' "$before" "$(count)"

does 'the folder is sound' "$CM" export out
does 'and checked' "$CM" check out
does 'the record is whole' "$CM" record verify

# Files of the tools themselves.
F=${CASEMATE_SHARED:-none}/formats
if [ -d "$F" ]; then
    for f in "$F"/threat-dragon/*v2-threat-model.json "$F"/threat-dragon/*demo-threat-model.json "$F"/otm/EXAMPLE.* "$F"/threat-composer/*.json "$F"/w3c-yaml/*t1*.yaml; do
        does "$(basename "$f")" "$CM" threat import "$f" --area opening
    done
    for f in "$F"/threat-dragon/*malformed*.json; do
        run "$CM" threat import "$f" --area opening
        is "$(basename "$f") is refused" 1 "$code"
    done
    does 'the folder is still sound' "$CM" export out2
    does 'and checked again' "$CM" check out2
else
    skip 'files of the tools' 'they are not here'
fi
finish
