// What the C++ of a .x file with programs includes. No Asio here: a blocking caller never compiles it.
#pragma once

#include <onc/xdr/cpp20.h>  // first

#include <onc/client/client.h>
#include <onc/rpc/error.h>
#include <onc/rpc/program.h>
#include <onc/server/service.h>
#include <onc/xdr/stub.h>
