// What serves idl/mutex.x, behind its procedures: the members of this room, or another service that knows of locks.
#pragma once

#include "mutex.x.h"

#include <functional>
#include <string>

namespace services::locks {

using ::mutex::Answer;
using ::mutex::Holding;
using ::mutex::LockName;
using ::mutex::Outcome;
using ::mutex::Session;
using ::mutex::Status;
using ::mutex::Token;
using ::mutex::Who;
using ::mutex::Wish;

// All on one executor, of one thread. Each call takes a function and answers by it once: at once, or later from that
// executor. It keeps what it needs of its arguments. Nothing is thrown: what fails has an outcome.
//
// Whatever is behind it keeps to this, as the .x says it:
// - A lock has one holder at a time, and each grant of it a token larger than every one before.
// - Grant::sure is a promise: nobody else holds the lock before so long has passed since it was said, whatever becomes
//   of this process, its machine and its network.
// - A session that waits or holds and calls nothing for its lease (Wish::lease, then Holding::lease) loses it. The
//   lease goes on from the latest acquire() or renew(), and does not run out while one of its acquire() is unanswered.
// - Those that wait are served first come, first served.
class Backend {
 public:
  template <class Result>
  using Told = std::function<void(const Result&)>;

  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  // Answers no more.
  virtual ~Backend() = default;

  // GRANTED, also where the session holds it already: then the grant it has. TIMED_OUT, NO_MAJORITY or UNREACHABLE once
  // Wish::wait is over, with the place in the queue kept for the next call. A session's next call for the lock answers one that
  // still waits with TIMED_OUT. Else a refusal: BAD_NAME, BAD_LEASE, TOO_MANY_..., ENDING.
  virtual void acquire(const Wish& wish, Told<Answer> told) = 0;

  // GRANTED, held for a lease from now; NOT_THE_HOLDER; STALE_TOKEN where it holds it by another; BAD_LEASE; ENDING
  // where it is to let go, for nothing is sure after what was said last; UNREACHABLE where nobody knows whether it
  // holds it.
  virtual void renew(const Holding& holding, Told<Answer> told) = 0;

  // RELEASED; NOT_THE_HOLDER where it neither held it nor, with NO_TOKEN, waited; STALE_TOKEN. With NO_TOKEN whatever
  // it has at this lock. Repeated, it is answered as it was the first time.
  virtual void release(const Holding& holding, Told<Answer> told) = 0;

  // Of one lock, or of all that somebody holds or waits for where `name` is empty; UNKNOWN_LOCK where nobody does.
  virtual void status(const LockName& name, Told<Status> told) = 0;

  // Ends: whoever waits is told ENDING, and so is whoever renews. `ended` once nothing is held any more, or none of
  // what was held is sure.
  virtual void end(std::function<void()> ended) = 0;
};

}  // namespace services::locks
