// Stands before each of the portmapper's faces: what holds for every call, whatever its version.
#pragma once

#include "portmapper/access.h"
#include "portmapper/rate.h"
#include "portmapper/statistics.h"

#include <onc/server/service.h>

namespace portmapper {

// Counts calls, keeps out who asks too often or may not ask at all, and keeps answers short that may go to somebody who
// never asked: over UDP a sender's address can be forged, and an answer longer than its question would help a forger
// flood its victim.
class Gate : public onc::rpc::Service {
 public:
  // All of them must outlive the gate.
  Gate(onc::rpc::Service& face, const Rules& rules, RateLimit& rate, Statistics& statistics)
      : Service(face.program()), face_(face), rules_(rules), rate_(rate), statistics_(statistics) {}

  // Throws onc::rpc::Refusal for an answer that is too long, and at once for what would tell the whole table: it is to
  // be had over TCP.
  void dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                const onc::rpc::Caller& caller) override;

  // Counts the call. Throws what it is answered where this caller may not make it: silence over UDP for one too many,
  // and onc::rpc::Refusal.
  void admit(std::uint32_t procedure, onc::xdr::BytesView arguments, const onc::rpc::Caller& caller);

 private:
  void answer(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
              const onc::rpc::Caller& caller);
  void tell_refused(const onc::rpc::Caller& caller, const std::string& why) const;

  onc::rpc::Service& face_;
  const Rules& rules_;
  RateLimit& rate_;
  Statistics& statistics_;
};

}  // namespace portmapper
