// The blocking client: the base of every generated Client.
#pragma once

#include <onc/auth/auth.h>
#include <onc/client/call_options.h>
#include <onc/rpc/error.h>
#include <onc/rpc/program.h>
#include <onc/transport/address.h>
#include <onc/transport/channel.h>
#include <onc/xdr/codec_ref.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace onc::rpc {

class Observer;

// Whether a call that failed is made again, on a new connection, as long as its time lasts: with the same xid and every
// other byte the same (RFC 5531 §5), and, where it may have run, from the port it was made from if that is still free.
struct Retrying {
  // How often. Only where it surely did not run: nobody listened yet, or the server hung up before it had the call.
  int times = 0;
  // Before the first time; doubles each time, up to 8 s. At least 10 ms.
  std::chrono::milliseconds wait{100};
  // Also where it may have run: for clients that only call what may run twice.
  bool even_if_it_may_have_run = false;
  // Also where it may have run, but from the port it was made from or not at all: for services that tell by it that it
  // is a repeat (ServiceOptions::once_across_connections). Over local sockets not at all.
  bool once_across_connections = false;
};

struct ClientOptions {
  // For a whole call: finding the server, connecting, every repeat, the last byte of the reply. At most a year.
  std::chrono::milliseconds timeout{10'000};
  // UDP: how long to wait before the first repeat; doubles each time, up to 8 s. At least 10 ms.
  std::chrono::milliseconds retransmit_after{1'000};
  Retrying retrying = {};
  Credential credential = Credential::none();
  // reserved: what servers of the trusting kind ask for, NFS among them; takes root.
  transport::SourcePort source_port = transport::SourcePort::any;
  // The longest reply that is read over TCP and local sockets, in bytes.
  std::size_t max_reply = std::size_t{16} << 20;
  // What decoding a reply may cost, and whether the server may be careless about it.
  xdr::Limits decoding = {};
  // Told of every call and how it ends. It must outlive the client and its calls.
  Observer* observer = nullptr;
};

// Calls one version of one program. Connects at the first call, and again at the next call after a failure or when the
// server has hung up meanwhile.
//
// Calls without a reply are client.one_way().log("text"), of procedures without a result. Over TCP and local sockets
// they are gathered, and sent together with the next ordinary call, with flush(), or when they are many: the first 8
// KiB, then twice as much each time up to 64 KiB, until an ordinary call or flush(). Over UDP they leave at once, each
// only once. What becomes of them the client never learns, but that an ordinary call made after them, on the same
// connection, was answered: then the server has got them all. Of a client that is destroyed they are lost: flush().
//
// Not for several threads at once.
class Client {
 public:
  // `server`: tcp://host:port, udp://host:port, local:///path; without a port, or just a host, its portmapper is asked.
  // Throws Error(bad_endpoint).
  explicit Client(std::string_view server, ClientOptions options = {});
  // Over a channel that stands already. When it breaks, later calls fail too.
  explicit Client(std::unique_ptr<transport::Channel> channel, ClientOptions options = {});
  // On the connection of `other`, which both keep.
  Client(const Client& other, const CallOptions& options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  virtual ~Client();

  void set_timeout(std::chrono::milliseconds timeout);
  void set_credential(Credential credential);

  // Sends what one-way calls have left behind. Throws Error.
  void flush();

  // One call. Each a struct or union of a .x, or a function that takes the encoder or decoder.
  // Throws Error; xdr::Error where an argument breaks a bound of the .x, and then nothing was sent.
  void call(const Procedure& procedure, xdr::EncodeRef arguments, xdr::DecodeRef results);

 protected:
  // The same in two steps. The first gives the call message, for its arguments; large opaques among them are only
  // referred to, and must stay where they are until the second is through.
  xdr::Encoder& begin_call(const Procedure& procedure);
  // Sends it and waits for its reply: the results, in the channel's buffer until the next call. Results that are not
  // what the .x says are Error(undecodable_reply) where they are read. Bytes left over are passed over: Debian's
  // rpc.rstatd sends four more than its own .x declares.
  xdr::Decoder& end_call();
  // The same where there are no results; only such a call may be one-way.
  void end_void_call();

  const CallOptions& call_options() const { return options_; }

 private:
  struct State;

  std::shared_ptr<State> state_;
  CallOptions options_;
};

// The base of a generated Client, which `Generated` is: client.within(500ms).lookup("motd").
template <class Generated, const Program& program>
class ClientFor : public Adjustable<Generated, Client> {
 public:
  using Adjustable<Generated, Client>::Adjustable;

  // Whether somebody serves this version of the program: calls procedure 0, which does nothing (RFC 5531 §12.1) unless
  // the .x gives it another meaning. Throws Error where nobody does. A procedure of this name in the .x hides it.
  void ping() {
    if (this->call_options().one_way) throw std::logic_error("ping waits for an answer, so it cannot be one-way");
    this->begin_call({program, 0, "ping"});
    this->end_void_call();
  }
};

}  // namespace onc::rpc
