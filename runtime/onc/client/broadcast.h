// One question to everybody who serves a program.
#pragma once

#include <onc/auth/auth.h>
#include <onc/rpc/error.h>
#include <onc/rpc/program.h>
#include <onc/transport/address.h>
#include <onc/xdr/codec_ref.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace onc::rpc {

struct BroadcastOptions {
  // How long answers are waited for; at most a year.
  std::chrono::milliseconds duration{3'000};
  // The question is repeated after this, and then after twice as long each time: it or answers may be lost. At least
  // 10 ms.
  std::chrono::milliseconds repeat_after{500};
  // Where servers listen. Without one, the portmappers of all hosts are asked to pass the question on (CALLIT, RFC 1833
  // §2.2.1), and those without the program stay silent. Many portmappers, ours among them, do so only by choice.
  std::optional<std::uint16_t> port = {};
  // IPv4 or IPv6 addresses: a broadcast address, a multicast group as in ff02::202%eth0, or a host. Without any, every
  // interface of this host.
  std::vector<std::string> to = {};
  // Of the portmappers.
  std::uint16_t portmapper_port = 111;
  Credential credential = Credential::none();
  // What decoding an answer may cost.
  xdr::Limits decoding = {};
  // Hosts that are listened to. Whoever forges senders can make no more.
  std::size_t max_answers = 10'000;
};

// What one server says.
class Answer {
 public:
  Answer(const transport::Address& from, xdr::BytesView results, const xdr::Limits& decoding)
      : from_(from), results_(xdr::to_bytes(results)), decoding_(decoding) {}

  // The server, with the port it serves at.
  const transport::Address& from() const { return from_; }
  // To read what is no struct or union. Lives no longer than the answer.
  xdr::Decoder results() const { return xdr::Decoder(results_, decoding_); }
  // A struct or union of the .x. Throws xdr::Error where it is none: senders may lie.
  template <class T>
  T as() const {
    return results().last<T>();
  }

 private:
  transport::Address from_;
  xdr::Bytes results_;
  xdr::Limits decoding_;
};

// Asks over UDP:
//
//   onc::rpc::Broadcast asked(TIME::v1::procedures::GETTIME);
//   while (const auto answer = asked.next()) std::cout << answer->from().text() << ' ' << answer->as<Time>() << '\n';
//
// Not for several threads at once.
class Broadcast {
 public:
  // `arguments`: a struct or union of a .x, or a function that takes the encoder; no more than 1,200 bytes, so that a
  // packet carries them. Throws Error(bad_endpoint), xdr::Error, and std::system_error where there is no socket.
  explicit Broadcast(const Procedure& procedure, xdr::EncodeRef arguments = {}, BroadcastOptions options = {});
  Broadcast(Broadcast&&) noexcept;
  Broadcast& operator=(Broadcast&&) noexcept;
  ~Broadcast();

  // The next server's answer, each server's once; nothing when the time is over. Refusals and nonsense are passed over.
  std::optional<Answer> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onc::rpc
