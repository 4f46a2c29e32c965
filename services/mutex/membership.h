// Which members there are: views, formed one after another by a majority, so that those who are left can go on without
// one that has died or is cut off, and nobody else goes on meanwhile.
//
// Whoever forms a view gives it a number and calls all members out of theirs that reach each other. Who answers has
// promised that number, and keeps that (also through a restart): it takes part in no earlier one. With the answers of a
// majority, which no other view of this number can have, the new view is what these say of themselves. A member acts in
// a view only as long as a majority has renewed its lease there, counted from when it asked; and whoever renews it
// promises that no other view begins without it before the lease is over. Of any two majorities one member is in both:
// no view begins before every promise to those that are not in it has run out.
//
// For this a member must be one process, in both. What a process says that calls is heard only as long as it is the one
// that answers at its member's URI, and what is promised to it is promised to no other.
//
// Without sockets and without a clock: it is told what happens and when, and says what to send.
#pragma once

#include "services/election/detector.h"
#include "services/election/namesakes.h"
#include "services/mutex/member.h"

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace services::locks {

using elections::Moment;
using elections::Span;
using ::mutex::Beginning;
using ::mutex::Leaving;
using ::mutex::Life;

// What a member asks of another. Both the answer and its failing may come, late or never.
struct Question {
  enum class Kind { renew, leave, begin };

  Kind kind = Kind::renew;
  MemberId to = 0;
  Moment sent = {};
  ViewNumber view = 0;
  std::shared_ptr<const Beginning> beginning = {};
  std::vector<MemberId> reached = {};  // of a renewal: who has answered lately
  Life life = ::mutex::NO_LIFE;        // of a renewal: that of who sends it, where it is to be heard
};

// What it does to the world. None of these may call it back.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual void send(const Question& question) = 0;
  // Makes it last before it returns; throws where it cannot.
  virtual void keep(ViewNumber promised) = 0;

  // Nothing is granted, sent or taken until begin(). Also when it has left already.
  virtual Standing leave() = 0;
  // What is held here is held no longer.
  virtual void lose() = 0;
  // `is_fresh`: without anything of the views before.
  virtual void begin(const View& view, bool is_fresh) = 0;
};

struct Company {
  MemberId self = 0;
  std::set<MemberId> all;  // with itself
  Span lease = std::chrono::seconds(2);
  ::mutex::Group group = 0;

  std::size_t majority() const { return all.size() / 2 + 1; }
  // How often each is heard.
  Span interval() const { return lease / 4; }
};

// `now` never goes back. Events come one after another. What keep() throws they all throw, and may be called again.
class Membership {
 public:
  // What is further ahead of all that is known than so many views is no view that was formed: from a call that was
  // forged, or a state that was written by hand. It is not followed, for there are no numbers without end.
  static constexpr ViewNumber furthest_ahead = ViewNumber{1} << 20;

  // `promised`: what it last gave to keep(). `life`: any number but 0, another with each start.
  Membership(Company company, ViewNumber promised, Life life, Moment now, Surroundings& world);

  ::mutex::Renewed on_renew(const ::mutex::Renewal& renewal, Moment now);
  Leaving on_leave(const ::mutex::Participant& who, ViewNumber next, Moment now);
  ::mutex::Word on_begin(const Beginning& beginning, Moment now);

  void on_renewed(const Question& question, const ::mutex::Renewed& answer, Moment now);
  void on_left(const Question& question, const Leaving& answer, Moment now);
  void on_begun(const Question& question, ::mutex::Word answer);

  // It ends and acts no more: nobody need wait for it.
  void on_farewell(const ::mutex::Participant& who, Moment now);
  // Forms another view, of the same members, so that what these need not remember is forgotten; not too often.
  void refresh(Moment now);

  // To be called before a Member does anything: who has stood still does not know yet that its lease is over.
  void check_lease(Moment now);

  // To be called at next_timer(), which is another after each event.
  void on_timer(Moment now);
  Moment next_timer() const { return next_; }

  // Until when what is held here surely is, unless the lease is renewed; in the past where nothing is. A member alone
  // has its own word for it, from moment to moment.
  Moment sure_until(Moment now) const;
  bool is_in_view() const { return has_begun_; }
  // Not too far ahead of what it has promised, or a majority has told of.
  bool is_plausible(ViewNumber number) const;
  ViewNumber view() const { return beginning_ ? beginning_->number : 0; }
  // Who is in its view.
  std::vector<MemberId> members() const;
  // And was in it last, where it is in none: by which lives.
  const std::vector<::mutex::Origin>& participants() const { return participants_; }
  ::mutex::Participant self() const { return {company_.self, life_}; }
  const Company& company() const { return company_; }
  // Of all, itself too.
  bool is_alive(MemberId id, Moment now) const;
  // Ever, also by a process that is not listened to.
  bool has_heard(MemberId id) const;
  // As alive, or also by a process that is not listened to. Not who is only waited for.
  bool is_heard(MemberId id, Moment now) const;
  // Another process calls than the one that answers at the URI of `id`; at its own, as others have told it.
  bool are_several(MemberId id, Moment now) const;
  // Who has answered lately.
  std::set<MemberId> reached(Moment now) const;
  // When it was last heard, or first waited for; now of itself.
  Moment last_heard(MemberId id, Moment now) const;

 private:
  // What is known of another member.
  struct Other {
    elections::Detector detector;
    elections::Namesakes namesakes;
    std::optional<::mutex::Renewal> unheard = {};  // the last, of who may be the one that answers
    Moment sought = Moment::min();                 // when it was asked last who answers, as somebody called
    std::map<Life, Moment> promised;               // until when nobody is to go on without it
    Moment renewed = Moment::min();   // when it was asked what it last answered by renewing this one's lease
    ViewNumber view = 0;              // that it says it is in
    Moment answered = Moment::min();  // when it was asked what it last answered by a Renewed
    std::set<MemberId> reached = {};  // by it, as it says
    ViewNumber told = 0;              // the latest that it has told of, plausible or not
    Life gone = 0;                    // the latest that has said farewell,
    bool has_gone = false;            // and none has been heard since
  };

  // A view that this member forms.
  struct Forming {
    ViewNumber number;
    Moment since;
    std::set<MemberId> called;  // who is to be in it
    std::map<MemberId, Leaving> left;
    std::map<std::pair<MemberId, Life>, Moment> promises;  // of all who have left, to whom, until when
  };

  // Why not to listen to who calls; DONE where it is to be listened to.
  ::mutex::Word doubt(const ::mutex::Participant& who, Moment now);
  void hear(Other& other, const ::mutex::Renewal& renewal, Moment now);
  void note_word(::mutex::Word word, Moment now);
  void ask(MemberId id, Moment now);
  Moment renewed_until() const;
  Leaving refusal(::mutex::Word why) const;
  Leaving promise(const ::mutex::Participant& to, ViewNumber next, Moment now);
  void renew_all(Moment now);
  bool should_form(Moment now) const;
  void note_apart(Moment now);
  // That somebody is still to be left out, and not only slow to say whom it reaches.
  bool has_settled(Moment now) const;
  Moment promised_until(const std::set<MemberId>& alive) const;
  bool is_as_it_should_be(const std::set<MemberId>& alive, Moment now) const;
  void hear_of(MemberId from, ViewNumber number);
  std::set<MemberId> alive(Moment now) const;
  // Of those that are alive, so many that each reaches each.
  std::set<MemberId> together(std::set<MemberId> alive, Moment now) const;
  bool is_anybody_in_a_view(const std::set<MemberId>& alive) const;
  bool is_sound(const Beginning& beginning) const;
  void form(Moment now);
  void answered(MemberId id, const Leaving& answer, Moment now);
  void conclude(Moment now);
  bool may_conclude(Moment now) const;
  Beginning conclusion() const;
  void call_out(Moment now);
  void tell_all(Moment now);
  void begin_if_renewed(Moment now);
  Span some_time();

  const Company company_;
  ViewNumber promised_;
  ::mutex::Participant promised_to_ = {};
  ViewNumber seen_;  // the greatest plausible number that anybody has told of
  const Life life_;
  Surroundings& world_;
  std::minstd_rand random_;
  std::map<MemberId, Other> others_;

  std::shared_ptr<const Beginning> beginning_;  // the view that it is in, or about to be
  bool has_begun_ = false;
  Moment lease_end_ = Moment::max();  // of the view before, between two of them
  Moment began_at_;
  ViewNumber began_ = 0;
  std::vector<::mutex::Origin> participants_;  // of that
  std::optional<Forming> forming_;
  std::shared_ptr<const Beginning> formed_;  // what is still to be told to
  std::set<MemberId> untold_;
  std::set<MemberId> apart_;  // who is alive and would be left out,
  Moment apart_since_;        // and has been since then
  Moment silent_until_ = Moment::min();
  Moment disowned_until_ = Moment::min();
  Moment without_view_since_;
  Moment next_attempt_;
  Moment next_renewal_;
  Moment next_;
};

}  // namespace services::locks
