#!/usr/bin/env bash
# Three real requests from official examples, then what the ledger can prove. `make demo` sets up and runs this.
set -euo pipefail
cd "$(dirname "$0")/.."
out=demo-out
mkdir -p "$out"
export PORTABILITY_LEDGER=$out/demo.sqlite
rm -f "$PORTABILITY_LEDGER" "$PORTABILITY_LEDGER"-*

say() { printf '\n\033[1m%s\033[0m\n\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }

say "1  United States and Germany, in the manner of 20 CFR 404.1918"
run portability determine examples/us-de.yaml --format table
say "2  European Union: Regulation 883/2004, article 52"
run portability determine examples/eu.yaml --format table
say "3  Canada and the Philippines: two Canadian components"
run portability determine examples/ca-ph.yaml --format table

say "What the ledger holds, and what it can prove"
run portability ledger log
portability ledger checkpoint >"$out/checkpoint.txt"
printf '$ portability ledger checkpoint > %s\n' "$out/checkpoint.txt"
run portability ledger verify --checkpoint "$out/checkpoint.txt"
run portability ledger replay --all

for name in us-de eu ca-ph; do
    portability determine "examples/$name.yaml" --dry-run --format html --out "$out/$name.html"
done
say "Next"
cat <<TXT
  $out/us-de.html                        the same answer as a page for the person
  .venv/bin/portability ledger show 1    one entry with its inputs, rules and trace
  .venv/bin/portability cases check      every official worked example, figure by figure
  docs/worked-examples.md                write an example of your own
TXT
