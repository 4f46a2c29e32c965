/* What nis_callback.x includes and Debian does not have: rpcgen's of nis_object.x stands behind it. */
#pragma once

extern bool_t xdr_nis_object(XDR* xdrs, nis_object* object);
