#include "services/mutex/cut.h"

#include <onc/xdr/encoder.h>

#include <utility>

namespace services::locks {

namespace {

using ::mutex::Outcome;
using ::mutex::Report;
using ::mutex::Status;

template <class Value>
std::size_t size_of(const Value& value) {
  onc::xdr::Encoder out;
  encode(out, value);
  return out.bytes().size();
}

// Moves what fits of `from` to the end of `to`, and takes its size from `room`.
template <class Value>
void move_some(std::vector<Value> from, std::vector<Value>& to, std::size_t& room) {
  for (Value& one : from) {
    const std::size_t size = size_of(one);
    if (size > room) return;
    room -= size;
    to.push_back(std::move(one));
  }
}

}  // namespace

Status cut_to(std::size_t bytes, Status status) {
  const bool has_report = status.outcome() == Outcome::GRANTED || status.outcome() == Outcome::CUT;
  if (!has_report || size_of(status) <= bytes) return status;
  Report report = status.report();
  std::vector<::mutex::Lock> locks = std::exchange(report.locks, {});
  const std::size_t taken = size_of(Status::with_report(Outcome::CUT, report));
  std::size_t room = bytes > taken ? bytes - taken : 0;
  for (::mutex::Lock& lock : locks) {
    std::vector<::mutex::Waiter> waiting = std::exchange(lock.waiting, {});
    const std::size_t count = waiting.size();
    const std::size_t before = report.locks.size();
    move_some<::mutex::Lock>({std::move(lock)}, report.locks, room);
    if (report.locks.size() == before) break;
    move_some(std::move(waiting), report.locks.back().waiting, room);
    if (report.locks.back().waiting.size() < count) break;
  }
  return Status::with_report(Outcome::CUT, std::move(report));
}

}  // namespace services::locks
