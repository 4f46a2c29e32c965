// A member as its network sees it: the views that it takes part in, the locks, and what it sends the others about them.
#pragma once

#include "services/mutex/courier.h"
#include "services/mutex/member.h"
#include "services/mutex/membership.h"

#include <map>
#include <memory>
#include <optional>

namespace services::locks {

// What a node does to the world. None of these may call it back.
class Outside {
 public:
  virtual ~Outside() = default;
  // Both are answered, fail, or are lost.
  virtual void send(const Question& question) = 0;
  virtual void carry(MemberId to, const Parcel& parcel) = 0;
  // As Surroundings::keep().
  virtual void keep(ViewNumber promised) = 0;
  // What is wrong with `member` is something else now, or nothing any more; `answering` is at its URI, or has said so
  // of this one.
  virtual void found(MemberId /*member*/, ::mutex::Fault, MemberId /*answering*/) {}
};

// Who waits here. Not to call the node back either.
class Waiters {
 public:
  virtual ~Waiters() = default;
  virtual void granted(const LockName& lock, Waiter waiter, Token token) = 0;
  // It has not the lock any more, whatever it thinks. True where its client was not told yet that it had: it waits on.
  virtual bool lost(const LockName& lock, Waiter waiter) = 0;
};

// `now` never goes back. Events come one after another. What Outside::keep() throws they all throw.
class Node : private Surroundings {
 public:
  // `promised` and `life`: as for Membership.
  Node(const Company& company, Make make, ViewNumber promised, Life life, Moment now, Outside& outside);
  // Who is told of grants from now on.
  void tell(Waiters* waiters) { waiters_ = waiters; }

  // What others ask.
  Taken on_parcel(const Parcel& parcel, Moment now);
  ::mutex::Renewed on_renew(const ::mutex::Renewal& renewal, Moment now);
  Leaving on_leave(const ::mutex::Call& call, Moment now);
  ::mutex::Begun on_begin(const Beginning& beginning, Moment now);
  void on_farewell(const ::mutex::Farewell& farewell, Moment now);
  // Why not to listen to who means `to`; DONE where it is to be listened to.
  ::mutex::Word is_meant(::mutex::Group group, MemberId to) const;

  // What they answer. That of another than was asked is nobody's word.
  void on_carried(MemberId to, const Taken& taken, Moment now);
  void on_renewed(const Question& question, const ::mutex::Renewed& answer, Moment now);
  void on_left(const Question& question, const Leaving& answer, Moment now);
  void on_begun(const Question& question, const ::mutex::Begun& answer);

  // To be called at next_timer(), which is another after each event.
  void on_timer(Moment now);
  Moment next_timer() const;

  // As of a Member.
  void wait(const LockName& lock, Waiter waiter, Moment now);
  void give_up(const LockName& lock, Waiter waiter, Moment now);
  bool give_back(const LockName& lock, Token token, Moment now);
  // What has been lost by now is lost.
  void check_lease(Moment now) { membership_.check_lease(now); }

  // By what was answered last where `member` should be, if anything is.
  ::mutex::Fault fault(MemberId member, Moment now) const;
  const Member& member() const { return member_; }
  const Membership& membership() const { return membership_; }
  // Of the algorithms, to all others.
  std::uint64_t messages() const { return messages_; }

 private:
  struct Way {
    Courier courier;
    Life life;                     // the only one whose words are of this view
    Moment again = Moment::min();  // what is under way is taken for lost
  };

  void send(const Question& question) override { outside_.send(question); }
  void keep(ViewNumber promised) override { outside_.keep(promised); }
  Standing leave() override;
  void lose() override;
  void begin(const View& view, bool is_fresh) override;

  Member::World world();
  void note_fault(MemberId member, const ::mutex::Renewed& answer);
  void note_several(MemberId member, MemberId known_by, Moment now);
  // Has all parcels leave that are to.
  void flush(Moment now);

  const Company company_;
  Outside& outside_;
  Waiters* waiters_ = nullptr;
  Member member_;
  ViewNumber view_ = 0;
  std::map<MemberId, Way> ways_;
  std::map<MemberId, ::mutex::Fault> faults_;
  std::set<MemberId> several_;  // of which it was said once that they are
  std::uint64_t messages_ = 0;
  Membership membership_;
};

}  // namespace services::locks
