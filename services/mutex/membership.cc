#include "services/mutex/membership.h"

#include <algorithm>

namespace services::locks {

using elections::lengthened;
using elections::shortened;
using ::mutex::Origin;
using ::mutex::Participant;
using ::mutex::Word;

namespace {

::mutex::Nanoseconds to_wire(Span span) { return static_cast<std::uint64_t>(std::max<Span::rep>(span.count(), 0)); }

}  // namespace

Membership::Membership(Company company, ViewNumber promised, Life life, Moment now, Surroundings& world)
    : company_(std::move(company)),
      promised_(promised),
      seen_(promised),
      life_(life),
      world_(world),
      random_(static_cast<std::uint32_t>(life)),
      apart_since_(now),
      without_view_since_(now),
      next_attempt_(now),
      next_(now) {
  for (const MemberId id : company_.all)
    if (id != company_.self)
      others_.emplace(id, Other{.detector = {company_.interval(), company_.lease, now},
                                .namesakes = elections::Namesakes(company_.lease),
                                .promised = {}});
  // What it has promised before it was started last, and to whom, or what was sure then where it needs nobody else's
  // word for that, it does not know. All of it is over before it has a say again.
  if (promised > 0) silent_until_ = now + lengthened(company_.lease);
}

Moment Membership::sure_until(Moment now) const {
  if (has_begun_) return std::min(renewed_until(), now + shortened(company_.lease));
  return lease_end_ == Moment::max() ? Moment::min() : std::min(lease_end_, now + shortened(company_.lease));
}

// Counted from when it asked those of the majority that answered.
Moment Membership::renewed_until() const {
  const std::size_t needed = company_.majority() - 1;  // besides itself
  if (needed == 0) return Moment::max();
  std::vector<Moment> renewed;
  for (const auto& [id, other] : others_) renewed.push_back(other.renewed);
  std::sort(renewed.begin(), renewed.end(), std::greater<>());
  const Moment last = renewed[needed - 1];
  return last == Moment::min() ? last : last + shortened(company_.lease);
}

std::vector<MemberId> Membership::members() const {
  std::vector<MemberId> ids;
  if (beginning_)
    for (const auto& member : beginning_->members) ids.push_back(member.origin.who.member);
  return ids;
}

::mutex::Renewed Membership::on_renew(const ::mutex::Renewal& renewal, Moment now) {
  const auto answer = [&](Word word) { return ::mutex::Renewed{.who = self(), .word = word, .promised = promised_}; };
  const auto found = others_.find(renewal.who.member);
  if (found == others_.end()) return answer(Word::TOO_OLD);
  if (renewal.who.life == ::mutex::NO_LIFE) return answer(Word::DONE);
  Other& other = found->second;
  if (renewal.who.life == other.gone) return answer(Word::TOO_OLD);
  if (const Word word = doubt(renewal.who, now); word != Word::DONE) {
    // Who hears it and cannot call it is to see that one of them stays out.
    if (!other.namesakes.is_anybody_there(now)) hear(other, renewal, now);
    other.unheard = renewal;
    return answer(word);
  }
  hear(other, renewal, now);
  if (renewal.view == 0) return answer(Word::DONE);
  if (renewal.view < promised_) return answer(Word::TOO_OLD);
  if (renewal.view > promised_ || now < disowned_until_ || !other.namesakes.votes(renewal.who.life, now))
    return answer(Word::NOT_YET);
  other.promised[renewal.who.life] = now + lengthened(company_.lease);
  return answer(Word::DONE);
}

// Whoever has been started anew is asked for at once, but for no more than all are asked anyway.
Word Membership::doubt(const Participant& who, Moment now) {
  Other& other = others_.at(who.member);
  elections::Namesakes& namesakes = other.namesakes;
  if (namesakes.called(who.life, now) && other.sought <= now - company_.interval()) {
    other.sought = now;
    ask(who.member, now);
  }
  if (namesakes.counts(who.life, now)) return Word::DONE;
  return namesakes.is_another(who.life, now) ? Word::OTHER_LIFE : Word::NOT_YET;
}

void Membership::hear(Other& other, const ::mutex::Renewal& renewal, Moment now) {
  other.detector.heard(now);
  other.has_gone = false;
  other.view = renewal.view;
  other.reached = {renewal.reached.begin(), renewal.reached.end()};
  hear_of(renewal.who.member, renewal.view);
}

bool Membership::is_plausible(ViewNumber number) const {
  std::vector<ViewNumber> told = {promised_};
  for (const auto& [id, other] : others_) told.push_back(other.told);
  std::sort(told.begin(), told.end(), std::greater<>());
  const ViewNumber known = std::max(promised_, told[company_.majority() - 1]);
  return number < end_of_views && (number <= known || number - known <= furthest_ahead);
}

void Membership::hear_of(MemberId from, ViewNumber number) {
  const auto found = others_.find(from);
  if (found == others_.end()) return;
  found->second.told = number;
  if (is_plausible(number)) seen_ = std::max(seen_, number);
}

void Membership::on_renewed(const Question& question, const ::mutex::Renewed& answer, Moment now) {
  const auto found = others_.find(question.to);
  if (found == others_.end()) return;
  Other& other = found->second;
  hear_of(question.to, answer.promised);
  note_word(answer.word, now);
  other.answered = std::max(other.answered, question.sent);
  other.namesakes.answered(answer.who.life, question.sent);
  if (other.unheard && other.namesakes.counts(other.unheard->who.life, now))
    hear(other, *std::exchange(other.unheard, std::nullopt), now);
  if (answer.word != Word::DONE || question.view == 0 || question.view != view()) return;
  if (!other.namesakes.votes(answer.who.life, now)) return;
  other.renewed = std::max(other.renewed, question.sent);
  begin_if_renewed(now);
}

// Whoever hears that another process answers as this member has no say for so long as that one, where it answers no
// more, may still be listened to somewhere, and act on what it was told then.
void Membership::note_word(Word word, Moment now) {
  if (word != Word::OTHER_LIFE) return;
  disowned_until_ = now + lengthened(3 * company_.lease);
  forming_.reset();
}

Leaving Membership::refusal(Word why) const {
  return {.who = self(), .word = why, .promised = promised_, .participants = {}, .standing = {}, .promises = {}};
}

// After a restart nothing is a repetition: it is not known any more to whom it was promised.
Leaving Membership::on_leave(const Participant& who, ViewNumber next, Moment now) {
  check_lease(now);
  if (!others_.contains(who.member) || who.life == ::mutex::NO_LIFE) return refusal(Word::TOO_OLD);
  if (const Word word = doubt(who, now); word != Word::DONE) return refusal(word);
  const bool votes = others_.at(who.member).namesakes.votes(who.life, now);
  if (now < silent_until_ || now < disowned_until_ || !votes || !is_plausible(next)) return refusal(Word::NOT_YET);
  const bool is_repeated = next == promised_ && who == promised_to_ && !beginning_;
  if (next <= promised_ && !is_repeated) return refusal(Word::TOO_OLD);
  forming_.reset();
  return promise(who, next, now);
}

// Takes part in no earlier view from now on.
Leaving Membership::promise(const Participant& to, ViewNumber next, Moment now) {
  if (next > promised_) world_.keep(next);
  promised_ = seen_ = std::max(promised_, next);
  promised_to_ = to;
  if (has_begun_) lease_end_ = renewed_until();
  if (has_begun_) without_view_since_ = now;
  has_begun_ = false;
  beginning_.reset();
  formed_.reset();
  for (auto& [id, other] : others_) other.renewed = Moment::min();
  next_ = std::min(next_, lease_end_);
  Leaving leaving{.who = self(),
                  .word = Word::DONE,
                  .promised = promised_,
                  .began = began_,
                  .participants = {participants_.begin(), participants_.end()},
                  .standing = world_.leave(),
                  .promises = {}};
  for (auto& [id, other] : others_)
    for (const auto& [life, until] : other.promised)
      if (until > now) leaving.promises.push_back({{id, life}, to_wire(until - now)});
  return leaving;
}

// Whoever it names is known, and has said what it can have.
bool Membership::is_sound(const Beginning& beginning) const {
  std::set<MemberId> named;
  for (const auto& member : beginning.members) {
    const MemberId id = member.origin.who.member;
    if (!company_.all.contains(id) || !named.insert(id).second) return false;
    if (!locks::is_sound(member.standing, id, beginning.number)) return false;
  }
  return named.size() >= company_.majority();
}

Word Membership::on_begin(const Beginning& beginning, Moment now) {
  if (beginning.number != promised_) return beginning.number < promised_ ? Word::TOO_OLD : Word::NOT_YET;
  if (!is_sound(beginning)) return Word::OTHER_GROUP;
  const bool is_in_it = std::any_of(beginning.members.begin(), beginning.members.end(), [&](const auto& member) {
    return member.origin.who.member == company_.self && member.origin.who.life == life_;
  });
  if (!is_in_it) return Word::TOO_OLD;
  if (beginning_ || beginning.number == began_) return Word::DONE;
  beginning_ = std::make_shared<const Beginning>(beginning);
  renew_all(now);
  begin_if_renewed(now);
  return Word::DONE;
}

void Membership::begin_if_renewed(Moment now) {
  if (!beginning_ || has_begun_ || renewed_until() <= now) return;
  check_lease(now);
  has_begun_ = true;
  began_ = beginning_->number;
  participants_.clear();
  View view{began_, {}};
  bool is_fresh = true;
  for (const auto& member : beginning_->members) {
    participants_.push_back(member.origin);
    view.members[member.origin.who.member] = member.standing;
    if (member.origin.who.member == company_.self) is_fresh = member.origin.is_fresh;
  }
  lease_end_ = Moment::max();
  began_at_ = now;
  world_.begin(view, is_fresh);
}

// Nobody else goes on before that, and nobody here after it.
void Membership::check_lease(Moment now) {
  if (now < (has_begun_ ? renewed_until() : lease_end_)) return;
  lease_end_ = Moment::max();
  if (has_begun_) without_view_since_ = now;
  if (has_begun_) beginning_.reset();
  has_begun_ = false;
  world_.lose();
}

void Membership::renew_all(Moment now) {
  for (const auto& [id, other] : others_) ask(id, now);
}

void Membership::ask(MemberId id, Moment now) {
  const std::set<MemberId> lately = reached(now);
  const bool is_silent = now < silent_until_;
  world_.send({.kind = Question::Kind::renew,
               .to = id,
               .sent = now,
               .view = is_silent ? ViewNumber{0} : view(),
               .beginning = {},
               .reached = {lately.begin(), lately.end()},
               .life = is_silent ? ::mutex::NO_LIFE : life_});
}

bool Membership::is_alive(MemberId id, Moment now) const {
  if (id == company_.self) return true;
  const Other& other = others_.at(id);
  return !other.has_gone && !other.detector.suspects(now);
}

Moment Membership::last_heard(MemberId id, Moment now) const {
  if (id == company_.self) return now;
  const Other& other = others_.at(id);
  return std::max(other.detector.last(), other.namesakes.last_called());
}

bool Membership::has_heard(MemberId id) const {
  if (id == company_.self) return true;
  const Other& other = others_.at(id);
  return other.detector.has_heard() || other.namesakes.last_called() != Moment::min();
}

bool Membership::is_heard(MemberId id, Moment now) const {
  if (!has_heard(id)) return false;
  if (is_alive(id, now)) return true;
  const Moment called = others_.at(id).namesakes.last_called();
  return called != Moment::min() && now - called <= company_.lease;
}

bool Membership::are_several(MemberId id, Moment now) const {
  return id == company_.self ? now < disowned_until_ : others_.at(id).namesakes.are_several(now);
}

void Membership::on_farewell(const Participant& who, Moment now) {
  const auto found = others_.find(who.member);
  if (found == others_.end()) return;
  Other& other = found->second;
  other.promised.erase(who.life);
  if (forming_) forming_->promises.erase({who.member, who.life});
  next_ = now;
  if (who.life == ::mutex::NO_LIFE || !other.namesakes.answers(who.life)) return;
  other.unheard.reset();
  other.gone = who.life;
  other.has_gone = true;
}

// Who could be in a view with this one.
std::set<MemberId> Membership::alive(Moment now) const {
  std::set<MemberId> alive;
  for (const MemberId id : company_.all)
    if (is_alive(id, now) && (id == company_.self || is_plausible(others_.at(id).told))) alive.insert(id);
  return alive;
}

// Lately enough that a few lost answers are nothing.
std::set<MemberId> Membership::reached(Moment now) const {
  std::set<MemberId> reached;
  for (const auto& [id, other] : others_)
    if (other.answered != Moment::min() && now - other.answered <= 2 * company_.lease) reached.insert(id);
  return reached;
}

void Membership::on_timer(Moment now) {
  check_lease(now);
  if (forming_ && now - forming_->since > 4 * company_.lease) forming_.reset();
  conclude(now);
  if (now >= next_renewal_) {
    next_renewal_ = now + company_.interval();
    renew_all(now);
    if (forming_) call_out(now);
    if (formed_) tell_all(now);
    for (auto& [id, other] : others_) std::erase_if(other.promised, [&](const auto& one) { return one.second <= now; });
  }
  note_apart(now);
  if (should_form(now)) form(now);
  next_ = std::min({next_renewal_, has_begun_ ? renewed_until() : lease_end_});
  if (forming_)
    for (const auto& [who, until] : forming_->promises)
      if (until > now) next_ = std::min(next_, until);
  for (const auto& [id, other] : others_)
    for (const auto& [life, until] : other.promised)
      if (until > now) next_ = std::min(next_, until);
  next_ = std::max(next_, now + std::chrono::microseconds(100));
}

}  // namespace services::locks
