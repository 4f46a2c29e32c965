// What holds whatever the bytes are.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "it does not hold that %s\n", what);
  std::abort();
}
