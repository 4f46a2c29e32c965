#include <onc/rpc/observer.h>
#include <onc/rpc/trace.h>

#include <exception>

namespace onc::rpc {
namespace {

// A call is not to fail for what tells of it.
template <class Tell>
void to_each(const std::vector<Observer*>& observers, Tell tell) noexcept {
  for (Observer* observer : observers) {
    try {
      tell(*observer);
    } catch (...) {
    }
  }
}

// No more than longest_why of it, and no part of a character of UTF-8.
std::string_view beginning(std::string_view why) {
  std::size_t size = std::min(why.size(), longest_why);
  while (size < why.size() && size > 0 && (why[size] & 0xc0) == 0x80) --size;
  return why.substr(0, size);
}

}  // namespace

Observers::Observers() {
  if (Observer* trace = trace_of_environment()) add(*trace);
}

void Observers::add(Observer& observer) {
  all_.push_back(&observer);
  if (observer.watches_calls()) of_calls_.push_back(&observer);
}

void Observers::started(const ObservedCall& call) const noexcept {
  to_each(of_calls_, [&](Observer& observer) { observer.started(call); });
}

void Observers::ended(const ObservedCall& call, const ObservedEnd& end) const noexcept {
  ObservedEnd told = end;
  told.why = beginning(end.why);
  to_each(of_calls_, [&](Observer& observer) { observer.ended(call, told); });
}

void Observers::refused(const std::string& peer, const std::string& why) const noexcept {
  to_each(all_, [&](Observer& observer) { observer.refused(peer, why); });
}

}  // namespace onc::rpc
