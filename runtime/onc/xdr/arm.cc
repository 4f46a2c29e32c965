#include <onc/xdr/arm.h>

#include <cstdio>
#include <cstdlib>

namespace onc::xdr {

void wrong_arm(const char* name) {
  std::fprintf(stderr, "%s was read from a union that holds another arm\n", name);
  std::abort();
}

}  // namespace onc::xdr
