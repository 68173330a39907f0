#!/bin/bash
# casemate tree analyse against answers that nobody here worked out: models with known results, 40 random attack-defence graphs
# solved by brute force, scram on random fault trees; threads, broken pipes and tiny budgets.
. "$(dirname "$0")/lib.sh"
exec python3 "$TOP/tests/cli/tree_models.py" "$CM" "$SHARED/trees" "$WORK"
