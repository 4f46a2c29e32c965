#include <onc/client/failure.h>
#include <onc/client/observation.h>
#include <onc/transport/record.h>

namespace onc::rpc {

ClientObservation::ClientObservation(const Observers& observers, const Procedure& procedure, std::uint32_t xid,
                                     std::string peer, const xdr::Encoder& message, std::size_t arguments)
    : observers_(&observers),
      call_{.side = ObservedCall::Side::client,
            .program = procedure.program,
            .procedure = procedure.number,
            .procedure_name = procedure.name,
            .xid = xid,
            .peer = std::move(peer),
            .bytes = message.size() - transport::mark_size,
            .arguments = message.bytes().last(arguments)} {
  observers_->started(call_);
  call_.arguments = {};
}

ClientObservation::~ClientObservation() { tell({.failure = std::make_error_code(std::errc::operation_canceled)}); }

void ClientObservation::failed(const std::system_error& error) {
  const Procedure procedure{call_.program, call_.procedure, call_.procedure_name};
  tell({.failure = error.code(), .why = without_call(error.what(), procedure), .bytes = reply_bytes_});
}

void ClientObservation::tell(ObservedEnd end) {
  if (!observers_) return;
  end.took = transport::Clock::now() - began_;
  std::exchange(observers_, nullptr)->ended(call_, end);
}

}  // namespace onc::rpc
