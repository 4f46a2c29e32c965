// Where portmappers are looked for, and how they say that they are too old.
#pragma once

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <vector>

namespace onc::binding {

// Of another host, for a program reached over `protocol`: rpcbind tells what is on the transport it is asked over.
// One for each address of the host.
std::vector<transport::Endpoint> portmappers_of(const std::string& host, transport::Protocol protocol,
                                                transport::TimePoint deadline);

// Of this host, to register with: its local socket shows who registers, so it comes first.
std::vector<transport::Endpoint> own_portmappers();

// A portmapper is there, but does not know the version or the procedure it was called with.
bool speaks_another_version(const rpc::Error& error);

}  // namespace onc::binding
