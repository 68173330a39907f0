#!/bin/bash
# References of an attack tree to the trees of other threats in its folder.
. "$(dirname "$0")/lib.sh"
threat() { # ID OUTLINE
    printf -- '---\nid: %s\nname: x\n---\n\n## Definition\n\n```attack-tree\n%b```\n' "$1" "$2" > "$1-x.md"
}
threat T-0001 'Read the mail\n  AND Log in\n    = T-0002#phish\n    Guess [p=.5]\n  -> T-0003\n'
threat T-0002 'Get a password\n  #phish Phish [p=.5]\n  Steal [p=.1]\n'
threat T-0003 'Break in\n  Door [p=.5]\n  = T-0002#phish\n'
does 'followed' "$CM" tree analyse T-0001-x.md --json --attacks
is 'door, phish' 2 "$(wc -l < "$out" | tr -d ' ')"
does 'one event' "$CM" tree analyse T-0001-x.md --json
is 'exact on the shared step' 0.75 "$(json 'd["probability"]')"
does 'from elsewhere' sh -c "cd / && '$CM' tree check '$WORK/T-0001-x.md'"
says 'counts its own nodes' '2 references'
does 'from standard input they stay steps' sh -c "sed -n '/attack-tree/,/\`\`\`/p' T-0001-x.md | grep -v '\`\`\`' | '$CM' tree analyse - --json"
says 'which is said' 'references to other threats' "$err"
threat T-0004 'A\n  -> T-0005\n'
threat T-0005 'B\n  -> T-0004\n'
fails 1 'T-0004 -> T-0005 -> T-0004' 'a circle' "$CM" tree analyse T-0004-x.md
fails 1 'T-0004 -> T-0005 -> T-0004' 'found by check' "$CM" tree check T-0004-x.md
printf '```attack-tree\nA\n  -> T-2\n```\n' > T-1.md
printf '```attack-tree\nB\n  -> T-1\n```\n' > T-2.md
fails 1 'T-1 -> T-2 -> T-1' 'short names too' "$CM" tree check T-1.md
threat T-0006 'A\n  -> T-0099\n'
fails 1 'T-0099' 'a threat that is not there' "$CM" tree check T-0006-x.md
threat T-0007 'A\n  = T-0002#fish\n'
fails 1 'fish' 'a step that is not there' "$CM" tree check T-0007-x.md
printf -- '---\nid: T-0008\n---\n\nNo tree.\n' > T-0008-x.md
threat T-0009 'A\n  -> T-0008\n  B\n'
does 'a threat without a tree counts as a step' "$CM" tree analyse T-0009-x.md --json
is 'two attacks' 2 "$(json 'd["minimal_attacks"]')"
fails 1 'no attack-tree block' 'analysed itself' "$CM" tree analyse T-0008-x.md
finish
