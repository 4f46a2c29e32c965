"""The code that the README and doc/ show is the code that is built: every ```cpp block is a file of examples/, word for
word."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
examples = {path.read_text() for path in (root / "examples").rglob("*.cc")}
are_wrong = False
for page in [root / "README.md", *(root / "doc").glob("*.md")]:
    blocks = re.findall(r"```cpp\n(.*?)```", page.read_text(), re.S)
    strangers = [block for block in blocks if block not in examples]
    for block in strangers:
        print(f"{page.name} shows code that is no file of examples/:\n{block}", file=sys.stderr)
    if not blocks and page.name in ("README.md", "servers.md"):
        print(f"{page.name} shows no code", file=sys.stderr)
        are_wrong = True
    are_wrong = are_wrong or bool(strangers)
sys.exit(are_wrong)
