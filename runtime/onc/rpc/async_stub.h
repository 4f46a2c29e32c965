// What files.x.async.h includes: the asynchronous clients and servers. Blocking ones have rpc/stub.h.
#pragma once

#include <onc/xdr/cpp20.h>  // first

#include <onc/client/async_client.h>
#include <onc/rpc/error.h>
#include <onc/rpc/program.h>
#include <onc/server/async_service.h>
