// Stands before each of the portmapper's faces: what holds for every call, whatever its version.
#pragma once

#include "portmapper/statistics.h"

#include <onc/server/service.h>

namespace portmapper {

// Counts calls, and keeps answers short that may go to somebody who never asked: over UDP a sender's address can be
// forged, and an answer longer than its question would help a forger flood its victim.
class Gate : public onc::rpc::Service {
 public:
  // Both must outlive the gate.
  Gate(onc::rpc::Service& face, Statistics& statistics)
      : Service(face.program()), face_(face), statistics_(statistics) {}

 private:
  // Throws onc::rpc::Refusal for an answer that is too long, and at once for what would tell the whole table: it is to
  // be had over TCP.
  void dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                const onc::rpc::Caller& caller) override;

  onc::rpc::Service& face_;
  Statistics& statistics_;
};

}  // namespace portmapper
