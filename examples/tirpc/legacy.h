/* What C++ may see of legacy.c: rpcgen's own header has macros called TIME and v1. */
#pragma once

#include <rpc/rpc.h>

#ifdef __cplusplus
extern "C" {
#endif

void time_1(struct svc_req* request, SVCXPRT* transport); /* rpcgen -m: the dispatcher */
int legacy_year(void);
int legacy_set_year(CLIENT* handle, int year);

#ifdef __cplusplus
}
#endif
