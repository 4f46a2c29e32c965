#include "info/probe.h"

#include <onc/client/failure.h>
#include <onc/client/observation.h>
#include <onc/client/xid.h>
#include <onc/transport/connect.h>

#include <algorithm>

namespace info {

using onc::rpc::Error;
using onc::transport::Clock;
using onc::transport::TimePoint;

namespace {

constexpr std::size_t longest_reply = std::size_t{64} << 10;  // an empty one has 24 bytes
constexpr std::chrono::seconds first_wait{1};
constexpr std::chrono::seconds longest_wait{8};

}  // namespace

Probe::Probe(const onc::transport::Endpoint& server, std::uint32_t program, std::string name,
             std::chrono::milliseconds timeout)
    : server_(server), program_(program), name_(std::move(name)), timeout_(timeout), xid_(onc::rpc::first_xid()) {
  try {
    channel_ = onc::transport::connect(server_, Clock::now() + timeout_, longest_reply);
  } catch (const Error&) {
    throw;
  } catch (const std::system_error& error) {
    fail(0, error.code());
  }
}

onc::rpc::Procedure Probe::procedure(std::uint32_t version) const {
  return {{program_, version, name_.c_str(), ""}, 0, "NULL"};
}

Probe::Answer Probe::ask(std::uint32_t version) {
  onc::xdr::Encoder call;
  call.u32(0);  // room for the record mark
  onc::rpc::encode_call(call, ++xid_, procedure(version), onc::rpc::Credential::none());
  const std::string version_name = "v" + std::to_string(version);
  const onc::rpc::Procedure observed{{program_, version, name_.c_str(), version_name.c_str()}, 0, "NULL"};
  onc::rpc::ClientObservation observation(observers_, observed, xid_, server_.text(), call, 0);
  const TimePoint begin = Clock::now();
  try {
    if (!exchange(version, call, begin + timeout_)) fail(version, onc::rpc::errc::timed_out);
    const auto took = Clock::now() - begin;
    observation.replied(reply_.size());
    const onc::rpc::ReplyHeader reply = header(version);
    if (reply.failure)
      observation.failed(Error(*reply.failure, why_not_served(reply)));
    else
      observation.served({});
    return {took, reply};
  } catch (const Error& error) {
    observation.failed(error);
    throw;
  }
}

onc::rpc::ReplyHeader Probe::header(std::uint32_t version) const {
  try {
    onc::xdr::Decoder in(reply_);
    return onc::rpc::decode_reply(in);
  } catch (const onc::xdr::Error&) {
    fail(version, onc::rpc::errc::bad_reply);
  }
}

bool Probe::exchange(std::uint32_t version, onc::xdr::Encoder& call, TimePoint deadline) {
  try {
    return channel_->reliable() ? over_stream(call, deadline) : over_datagrams(call, deadline);
  } catch (const std::system_error& error) {
    fail(version, error.code());
  }
}

bool Probe::over_stream(onc::xdr::Encoder& call, TimePoint deadline) {
  channel_->send(call, deadline);
  return receive(deadline);
}

bool Probe::over_datagrams(onc::xdr::Encoder& call, TimePoint deadline) {
  for (auto wait = first_wait; Clock::now() < deadline; wait = std::min(2 * wait, longest_wait)) {
    channel_->send(call, deadline);
    if (receive(std::min(Clock::now() + wait, deadline))) return true;
  }
  return false;
}

// rpc.rstatd answers a call of procedure 0 twice: what is not the last call's is passed over.
bool Probe::receive(TimePoint until) {
  while (const auto reply = channel_->receive(until)) {
    const auto xid = onc::rpc::peek_reply_xid(*reply);
    if (!xid && channel_->reliable()) throw Error(onc::rpc::errc::bad_reply, "");
    if (xid != xid_) continue;
    reply_ = *reply;
    return true;
  }
  return false;
}

void Probe::fail(std::uint32_t version, std::error_code code) const {
  if (code == onc::rpc::errc::record_too_long) code = onc::rpc::errc::bad_reply;  // nothing so long is one
  const bool sure = !channel_ || code == std::errc::connection_refused;
  const auto may_have_run = sure ? onc::rpc::MayHaveRun::no : onc::rpc::MayHaveRun::maybe;
  throw onc::rpc::broken_off(procedure(version), server_.text(), code, timeout_, may_have_run);
}

}  // namespace info
