// What files.x.async.h includes: the asynchronous clients and servers. Blocking ones have rpc/stub.h.
#pragma once

#include <onc/xdr/cpp20.h>  // first

// Comes with the library; without it Asio would be another here than there.
#ifndef ASIO_DISABLE_STD_ALIGNED_ALLOC
#error "asynchronous clients and servers take more than onc::onc: link onc::async, or use pkg-config's oncpp-async"
#endif

#include <onc/client/async_client.h>
#include <onc/rpc/error.h>
#include <onc/rpc/program.h>
#include <onc/server/async_service.h>
