// What a server's observers are told of one call.
#pragma once

#include <onc/message/message.h>
#include <onc/rpc/observer.h>
#include <onc/transport/arrival.h>
#include <onc/transport/clock.h>

#include <string>
#include <system_error>
#include <utility>

namespace onc::rpc {

// Tells that a call has come, and later how it ended: by end(), or with operation_canceled where it never does.
class Observation {
 public:
  // `program`: null where the server does not have it. `message` is whole, `arguments` what follows its header.
  Observation(const Observers& observers, const CallHeader& header, const Program* program, xdr::BytesView message,
              xdr::BytesView arguments, const transport::Arrival& arrival);
  Observation(Observation&& other) noexcept
      : observers_(std::exchange(other.observers_, nullptr)),
        call_(std::move(other.call_)),
        failure_(other.failure_),
        what_(std::move(other.what_)),
        silence_(other.silence_),
        began_(other.began_) {}
  Observation& operator=(Observation&&) = delete;
  ~Observation();

  // Why nothing will be answered to a one-way call that went wrong.
  void fails(std::error_code why) { failure_ = why; }
  // More of that than its code or the answer says.
  void because(const std::string& what) { what_ = what; }
  // Why nothing will be answered to one that goes well.
  void stays_silent(const char* why) { silence_ = why; }
  // A whole reply message, or nothing.
  void end(xdr::BytesView reply);

 private:
  void tell(ObservedEnd end);

  const Observers* observers_;
  ObservedCall call_;
  std::error_code failure_ = {};
  std::string what_ = {};
  const char* silence_ = "";
  transport::TimePoint began_ = transport::Clock::now();
};

}  // namespace onc::rpc
