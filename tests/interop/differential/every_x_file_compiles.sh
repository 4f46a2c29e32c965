#!/bin/bash
# every_x_file_compiles.sh: idlc makes C++ of each .x of Debian's, nis.x too, as it stands there, and neither g++ nor
# clang++ has a word to say about it.
set -euo pipefail
: "${ONC_BIN:?ctest -R interop says where the programs are}" "${ONC_SOURCE:?}"
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# What a file takes from C headers.
options_of() {
  case $1 in
    key_prot.x) echo -D MAXNETNAMELEN=255 --extern-type des_block=outside::des_block --include outside.x.h ;;
    rpcb_prot.x) echo --extern-type netbuf=outside::netbuf --include outside.x.h ;;
    nis_callback.x)
      echo --extern-type nis_object=nis_object::nis_object --extern-type nis_error=nis::nis_error --include nis.x.h
      ;;
  esac
}

files=(/usr/include/rpcsvc/*.x /usr/include/tirpc/*/*.x)
for path in "$here/outside.x" "${files[@]}"; do
  # shellcheck disable=SC2046
  "$ONC_BIN/idlc" -o "$out" --percent drop $(options_of "${path##*/}") "$path" || fail "idlc refuses $path"
done

# Each header comes first somewhere, where nothing before it can help it.
cd "$out"
for source in *.cc; do
  header=${source%.cc}.h
  header=${header/.print/}
  [ "$(grep -m 1 '^#include' "$source")" = "#include \"$header\"" ] || fail "$source does not include $header first"
done

# compile COMPILER OPTION... SOURCE; xargs runs it.
compile() {
  local options=(-std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I. -I "$ONC_SOURCE/runtime")
  case ${*: -1} in
    *.async.cc) options+=(-fsyntax-only) ;; # Asio takes long to optimise
    *) options+=(-O2 -c -o /dev/null) ;;
  esac
  "$@" "${options[@]}" || { echo "$1 refuses ${*: -1}" >&2; return 255; }
}
export -f compile
asio=(-DASIO_STANDALONE -DASIO_NO_DEPRECATED -DASIO_DISABLE_STD_ALIGNED_ALLOC)
compile_all() { printf '%s\0' *.cc | xargs -0 -P 2 -I SOURCE bash -c 'compile "$@"' compile "$@" "${asio[@]}" SOURCE; }

compile_all g++ -Wno-restrict || fail "g++ does not take them all" # GCC bug 105651
sources=(*.cc)
echo "g++ takes ${#sources[@]} sources of ${#files[@]} .x files"
clang=$(command -v clang++-14 || command -v clang++) || {
  echo "skipped: clang++ is missing: apt-get install clang-14"
  exit 77
}
# As cmake/Compile.cmake has it, for Asio.
compile_all "$clang" -D__cpp_impl_coroutine=201902L -DASIO_HAS_CO_AWAIT -DASIO_HAS_STD_COROUTINE ||
  fail "clang++ does not take them all"
echo "clang++ takes them"
