#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/tirpc/bridge.h>
#include <onc/tirpc/streams.h>
#include <onc/transport/endpoint.h>

#include <algorithm>
#include <optional>

namespace onc::tirpc {
namespace {

using rpc::errc;
using transport::TimePoint;

// An AUTH of libtirpc's that sends a credential of ours as it is.
class GivenCredential {
 public:
  GivenCredential(std::int32_t flavor, xdr::BytesView body) {
    auth_.ah_ops = &operations;
    auth_.ah_cred.oa_flavor = flavor;
    auth_.ah_cred.oa_base = reinterpret_cast<char*>(const_cast<std::byte*>(body.data()));
    auth_.ah_cred.oa_length = static_cast<u_int>(body.size());
    auth_.ah_verf = _null_auth;
  }
  AUTH* get() { return &auth_; }

 private:
  static void nothing(AUTH*) {}
  static int write(AUTH* auth, XDR* stream) {
    return xdr_opaque_auth(stream, &auth->ah_cred) && xdr_opaque_auth(stream, &auth->ah_verf);
  }
  static int accept(AUTH*, opaque_auth*) { return TRUE; }
  static int has_no_other(AUTH*, void*) { return FALSE; }
  static int pass(AUTH*, XDR* stream, xdrproc_t value, caddr_t at) { return value(stream, at); }

  static inline AUTH::auth_ops operations{nothing, write, accept, has_no_other, nothing, pass, pass};
  AUTH auth_{};
};

// A number of a handle, for as long as this lives another than it was made for.
class Exchanged {
 public:
  // Throws where it cannot be changed: a procedure of another program would be called. A handle that does not say what
  // it has is taken for the right one.
  Exchanged(CLIENT& handle, u_int get, u_int set, std::uint32_t wanted) : handle_(handle), set_(set) {
    std::uint32_t had = 0;
    if (!clnt_control(&handle, get, &had) || had == wanted) return;
    if (!clnt_control(&handle, set, &wanted))
      throw std::system_error(std::make_error_code(std::errc::operation_not_supported));
    had_ = had;
  }
  Exchanged(const Exchanged&) = delete;
  Exchanged& operator=(const Exchanged&) = delete;
  ~Exchanged() {
    if (had_) clnt_control(&handle_, set_, &*had_);
  }

 private:
  CLIENT& handle_;
  u_int set_;
  std::optional<std::uint32_t> had_;
};

// Lets a handle, for one call, name another program and carry another credential than it does for those it was made
// for.
class Borrowed {
 public:
  Borrowed(CLIENT& handle, const rpc::CallHeader& call)
      : handle_(handle),
        auth_(handle.cl_auth),
        credential_(call.flavor, call.credential),
        program_(handle, CLGET_PROG, CLSET_PROG, call.program),
        version_(handle, CLGET_VERS, CLSET_VERS, call.version) {
    if (call.flavor != rpc::auth_flavor::none) handle.cl_auth = credential_.get();
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { handle_.cl_auth = auth_; }

 private:
  CLIENT& handle_;
  AUTH* auth_;
  GivenCredential credential_;
  Exchanged program_;
  Exchanged version_;
};

// A generated client writes whole messages and reads whole messages: this one takes the first apart for clnt_call(),
// and writes the second from what that returns.
class HandleChannel final : public transport::Channel {
 public:
  HandleChannel(CLIENT& handle, std::size_t max_reply) : handle_(handle), max_reply_(max_reply) {}

  // It is libtirpc that repeats.
  bool reliable() const override { return true; }
  bool survives(const std::error_code&) const override { return true; }
  void send(xdr::Encoder& message, TimePoint deadline) override;
  void send_records(xdr::BytesView records, TimePoint deadline) override;
  std::optional<xdr::BytesView> receive(TimePoint deadline) override;
  std::string peer() const override;

 private:
  void call(const rpc::CallHeader& header, xdr::BytesView arguments, timeval timeout, Rest& results);
  void answer(std::uint32_t xid, const Rest& results);
  // For receive() to throw: the server may have got the call. What send() throws it cannot.
  void fail(std::error_code code) { failure_ = code; }
  bool is_datagram() const;

  CLIENT& handle_;
  std::size_t max_reply_;
  xdr::Encoder reply_;
  std::error_code failure_;
};

std::error_code of_system(int number, errc otherwise) {
  if (number == 0) return make_error_code(otherwise);
  return {number, std::generic_category()};
}

// In milliseconds, for which datagrams are waited; 0 means to libtirpc that no reply is wanted.
timeval time_until(TimePoint deadline, TimePoint now) {
  if (deadline <= now) throw std::system_error(make_error_code(errc::timed_out));
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return {left / 1'000, left % 1'000 * 1'000};
}

void HandleChannel::send(xdr::Encoder& message, TimePoint deadline) {
  xdr::Decoder in(message.bytes().subspan(transport::mark_size));
  rpc::CallHeader header;
  rpc::decode_call(in, header);
  Rest results{max_reply_};
  call(header, in.rest(), time_until(deadline, now()), results);
  answer(header.xid, results);
}

// libtirpc's "message passing": a call that has results and does not wait for them has been sent when it times out.
// Datagrams are not even sent then.
void HandleChannel::send_records(xdr::BytesView records, TimePoint) {
  const timeval no_time{0, is_datagram() ? 1'000 : 0};
  while (!records.empty()) {
    const std::size_t size = transport::size_in_mark(records);
    xdr::Decoder in(records.subspan(transport::mark_size, size));
    rpc::CallHeader header;
    rpc::decode_call(in, header);
    Rest results{max_reply_};
    call(header, in.rest(), no_time, results);
    rpc_err error{};
    clnt_geterr(&handle_, &error);
    if (error.re_status != RPC_SUCCESS && error.re_status != RPC_TIMEDOUT)
      throw std::system_error(of_system(error.re_status == RPC_CANTSEND ? error.re_errno : 0, errc::connection_lost));
    records = records.subspan(transport::mark_size + size);
  }
}

void HandleChannel::call(const rpc::CallHeader& header, xdr::BytesView arguments, timeval timeout, Rest& results) {
  const Borrowed borrowed(handle_, header);
  clnt_call(&handle_, header.procedure, view_of_bytes, &arguments, rest_of_message, &results, timeout);
}

bool HandleChannel::is_datagram() const {
  int descriptor = -1;
  int type = 0;
  socklen_t size = sizeof type;
  return clnt_control(&handle_, CLGET_FD, &descriptor) &&
         ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM;
}

// What the server said becomes the reply that said it; what libtirpc saw itself becomes an error.
void HandleChannel::answer(std::uint32_t xid, const Rest& results) {
  reply_.clear();
  failure_.clear();
  rpc_err error{};
  clnt_geterr(&handle_, &error);
  switch (error.re_status) {
    case RPC_SUCCESS: rpc::encode_success(reply_, xid); return reply_.raw(results.bytes);
    case RPC_PROGUNAVAIL: return rpc::encode_program_unavailable(reply_, xid);
    case RPC_PROGVERSMISMATCH:
      return rpc::encode_program_mismatch(reply_, xid, {error.re_vers.low, error.re_vers.high});
    case RPC_PROCUNAVAIL: return rpc::encode_procedure_unavailable(reply_, xid);
    case RPC_CANTDECODEARGS: return rpc::encode_garbage_arguments(reply_, xid);
    case RPC_SYSTEMERROR: return rpc::encode_system_error(reply_, xid);
    case RPC_VERSMISMATCH: throw std::system_error(make_error_code(errc::rpc_mismatch));
    case RPC_AUTHERROR:
      // A verifier that is not the server's comes with the reply to a call that was run.
      if (error.re_why == AUTH_INVALIDRESP) return fail(make_error_code(errc::authentication_error));
      return rpc::encode_authentication_error(reply_, xid, static_cast<rpc::AuthStatus>(error.re_why));
    case RPC_CANTENCODEARGS: throw std::system_error(EMSGSIZE, std::generic_category());
    case RPC_CANTSEND:
      // A datagram may be a repeat; a record that did not leave whole is not run.
      if (is_datagram()) return fail(of_system(error.re_errno, errc::connection_lost));
      throw std::system_error(of_system(error.re_errno, errc::connection_lost));
    case RPC_TIMEDOUT: return fail(make_error_code(errc::timed_out));
    case RPC_CANTDECODERES: return fail(make_error_code(results.too_long ? errc::record_too_long : errc::bad_reply));
    case RPC_INTR: return fail(make_error_code(std::errc::interrupted));
    case RPC_CANTRECV:
    case RPC_UDERROR: return fail(of_system(error.re_errno, errc::connection_lost));
    default: return fail(make_error_code(errc::connection_lost));
  }
}

std::optional<xdr::BytesView> HandleChannel::receive(TimePoint) {
  if (failure_) throw std::system_error(failure_);
  return reply_.bytes();
}

std::string HandleChannel::peer() const {
  netbuf server{};
  if (!clnt_control(&handle_, CLGET_SVC_ADDR, &server) || !server.buf) return "a CLIENT of libtirpc";
  const transport::Address address(static_cast<const sockaddr*>(server.buf), static_cast<socklen_t>(server.len));
  const auto protocol = address.is_ip() ? is_datagram() ? transport::Protocol::udp : transport::Protocol::tcp
                                        : transport::Protocol::local;
  return transport::Endpoint::at(protocol, address).text();
}

}  // namespace

std::unique_ptr<transport::Channel> channel(CLIENT* handle, std::size_t max_reply) {
  return std::make_unique<HandleChannel>(*handle, max_reply);
}

}  // namespace onc::tirpc
