// Values as text and as JSON, for logs, traces and tools.
#pragma once

namespace onc::xdr {

class Printer;

}  // namespace onc::xdr
