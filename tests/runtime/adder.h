// A program as idlc would write it, small enough to read in a test: ADDER.add(a, b), and procedures that fail.
#pragma once

#include <onc/rpc/stub.h>

#include <stdexcept>

namespace adder {

inline constexpr onc::rpc::Program program{0x20000042, 2, "ADDER", "v2"};

namespace procedures {
inline constexpr onc::rpc::Procedure null{program, 0, "null"};
inline constexpr onc::rpc::Procedure add{program, 1, "add"};
inline constexpr onc::rpc::Procedure fail{program, 2, "fail"};
inline constexpr onc::rpc::Procedure refuse{program, 3, "refuse"};
inline constexpr onc::rpc::Procedure stay_silent{program, 4, "stay_silent"};
inline constexpr onc::rpc::Procedure long_reply{program, 5, "long_reply"};
inline constexpr onc::rpc::Procedure call_another{program, 6, "call_another"};
inline constexpr onc::rpc::Procedure note{program, 8, "note"};
inline constexpr onc::rpc::Procedure count{program, 9, "count"};
}  // namespace procedures

class Server : public onc::rpc::Service {
 public:
  explicit Server(const onc::rpc::Program& as = adder::program) : Service(as) {}

  int calls = 0;
  std::vector<std::int32_t> noted;
  std::optional<onc::rpc::SysParameters> last_sys;
  std::string last_principal;

  void dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                const onc::rpc::Caller& caller) override {
    ++calls;
    last_sys = caller.sys;
    last_principal = caller.principal;
    switch (procedure) {
      case 0: return arguments.finish();
      case 1: {
        const std::int32_t a = arguments.i32();
        const std::int32_t b = arguments.i32();
        arguments.finish();
        return results.i32(a + b);
      }
      case 2:
        arguments.finish();
        results.i32(1);
        throw std::runtime_error("out of luck");
      case 3: arguments.finish(); throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
      case 4: arguments.finish(); throw onc::rpc::NoReply();
      case 5: {
        const std::uint32_t size = arguments.u32();
        arguments.finish();
        return results.opaque(onc::xdr::Bytes(size), onc::xdr::unbounded);
      }
      // What this handler was told as a client is not about its own caller.
      case 6: arguments.finish(); throw onc::rpc::Error(onc::rpc::errc::procedure_unavailable, adder::program);
      case 7: arguments.finish(); throw 42;
      case 8: noted.push_back(arguments.i32()); return arguments.finish();
      // How many calls there have been, this one among them.
      case 9: arguments.finish(); return results.i32(calls);
      default: break;
    }
    throw onc::rpc::Error(onc::rpc::errc::procedure_unavailable, adder::program);
  }
};

class Client : public onc::rpc::ClientFor<Client, program> {
 public:
  using ClientFor::ClientFor;

  // RFC 5531 §8: what the server has been told not to answer.
  void note(std::int32_t a) {
    begin_call(procedures::note).i32(a);
    end_void_call();
  }
  void null() {
    call(
        procedures::null, [](onc::xdr::Encoder&) {}, [](onc::xdr::Decoder&) {});
  }
  std::int32_t add(std::int32_t a, std::int32_t b) {
    std::int32_t sum = 0;
    call(
        procedures::add,
        [&](onc::xdr::Encoder& out) {
          out.i32(a);
          out.i32(b);
        },
        [&](onc::xdr::Decoder& in) { sum = in.i32(); });
    return sum;
  }
  onc::xdr::Bytes long_reply(std::uint32_t size) {
    onc::xdr::Bytes bytes;
    call(
        procedures::long_reply, [&](onc::xdr::Encoder& out) { out.u32(size); },
        [&](onc::xdr::Decoder& in) { in.opaque(bytes, onc::xdr::unbounded); });
    return bytes;
  }
};

}  // namespace adder
