#!/bin/bash
# Install the oldest releases that pyproject.toml allows, on the oldest Python, and run the tests with them: all but those
# that drive a browser, build packages or run notebooks.
set -eu -o pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
cd "$root"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python="${PYTHON:-$root/.venv/bin/python}"
"$python" -c 'import sys; v = sys.version_info[:2]; v == (3, 11) or print(f"!! this is Python {v}, the oldest is 3.11")'
"$python" -m venv "$folder/tool"
"$folder/tool/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
uv="$folder/tool/bin/uv"
"$uv" pip compile --quiet --python "$python" --resolution lowest-direct --extra all --no-header --no-annotate \
  pyproject.toml -o "$folder/lowest.txt"
"$uv" venv --quiet --python "$python" "$folder/venv"
# test tools are not what is tested: the newest
"$uv" pip install --quiet --python "$folder/venv/bin/python" -r "$folder/lowest.txt" pytest pytest-xdist hypothesis
echo "the oldest that pyproject.toml allows:"
grep -iE "^($(sed -n '/^dependencies = \[/,/^\]/p; /^corpus = /p; /^fast = /p; /^labels = /p; /^tiles = /p' pyproject.toml \
  | grep -oE '"[A-Za-z][A-Za-z-]*' | tr -d '"' | paste -sd'|'))==" "$folder/lowest.txt" | paste -sd' '
# old releases warn of what newer ones have mended
PYTHONPATH="$root" "$folder/venv/bin/python" -m pytest -q -n 2 --dist loadscope -p no:cacheprovider \
  -o filterwarnings= -m 'not browser' --ignore tests/test_packaging.py --ignore tests/test_notebooks.py "$@"
