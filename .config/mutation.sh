#!/usr/bin/env bash
# Mutation testing of codecs, checkers and the conformance framework. Takes hours; `npm run mutation -- --mutate 'hil/protocols/modbus/*.ts'` takes minutes.
# Stryker 9.6.1 is the last version for Node 20. It is no dependency: 140 packages that only this command needs.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d node_modules/@stryker-mutator/core ] || npm install --no-save --no-audit --no-fund @stryker-mutator/core@9.6.1 @stryker-mutator/vitest-runner@9.6.1
exec npx stryker run .config/stryker.json "$@"
