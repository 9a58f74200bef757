#!/bin/sh
# Mutation testing of recruitment/health/policy.py against its tests without a database: a few minutes on one core.
# mutmut and everything it writes live in a directory that goes at the end; docs/decisions/mutation-testing.md explains the survivors.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
memory=/dev/shm; [ -d "$memory" ] || memory=${TMPDIR:-/tmp}
place=$(mktemp -d "$memory/mutation.XXXXXX")
trap 'rm -rf "$place"' EXIT INT TERM

"$project/.venv/bin/python" -m venv "$place/environment"
python=$place/environment/bin/python
"$project/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth"
"$python" -m pip install --quiet mutmut==3.8.1

health=$place/work/tests/recruitment/health
mkdir -p "$health" "$place/work/templates" "$place/work/static" "$place/work/locale"
cp -r "$project/recruitment" "$project/search" "$project/runtime" "$project/demo" "$place/work/"
cp -r "$project/tests/__init__.py" "$project/tests/settings.py" "$project/tests/harness" "$place/work/tests/"
touch "$place/work/tests/recruitment/__init__.py" "$health/__init__.py"
for file in documents test_policy test_policy_details test_policy_properties test_rulebook test_documents; do
    cp "$project/tests/recruitment/health/$file.py" "$health/"
done
cp "$project/tests/mutation/conftest.txt" "$place/work/conftest.py"
cp "$project/tests/mutation/mutmut.toml" "$place/work/pyproject.toml"

cd "$place/work"
export PYTHONDONTWRITEBYTECODE=1 DEMO=1
"$python" -m mutmut run --max-children 1 > "$place/run.log" 2>&1 || { tail -c 4000 "$place/run.log"; exit 1; }
tr '\r' '\n' < "$place/run.log" | grep -o '[0-9]*/[0-9]* .*' | tail -1
"$python" -m mutmut results | sed 's/:.*//' | while read -r mutant; do
    echo "## $mutant"
    "$python" -m mutmut show "$mutant" | grep -E '^[-+][^-+]' || true
done
