#!/usr/bin/env bash
# The memo of every dossier (memo.html beside its README.md), recorded in a ledger of their own.
set -euo pipefail
cd "$(dirname "$0")"
export PORTABILITY_LEDGER="$PWD/memos.sqlite"

memo() {
    local folder=$1
    shift
    (cd "$folder" && portability compare "$@" --memo memo.html >/dev/null)
}

memo us-ca us-ca-1984.yaml us-ca@1997-10-01 --population population.yaml
memo ca-ph model-r167 ca-ph --population population.yaml
memo us-ph us-ph-1.yaml us-ph-2.yaml --population us-ph --costs costs.yaml
