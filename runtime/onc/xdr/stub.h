// What the C++ of a .x file without programs includes.
#pragma once

#include <onc/xdr/cpp20.h>  // first

#include <onc/xdr/arm.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/decoder.h>
#include <onc/xdr/encoder.h>
#include <onc/xdr/error.h>
#include <onc/xdr/printer.h>
#include <onc/xdr/types.h>
