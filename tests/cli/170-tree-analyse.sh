#!/bin/bash
# casemate tree analyse: figures, what-if, limits, and what is wrong.
. "$(dirname "$0")/lib.sh"
cat > one.txt <<'END'
Get in
  Door   [p=.5]
    ! Guard   [deployed=.5 stops=1]
  Window   [p=.5]
    ! Guard   [deployed=.5 stops=1]
END
cat > t.txt <<'END'
Read a user's private messages
  AND Read the stream on the wire
    #path Get on the path   [p=0.02..0.2 cost=500..5000 skill=2 time=2d]
    OR Defeat the encryption
      #strip Strip STARTTLS   [p=0.9 cost=100 skill=1 time=1h]
        ! Client requires TLS   [stops=0.99 deployed=0.7 cost=5k]
      #misissue Use a mis-issued certificate   [p=0.003 cost=30k skill=3 time=30d]
        ?#dane DANE for XMPP   [stops=0.95 cost=50k]
  SAND Steal the device, then unlock it
    Steal the device   [p=0.05 cost=300 skill=1 time=1d]
    Guess the code   [p=0.1 cost=0 skill=2 time=2h]
END
printf 'AND Get in\n  Door\n  Window\n' > bare.txt
does 'one countermeasure on two steps' "$CM" tree analyse one.txt --json --worlds
is 'none' 0.75 "$(json 'd["worlds"]["none"]["probability"]')"
is 'deployed' 0.375 "$(json 'd["worlds"]["deployed"]["probability"]')"
is 'all' 0 "$(json 'd["worlds"]["all"]["probability"]')"
is 'specification gap' 0 "$(json 'd["gap"]["specification"]')"
is 'deployment gap' 0.375 "$(json 'd["gap"]["deployment"]')"
is 'the required keys' True "$(json 'all(k in d for k in ("nodes", "steps", "minimal_attacks", "probability", "exact", "seconds"))')"
is 'a count is digits' 2 "$(json 'd["minimal_attacks"] if isinstance(d["minimal_attacks"], str) else "no string"')"
does 'as text' "$CM" tree analyse t.txt
says 'the story' '3 minimal attacks reach the goal today\. The likeliest takes 2 steps: Get on the path'
says 'the worlds' 'as deployed today +0\.0'
says 'the gap' 'The gap: 0\.0.*stays open'
says 'what helps' 'help most is to deploy .Client requires TLS'
silent 'no escape sequences in a file' "$(printf '\033')"
does 'everything as text' "$CM" tree analyse t.txt --all --samples 2000 --budget 1k
says 'importance' 'Birnbaum'
says 'uncertainty' 'Uncertainty, 2000 trials'
says 'a budget' 'With a budget of 1,000'
does 'everything as JSON' "$CM" tree analyse t.txt --all --samples 2000 --budget 1k --budget 50k --json
for key in worlds gap attacks explanation approaches importance fronts budgets defence_budget pareto_defence_cost_probability cuts samples no_defence all_defences; do
    is "has $key" True "$(json "'$key' in d")"
done
is 'two budgets' 2 "$(json 'len(d["budgets"])')"
is 'fits its schema' ok "$(python3 - "$out" "$TOP/docs/schema/analysis.schema.json" 2>&1 <<'END'
import json, sys
try:
    import jsonschema
except ImportError:
    print('ok')
    sys.exit()
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))
print('ok')
END
)"
cp "$out" first.json
does 'again with two threads' "$CM" tree analyse t.txt --all --samples 2000 --budget 1k --budget 50k --json --threads 2
grep -v '"seconds"' first.json > a.json
grep -v '"seconds"' "$out" > b.json
same 'the same bytes' a.json b.json
does 'the best by cost' "$CM" tree analyse t.txt --json --best 2 --by cost
is 'two' 2 "$(json 'len(d["attacks"])')"
is 'the cheapest first' 300 "$(json 'd["attacks"][0]["cost"]')"
does 'all attacks' "$CM" tree analyse t.txt --attacks
is 'one a line' 3 "$(wc -l < "$out" | tr -d ' ')"
does 'all attacks as JSON' "$CM" tree analyse t.txt --attacks --json
is 'each an array' 3 "$(python3 -c 'import json, sys; print(sum(isinstance(json.loads(l), list) for l in open(sys.argv[1])))' "$out")"
does 'the two best of all attacks' "$CM" tree analyse t.txt --attacks --best 2 --by cost
is 'best first' 'Steal the device; Guess the code|path; strip' "$(paste -sd'|' "$out")"
fails 2 'expected --best K with --by cost' 'an order of all' "$CM" tree analyse t.txt --attacks --by cost
fails 1 'no order by probability: "Door" has none' 'an order without values' "$CM" tree analyse bare.txt --attacks --best 2
does 'but by size' "$CM" tree analyse bare.txt --attacks --best 1 --by size
says 'the only one' '^Door; Window$'
does 'fronts of one'\''s own choice' "$CM" tree analyse t.txt --json --front time,probability --front skill,cost,probability
is 'only these' 'skill_cost_probability time_probability' "$(json '" ".join(sorted(d["fronts"]))')"
is 'one is fastest, and one is likelier' '93600 0.005|172800 0.06' "$(json '"|".join("%d %g" % (x["time"], x["probability"]) for x in d["fronts"]["time_probability"]["points"])')"
is 'three measures' '2 300 0.005' "$(json '"%d %d %g" % ((len(d["fronts"]["skill_cost_probability"]["points"]),) + tuple(d["fronts"]["skill_cost_probability"]["points"][0][k] for k in ("cost", "probability")))')"
does 'in text' "$CM" tree analyse t.txt --front time,skill
says 'its title' '^No attack is better in all of time, skill'
does 'that the tree has no values for' "$CM" tree analyse t.txt --front cost,damage
says 'said' 'cannot be said: damage of .Read a user.s private messages. is not given'
does 'one that is there already' "$CM" tree analyse t.txt --json --fronts --front cost,time --front time,cost
is 'once' 1 "$(grep -c '"cost_time":' "$out")"
for measures in cost cost,cost cost,price cost,time,skill,size ''; do
    fails 2 'expected two or three different ones' "no front: $measures" "$CM" tree analyse t.txt --front "$measures"
done
does 'an explanation' "$CM" tree analyse t.txt --explain
says 'the way' '^The way of the likeliest attack'
says 'a choice' '^      Defeat the encryption \(any of 2\)'
says 'its step below it' '^        Strip STARTTLS$'
says 'what decides' 'The hardest step to succeed in is .Get on the path. \(6\.67 %\)'
does 'of another order' "$CM" tree analyse t.txt --explain --by cost
says 'in sequence' 'Steal the device, then unlock it \(both, in this order\)'
does 'no explanation unasked' "$CM" tree analyse t.txt
silent 'no way' 'The way of'
does 'an explanation of the rest' "$CM" tree analyse t.txt --explain --importance --fronts
says 'importance in words' 'With .Client requires TLS. everywhere the chance would be 0\.579 % instead of 2\.35 %'
says 'the front in words' 'The cheapest attack costs 300'
printf 'G\n  Go in [p=.5]\n    ! Guard [deployed=1]\n      AND x\n        Bribe [p=.1]\n        Wait [p=.9]\n' > guard.txt
does 'a countermeasure on the way' "$CM" tree analyse guard.txt --explain
says 'it is defeated' 'Guard \(a countermeasure, defeated by\)'
does 'an explanation as JSON' "$CM" tree analyse t.txt --explain --importance --fronts --json
is 'by every measure' 'cost probability size skill time time_sum' "$(json '" ".join(sorted(d["explanation"]))')"
is 'the goal first' "Read a user's private messages" "$(json 'd["explanation"]["cost"]["path"][0]["node"]')"
is 'the depths' '0 1 2 2' "$(json '" ".join(str(s["depth"]) for s in d["explanation"]["cost"]["path"])')"
is 'the choices' 'any of 2|both, in this order||' "$(json '"|".join(s["choice"] for s in d["explanation"]["cost"]["path"])')"
is 'in words' True "$(json 'd["explanation"]["cost"]["text"].startswith("The cheapest attack takes 2 steps: Steal the device; Guess the code. It costs 300")')"
is 'and the rest' True "$(json 'd["importance_text"].startswith("With") and d["front_text"].startswith("The cheapest")')"
python3 -c "
print('AND goal')
for i in range(12):
    print('  3 OF g%d' % i)
    for k in range(6): print('    #s%d-%d step' % (i, k))" > wide.txt
does 'a stream ends when its reader has enough' timeout 60 sh -c "'$CM' tree analyse wide.txt --attacks | head -3 | wc -l | grep -q 3"
does 'counted without listing' timeout 60 "$CM" tree analyse wide.txt --json
is '20^12' 4096000000000000 "$(json 'd["minimal_attacks"]')"
is 'no numbers, no probability' None "$(json 'd["probability"]')"
is 'and what is missing' p "$(json 'd["missing"]["attribute"]')"
does 'said in words' "$CM" tree analyse wide.txt
says 'why' 'cannot be said: the tree has no probabilities'
does 'what if' "$CM" tree analyse t.txt --json --set strip.p=0 --set path.cost=1k
cp "$out" set.json
does 'what if not' "$CM" tree analyse t.txt --json
is 'less likely' True "$(python3 -c "import json; print(json.load(open('set.json'))['probability'] < json.load(open('$out'))['probability'])")"
fails 1 'there is no step "stirp"; did you mean "strip"' 'a step that is not there' "$CM" tree analyse t.txt --set stirp.p=0.1
fails 1 '--set strip.p=2' 'a value that cannot be' "$CM" tree analyse t.txt --set strip.p=2
does 'with an approach by id' "$CM" tree analyse t.txt --with dane --json
does 'by label' "$CM" tree analyse t.txt --with 'DANE for XMPP'
says 'named' 'With the approach .DANE for XMPP. in place'
fails 1 'did you mean "dane"' 'one that is not there' "$CM" tree analyse t.txt --with dame
fails 1 'did you mean "DANE for XMPP"' 'a part of its name' "$CM" tree analyse t.txt --with xmpp
fails 1 'existing countermeasure' 'one that exists' "$CM" tree analyse t.txt --with 'Client requires TLS'
fails 1 'has no potential approach' 'no approach at all' "$CM" tree analyse one.txt --with x
for option in '--best 0' '--best x' '--by price' '--budget much' '--samples -1' '--seed x' '--threads 0' '--max-seconds 0' '--max-memory lots' '--nonsense' '--from word'; do
    fails 2 'expected|unknown option' "wrong: $option" "$CM" tree analyse t.txt $option
done
fails 2 'wants a file' 'no file' "$CM" tree analyse
fails 2 'wants one file' 'two files' "$CM" tree analyse t.txt one.txt
fails 1 'no-such' 'a file that is not there' "$CM" tree analyse no-such.txt
does 'a limit is no error' timeout 60 "$CM" tree analyse t.txt --max-memory 1 --json
is 'bounds then' True "$(json '"bounds" in d and d["bounds"][0] <= d["bounds"][1] and not d["exact"] or d["exact"]')"
printf 'A\n  B [p=.5]\n    ! C [deployed=.1]\n  D [p=.5]\n    ! C [deployed=.2]\n' > bad.txt
fails 1 'deployed=.1.*deployed=.2' 'a tree that contradicts itself' "$CM" tree analyse bad.txt
fails 1 'deployed=.1.*deployed=.2' 'found by check' "$CM" tree check bad.txt
does 'help' "$CM" tree analyse --help
says 'says all' '--max-seconds'
finish
