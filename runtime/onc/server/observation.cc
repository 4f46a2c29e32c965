#include <onc/server/observation.h>
#include <onc/transport/endpoint.h>

namespace onc::rpc {
namespace {

const char* name_of(const Program* program, std::uint32_t procedure) {
  const CallPrint* print = program && program->prints ? program->prints->find(procedure) : nullptr;
  return print ? print->name : nullptr;
}

}  // namespace

Observation::Observation(const Observers& observers, const CallHeader& header, const Program* program,
                         xdr::BytesView message, xdr::BytesView arguments, const transport::Arrival& arrival)
    : observers_(&observers),
      call_{.side = ObservedCall::Side::server,
            .program = program ? *program : Program{header.program, header.version, nullptr, nullptr},
            .procedure = header.procedure,
            .procedure_name = name_of(program, header.procedure),
            .xid = header.xid,
            .peer = transport::Endpoint::at(arrival.protocol, arrival.peer).text(),
            .bytes = message.size(),
            .arguments = arguments} {
  observers_->started(call_);
  call_.arguments = {};
}

Observation::~Observation() {
  if (observers_) tell({.failure = std::make_error_code(std::errc::operation_canceled)});
}

// Read from what leaves, so that what is told cannot differ from what is answered.
void Observation::end(xdr::BytesView reply) {
  ObservedEnd end;
  end.failure = failure_;
  end.bytes = reply.size();
  std::string why = failure_ ? failure_.message() : silence_;
  if (!reply.empty()) {
    xdr::Decoder in(reply);
    const ReplyHeader header = decode_reply(in);
    if (header.failure)
      end.failure = *header.failure;
    else
      end.results = in.rest();
    why = why_not_served(header);
  }
  if (end.failure && !what_.empty()) why += ": " + what_;
  end.why = why;
  tell(end);
}

void Observation::tell(ObservedEnd end) {
  end.took = transport::Clock::now() - began_;
  std::exchange(observers_, nullptr)->ended(call_, end);
}

}  // namespace onc::rpc
