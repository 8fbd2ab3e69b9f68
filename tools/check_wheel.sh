#!/bin/bash
# Build the wheel, install it into an empty environment without extras, and run the sample story there, offline.
set -eu -o pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python="${PYTHON:-$root/.venv/bin/python}"
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$folder/dist" "$root"
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$folder"/dist/*.whl
cp "$root"/data/samples/dispatches.jsonl "$folder"
cd "$folder"
run=("$folder/venv/bin/geomap")
if unshare --net --map-root-user true 2>/dev/null; then
  run=(unshare --net --map-root-user "$folder/venv/bin/geomap")
  echo "running without any network"
fi
export GEOMAP_CACHE="$folder/cache"
"${run[@]}" --version
"${run[@]}" resolve Izyum
"${run[@]}" report dispatches.jsonl -o report.html
"${run[@]}" corpus dispatches.jsonl -o corpus
test -s report.html && test -s corpus/manifest.json
grep -q 'data-ready\|geomap-data' report.html
"$folder/venv/bin/python" -c 'import geomap; assert len(geomap.read_corpus("corpus").claims)'
echo "the wheel works in an empty environment: $(basename "$folder"/dist/*.whl)"
