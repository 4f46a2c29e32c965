// Where portmappers are looked for.
#pragma once

#include <onc/transport/endpoint.h>

#include <vector>

namespace onc::binding {

// Of another host, for a program reached over `protocol`: rpcbind tells what is on the transport it is asked over.
std::vector<transport::Endpoint> portmappers_of(const std::string& host, transport::Protocol protocol);

// Of this host, to register with: its local socket shows who registers, so it comes first.
std::vector<transport::Endpoint> own_portmappers();

}  // namespace onc::binding
