#include "theirs.h"

#include <rpc/rpc.h>

int their_decode(const Their* type, const void* bytes, size_t size, void* value, size_t* used) {
  XDR xdrs;
  xdrmem_create(&xdrs, (char*)bytes, (u_int)size, XDR_DECODE);
  const int accepted = type->move(&xdrs, value);
  *used = xdr_getpos(&xdrs);
  return accepted;
}

int their_encode(const Their* type, void* value, void* bytes, size_t size, size_t* used) {
  XDR xdrs;
  xdrmem_create(&xdrs, bytes, (u_int)size, XDR_ENCODE);
  const int accepted = type->move(&xdrs, value);
  *used = xdr_getpos(&xdrs);
  return accepted;
}

void their_free(const Their* type, void* value) {
  XDR xdrs = {.x_op = XDR_FREE};
  type->move(&xdrs, value);
}
