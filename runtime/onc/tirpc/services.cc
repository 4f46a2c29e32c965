#include <onc/message/message.h>
#include <onc/server/dispatcher.h>
#include <onc/tirpc/bridge.h>
#include <onc/tirpc/streams.h>

#include <sys/socket.h>

namespace onc::tirpc {

using transport::Address;
using transport::Protocol;

struct Services::State {
  xdr::Limits limits;
  rpc::Dispatcher dispatcher;
};

namespace {

// libtirpc has refused the others already.
rpc::CheckedCredential as_libtirpc_says(const rpc::Presented& presented) {
  if (presented.flavor != rpc::auth_flavor::sys) return {};
  return rpc::check_credential(presented.flavor, presented.credential);
}

// Where a call came from, as its transport knows it.
class Origin {
 public:
  explicit Origin(SVCXPRT& transport)
      : peer_(address(svc_getrpccaller(&transport))), local_(own_address(transport.xp_fd)) {
    int type = 0;
    socklen_t size = sizeof type;
    ::getsockopt(transport.xp_fd, SOL_SOCKET, SO_TYPE, &type, &size);
    if (local_.family() == AF_UNIX)
      arrival_.protocol = Protocol::local;
    else if (type == SOCK_DGRAM)
      arrival_.protocol = Protocol::udp;
    if (arrival_.protocol == Protocol::local) arrival_.peer_uid = peer_uid(transport.xp_fd);
    if (type == SOCK_DGRAM) arrival_.max_reply = largest_datagram;
  }

  const transport::Arrival& arrival() const { return arrival_; }

 private:
  // Of UDP over IPv4; libtirpc's own buffer may hold less, and then it does not send.
  static constexpr std::size_t largest_datagram = 65'507;

  static Address address(const netbuf* buffer) {
    if (!buffer || !buffer->buf) return {};
    return {static_cast<const sockaddr*>(buffer->buf), static_cast<socklen_t>(buffer->len)};
  }
  static Address own_address(int descriptor) {
    Address address;
    socklen_t size = Address::capacity();
    if (::getsockname(descriptor, address.data(), &size) == 0) address.resize(size);
    return address;
  }
  static std::optional<uid_t> peer_uid(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
  }

  Address peer_;
  Address local_;
  transport::Arrival arrival_{Protocol::tcp, peer_, local_, std::nullopt, std::size_t{1} << 30};
};

// The call as it came, but for its xid and verifier: those libtirpc keeps to itself.
void write_call(xdr::Encoder& out, const svc_req& request, xdr::BytesView arguments) {
  constexpr std::uint32_t call = 0;
  constexpr std::uint32_t rpc_version = 2;
  const opaque_auth& credential = request.rq_cred;
  for (const std::uint32_t word :
       {0U, call, rpc_version, static_cast<std::uint32_t>(request.rq_prog), static_cast<std::uint32_t>(request.rq_vers),
        static_cast<std::uint32_t>(request.rq_proc)})
    out.u32(word);
  out.i32(credential.oa_flavor);
  out.opaque(xdr::BytesView(reinterpret_cast<const std::byte*>(credential.oa_base), credential.oa_length),
             MAX_AUTH_BYTES);
  out.i32(rpc::auth_flavor::none);
  out.opaque(xdr::BytesView(), MAX_AUTH_BYTES);
  out.raw(arguments);
}

void send(SVCXPRT* transport, xdr::BytesView message) {
  using rpc::errc;
  if (message.empty()) return;
  xdr::Decoder in(message);
  const rpc::ReplyHeader reply = rpc::decode_reply(in);
  if (!reply.failure) {
    xdr::BytesView results = in.rest();
    if (!svc_sendreply(transport, view_of_bytes, &results)) svcerr_systemerr(transport);
    return;
  }
  switch (*reply.failure) {
    case errc::program_unavailable: return svcerr_noprog(transport);
    case errc::version_mismatch: return svcerr_progvers(transport, reply.versions.low, reply.versions.high);
    case errc::procedure_unavailable: return svcerr_noproc(transport);
    case errc::garbage_arguments: return svcerr_decode(transport);
    case errc::authentication_error: return svcerr_auth(transport, static_cast<auth_stat>(reply.why_refused));
    default: return svcerr_systemerr(transport);
  }
}

}  // namespace

// Bytes left over are no error over UDP, where libtirpc reads on in its buffer behind the message. Nothing is
// remembered, for it does not show the xid by which a repeat could be known.
Services::Services(xdr::Limits arguments) {
  arguments.lenient = true;
  state_.reset(new State{arguments, rpc::Dispatcher(arguments, rpc::ReplyCache::Limits{.bytes = 0})});
  state_->dispatcher.check_credentials(as_libtirpc_says);
}
Services::~Services() = default;

void Services::add(rpc::Service& service, rpc::ServiceOptions options) {
  state_->dispatcher.add(service, std::move(options));
}
void Services::on_failure(std::function<void(const rpc::Program&, std::uint32_t, const std::string&)> told) {
  state_->dispatcher.on_failure(std::move(told));
}
void Services::check_credentials(rpc::CredentialCheck check) { state_->dispatcher.check_credentials(std::move(check)); }
void Services::observe(rpc::Observer& observer) { state_->dispatcher.observe(observer); }

void Services::serve(svc_req* request, SVCXPRT* transport) noexcept try {
  Rest arguments{state_->limits.memory};
  if (!svc_getargs(transport, rest_of_message, &arguments)) return svcerr_decode(transport);
  xdr::Encoder call;
  write_call(call, *request, arguments.bytes);
  const Origin origin(*transport);
  xdr::Encoder reply;
  state_->dispatcher.answer(call.bytes(), origin.arrival(), reply);
  send(transport, reply.bytes());
} catch (const std::exception&) {
  svcerr_systemerr(transport);
}

}  // namespace onc::tirpc
