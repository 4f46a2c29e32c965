// From a call message to its reply (RFC 5531 §9): no sockets, no threads.
#pragma once

#include <onc/server/service.h>
#include <onc/transport/arrival.h>

#include <functional>
#include <string>
#include <vector>

namespace onc::rpc {

struct CallHeader;

class Dispatcher {
 public:
  // Told what a handler threw, which its caller only sees as SYSTEM_ERR.
  using OnFailure = std::function<void(const Program&, std::uint32_t procedure, const std::string& what)>;

  // `arguments`: what decoding them may cost.
  explicit Dispatcher(xdr::Limits arguments = {}) : limits_(arguments) {}

  // `service` must outlive the dispatcher. Throws std::invalid_argument for a program and version there is already.
  void add(Service& service);
  void on_failure(OnFailure told) { on_failure_ = std::move(told); }

  const std::vector<Program>& programs() const { return programs_; }

  // Answers one message, whatever its bytes are.
  transport::Verdict answer(xdr::BytesView message, const transport::Arrival& arrival, xdr::Encoder& reply);

 private:
  Service* find(std::uint32_t program, std::uint32_t version) const;
  void refuse_program(const CallHeader& call, xdr::Encoder& reply) const;
  void serve(Service& service, const CallHeader& call, xdr::Decoder& arguments, const transport::Arrival& arrival,
             xdr::Encoder& reply);
  void run(Service& service, const CallHeader& call, xdr::Decoder& arguments, const Caller& caller,
           xdr::Encoder& reply);
  void failed(const Service& service, const CallHeader& call, const std::string& what) const;

  xdr::Limits limits_;
  OnFailure on_failure_;
  std::vector<Service*> services_;  // few: looked through faster than hashed
  std::vector<Program> programs_;
};

}  // namespace onc::rpc
