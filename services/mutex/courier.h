// Has messages come once and in order over a network that loses, repeats and reorders them. One object is what a member
// keeps of one other member in one view.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "mutex.x.h"

namespace services::locks {

using ::mutex::MemberId;
using ::mutex::Message;
using ::mutex::Parcel;
using ::mutex::Taken;
using ::mutex::ViewNumber;

class Courier {
 public:
  Courier(ViewNumber view, const ::mutex::Participant& self) : view_(view), self_(self) {}

  void send(Message message) { unsure_.push_back(std::move(message)); }
  bool has_any() const { return !unsure_.empty(); }
  // All that the other member has not yet said it took, up to MAX_MESSAGES: to be sent until it does. Without `group`
  // and `to`.
  Parcel parcel() const;
  // It has taken all before number `next`.
  void taken(std::uint64_t next);

  // Those of a parcel of this view that are new, in their order. What came before its turn comes again.
  std::vector<Message> open(const Parcel& parcel);
  // To be told to the other member, whatever it sent.
  std::uint64_t next() const { return next_; }

 private:
  ViewNumber view_;
  ::mutex::Participant self_;
  std::deque<Message> unsure_;
  std::uint64_t first_unsure_ = 1;
  std::uint64_t next_ = 1;  // the other's, that is to come
};

}  // namespace services::locks
