// What a .x became, between the parts of a program that stands on libtirpc: so that one procedure at a time can move.
// doc/tirpc.md shows it.
#pragma once

#include <onc/rpc/observer.h>
#include <onc/server/service.h>
#include <onc/transport/channel.h>
#include <onc/xdr/codec_ref.h>

#include <cstdarg>
#include <functional>
#include <memory>
#include <string>

#include <rpc/rpc.h>

namespace onc::tirpc {

namespace streams {

bool_t put(XDR& stream, xdr::EncodeRef value) noexcept;
bool_t get(XDR& stream, xdr::DecodeRef value) noexcept;
bool_t get_last(XDR& stream, xdr::DecodeRef value) noexcept;

template <class T>
bool_t pass(XDR& stream, T& value, bool_t (*get)(XDR&, xdr::DecodeRef) noexcept) noexcept {
  switch (stream.x_op) {
    case XDR_ENCODE: return put(stream, value);
    case XDR_DECODE: return get(stream, value);
    case XDR_FREE:
      // Assigning would leave a string its memory, for which some of those who call this have no destructor.
      std::destroy_at(&value);
      std::construct_at(&value);
      return TRUE;
  }
  return FALSE;
}

}  // namespace streams

// A struct or union of a .x where libtirpc wants an xdrproc_t: clnt_call(handle, 1, onc::tirpc::xdr<Name>, &name, ...).
// Any stream will do, and the value may stand in the middle of one. FALSE where a bound of the .x is broken, where the
// default xdr::Limits are, and where the stream is; nothing was written then.
//
// The value must be one: constructed, and not just memory, as xdr_pointer() and xdr_array() would make it. XDR_FREE
// makes it a new one.
//
// A long list that is read from a connection costs its length squared, and is refused where that would be much: a
// stream does not say where a value ends. Where it ends the message, as arguments and results do, xdr_last does better.
template <class T>
bool_t xdr(XDR* stream, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, stream);
  T& value = *static_cast<T*>(va_arg(arguments, void*));
  va_end(arguments);
  return streams::pass(*stream, value, streams::get);
}

// The same for the last value of a message. Reads all that is left, and passes over what follows the value: over UDP
// libtirpc does not tell its servers where a message ends, and shows them what was in its buffer before.
template <class T>
bool_t xdr_last(XDR* stream, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, stream);
  T& value = *static_cast<T*>(va_arg(arguments, void*));
  va_end(arguments);
  return streams::pass(*stream, value, streams::get_last);
}

// The way to the server that `handle` has, for a generated Client:
//
//   files::FILES::v1::Client client(onc::tirpc::channel(handle));
//
// Other code may go on using the handle, which must outlive the client and still is its maker's to destroy; neither is
// for several threads at once. Each call names its own program and version, and carries the handle's cl_auth, unless
// the client has a credential other than none. It takes as long as the client's timeout says, unless the handle has
// one of its own (CLSET_TIMEOUT). Over UDP libtirpc repeats it, as the handle says (CLSET_RETRY_TIMEOUT), and one-way
// calls are gathered too. After an error the client can be used as long as the handle can: over TCP not after a call
// that is never answered, for libtirpc takes the next reply for the late one.
std::unique_ptr<transport::Channel> channel(CLIENT* handle, std::size_t max_reply = std::size_t{16} << 20);

// Generated services behind the transports that libtirpc serves.
//
//   Clock clock;                               // a Server of the .x, filled in
//   onc::tirpc::Services services;
//   ...
//   services.add(clock);
//   svc_reg(transport, program.number, program.version, onc::tirpc::dispatch<services>, config);  // time_::TIME::v1::
//
// What libtirpc's own check of credentials lets through is served. Callers are let off as libtirpc does
// (Limits::lenient). It remembers replies over UDP where it is told to (svc_dg_enablecache): ServiceOptions::idempotent
// and on_workers change nothing. Not for several threads at once.
class Services {
 public:
  // `arguments`: what decoding them may cost. The memory is also the most that is read of them.
  explicit Services(xdr::Limits arguments = {});
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;
  ~Services();

  // `service` must outlive this. Throws std::invalid_argument for a program and version there is already.
  void add(rpc::Service& service, rpc::ServiceOptions options = {});
  // Told what a handler threw; its caller only sees SYSTEM_ERR.
  void on_failure(std::function<void(const rpc::Program&, std::uint32_t procedure, const std::string& what)> told);
  void check_credentials(rpc::CredentialCheck check);
  // Must outlive this. Calls have no xid: libtirpc does not show it.
  void observe(rpc::Observer& observer);

  // Answers the call: for a dispatch function of one's own, which leaves some procedures to rpcgen's.
  void serve(svc_req* request, SVCXPRT* transport) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A dispatch function for svc_reg() and svc_register(). `services` is a Services with a name of its own: not local.
template <auto& services>
void dispatch(svc_req* request, SVCXPRT* transport) noexcept {
  services.serve(request, transport);
}

}  // namespace onc::tirpc
