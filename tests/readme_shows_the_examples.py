"""The README's code is the code that is built: every ```cpp block of it is a file of examples/, word for word."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
blocks = re.findall(r"```cpp\n(.*?)```", (root / "README.md").read_text(), re.S)
examples = {path.read_text(): path for path in (root / "examples").rglob("*.cc")}
strangers = [block for block in blocks if block not in examples]
for block in strangers:
    print("README.md shows code that is no file of examples/:\n" + block, file=sys.stderr)
if not blocks:
    print("README.md shows no code", file=sys.stderr)
sys.exit(bool(strangers) or not blocks)
