"""onc_generate: its mistakes are told in a sentence, and a .x is compiled again when it or what it includes changes.

Who forgets ASYNC, or the library for it, is told by the compiler."""
import pathlib
import subprocess
import sys
import tempfile

module, idlc, compiler = sys.argv[1:]
HEAD = f"""cmake_minimum_required(VERSION 3.25)
project(case CXX)
add_executable(onc::idlc IMPORTED)
set_target_properties(onc::idlc PROPERTIES IMPORTED_LOCATION "{idlc}")
include("{module}")
file(TOUCH main.cc)
add_executable(program main.cc)
"""
MISTAKES = {
    "onc_generate(TARGET program FILE b.x FILES a.x)": "what is 'FILE b.x'?",
    "onc_generate(TARGET program FILES a.x FILE)": "unknown option 'FILE'; it knows TARGET, FILES, ASYNC,",
    "onc_generate(TARGET program FILES a.x ASYNCH)": "unknown option 'ASYNCH'",
    "onc_generate(TARGET program FILES a.x NAMESPCE a)": "unknown option 'NAMESPCE'",
    "onc_generate(TARGET program FILES a.x INCLUDE_DIRECTORY b)": "unknown option 'INCLUDE_DIRECTORY'",
    "onc_generate(FILES a.x)": "TARGET is missing",
    "onc_generate(TARGET program)": "FILES is missing",
    "onc_generate(TARGET progam FILES a.x)": "there is no target 'progam'",
    "onc_generate(TARGET program FILES absent.x)": "absent.x",
    "add_subdirectory(below)": "call it there",
}
failed = []


def check(good, what, seen):
    if not good:
        failed.append(f"{what}\n{seen}")


def run(folder, *command):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=50)


def configure(folder, text):
    (folder / "CMakeLists.txt").write_text(HEAD + text)
    return run(folder, "cmake", "-G", "Ninja", "-B", "build", f"-DCMAKE_CXX_COMPILER={compiler}")


def flat(text):
    return " ".join(text.split())


def ninja(folder):
    return run(folder, "ninja", "-C", "build", "program.x/a.x.h").stdout


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "more files").mkdir()
    (folder / "below").mkdir()
    (folder / "below/CMakeLists.txt").write_text("onc_generate(TARGET program FILES ../a.x)\n")
    (folder / "a.x").write_text('#include "b.x"\nstruct A { B b; };\n')
    b = folder / "more files/b.x"
    b.write_text("struct B { int x; };\n")
    for text, expected in MISTAKES.items():
        seen = configure(folder, text)
        check(seen.returncode != 0 and "onc_generate: " in seen.stdout and expected in flat(seen.stdout), text, seen.stdout)
    seen = configure(folder, 'onc_generate(TARGET program FILES a.x "more files/b.x" INCLUDE_DIRECTORIES "more files")')
    check(seen.returncode == 0, "what is right is refused", seen.stdout)
    check("idlc a.x" in ninja(folder), "a.x is not compiled", "")
    seen = ninja(folder)
    check("no work to do" in seen, "a.x is compiled twice", seen)
    b.write_text("struct B { hyper x; };\n")
    seen = ninja(folder)
    check("idlc a.x" in seen, "a.x is not compiled again when b.x changes", seen)
    (folder / "main.cc").write_text('#include "a.x.async.h"\n')
    seen = run(folder, "ninja", "-C", "build", "CMakeFiles/program.dir/main.cc.o").stdout
    check("say ASYNC in onc_generate(TARGET program" in seen, "nobody says that ASYNC is missing", seen)
    (folder / "bare.cc").write_text("#include <onc/rpc/async_stub.h>\n")
    runtime = pathlib.Path(module).parent.parent / "runtime"
    seen = run(folder, compiler, "-std=c++20", "-fsyntax-only", "-I", runtime, "bare.cc").stdout
    check("link onc::async" in seen, "nobody says that onc::async is missing", seen)
print("\n".join(failed))
sys.exit(bool(failed))
