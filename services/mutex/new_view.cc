// Of Membership: whether another view is to be formed, and how that is done.
#include "services/mutex/membership.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace services::locks {

using elections::lengthened;
using ::mutex::Origin;
using ::mutex::Participant;
using ::mutex::Word;

// Whether.

// What one cannot tell another would be waited for without end. Who is cut off from the most is left out first; all
// come to the same, for all know the same.
std::set<MemberId> Membership::together(std::set<MemberId> alive, Moment now) const {
  std::map<MemberId, std::set<MemberId>> ways;
  for (const MemberId id : alive) ways[id] = id == company_.self ? reached(now) : others_.at(id).reached;
  while (true) {
    std::tuple<std::ptrdiff_t, std::ptrdiff_t, MemberId> worst{0, 0, 0};
    for (const MemberId one : alive) {
      const auto is_apart = [&](MemberId other) {
        return one != other && (!ways[one].contains(other) || !ways[other].contains(one));
      };
      const auto cut_off = std::count_if(alive.begin(), alive.end(), is_apart);
      worst = std::max(worst, {cut_off, -static_cast<std::ptrdiff_t>(ways[one].size()), one});
    }
    if (std::get<0>(worst) == 0) return alive;
    alive.erase(std::get<MemberId>(worst));
  }
}

bool Membership::is_anybody_in_a_view(const std::set<MemberId>& alive) const {
  return std::any_of(alive.begin(), alive.end(),
                     [&](MemberId id) { return id != company_.self && others_.at(id).view != 0; });
}

// The lowest of those that are alive, or whoever has waited for that one for too long.
bool Membership::should_form(Moment now) const {
  if (forming_ || now < next_attempt_ || now < silent_until_ || now < disowned_until_) return false;
  const std::set<MemberId> heard = alive(now);
  const std::set<MemberId> there = together(heard, now);
  if (there.size() < company_.majority()) return false;
  // Where nobody has ever promised anything, a majority of new members may be one beside an old view. Who of that would
  // say so is among those that are still missed.
  if (seen_ == 0 && there != company_.all) return false;
  if (has_begun_ && now < promised_until(heard)) return false;
  if (!there.contains(company_.self) && is_anybody_in_a_view(heard)) return false;
  const bool waits = !has_begun_ && now - without_view_since_ > 2 * company_.lease;
  if (!has_settled(now) && !waits) return false;
  return !is_as_it_should_be(there, now) && (*there.begin() == company_.self || waits);
}

void Membership::note_apart(Moment now) {
  std::set<MemberId> apart = alive(now);
  for (const MemberId id : together(apart, now)) apart.erase(id);
  if (std::exchange(apart_, apart) != apart) apart_since_ = now;
}

// Whoever has just been started is heard before it, or who waited for it, can say that it is reached.
bool Membership::has_settled(Moment now) const { return apart_.empty() || now - apart_since_ >= company_.lease; }

// Until when no view may begin without those that are not alive. In the present one all can go on as long.
Moment Membership::promised_until(const std::set<MemberId>& alive) const {
  Moment last = Moment::min();
  for (const auto& [id, other] : others_)
    if (!alive.contains(id))
      for (const auto& [life, until] : other.promised) last = std::max(last, until);
  return last;
}

bool Membership::is_as_it_should_be(const std::set<MemberId>& alive, Moment now) const {
  if (!has_begun_) return false;
  if (now - began_at_ < company_.lease) return true;  // others may still be about to begin
  const std::vector<MemberId> there = members();
  if (!std::equal(alive.begin(), alive.end(), there.begin(), there.end())) return false;
  return std::all_of(others_.begin(), others_.end(),
                     [&](const auto& other) { return !alive.contains(other.first) || other.second.view == view(); });
}

// How.

void Membership::refresh(Moment now) {
  if (!has_begun_ || forming_ || now < next_attempt_ || now - began_at_ < 4 * company_.lease) return;
  form(now);
}

void Membership::form(Moment now) {
  next_attempt_ = now + company_.lease + some_time();
  const ViewNumber number = seen_ + 1;
  if (number >= end_of_views)
    throw std::runtime_error("all numbers of views are used up; see \"The state\" in onc-mutexd(8)");
  const Leaving own = promise(self(), number, now);
  std::set<MemberId> called = together(alive(now), now);
  called.insert(company_.self);
  forming_ = Forming{.number = number, .since = now, .called = std::move(called), .left = {}, .promises = {}};
  call_out(now);
  answered(company_.self, own, now);
}

void Membership::call_out(Moment now) {
  for (const MemberId id : forming_->called)
    if (id != company_.self && !forming_->left.contains(id))
      world_.send({.kind = Question::Kind::leave, .to = id, .sent = now, .view = forming_->number});
}

void Membership::on_left(const Question& question, const Leaving& answer, Moment now) {
  const auto found = others_.find(question.to);
  if (found == others_.end()) return;
  elections::Namesakes& namesakes = found->second.namesakes;
  hear_of(question.to, answer.promised);
  note_word(answer.word, now);
  namesakes.answered(answer.who.life, question.sent);
  if (!forming_ || question.view != forming_->number) return;
  if (answer.word != Word::DONE && answer.word != Word::TOO_OLD) return;
  if (!is_plausible(answer.promised) || answer.began >= question.view) return;
  if (answer.word == Word::DONE && !locks::is_sound(answer.standing, question.to, question.view)) return;
  if (answer.word == Word::DONE) {
    if (namesakes.votes(answer.who.life, now)) answered(question.to, answer, now);
    return;
  }
  forming_.reset();
  next_attempt_ = now + some_time();
}

void Membership::answered(MemberId id, const Leaving& answer, Moment now) {
  if (!forming_->left.emplace(id, answer).second) return;
  const auto most = static_cast<std::uint64_t>(Span(2 * company_.lease).count());
  for (const ::mutex::Promise& promise : answer.promises) {
    Moment& until = forming_->promises[{promise.to.member, promise.to.life}];
    const auto left = Span(static_cast<Span::rep>(std::min<std::uint64_t>(promise.left, most)));
    until = std::max(until, now + lengthened(left));
  }
  conclude(now);
}

bool Membership::may_conclude(Moment now) const {
  const auto& left = forming_->left;
  if (left.size() < company_.majority()) return false;
  const bool all = std::all_of(forming_->called.begin(), forming_->called.end(),
                               [&](MemberId id) { return left.contains(id) || !is_alive(id, now); });
  if (!all && now - forming_->since < 2 * company_.interval()) return false;
  return std::all_of(forming_->promises.begin(), forming_->promises.end(), [&](const auto& promise) {
    const auto& [member, life] = promise.first;
    const auto is_there = left.find(member);
    return now >= promise.second || (is_there != left.end() && is_there->second.who.life == life);
  });
}

namespace {

// Whether what it says is of the latest view, `began`, that anybody has been in: of that itself, or of what it took
// along into it without having begun it.
bool goes_on(const Participant& who, const Leaving& left, const Leaving& latest) {
  return std::any_of(latest.participants.begin(), latest.participants.end(), [&](const Origin& origin) {
    return origin.who == who && (!origin.is_fresh || left.began == latest.began);
  });
}

}  // namespace

Beginning Membership::conclusion() const {
  const auto& latest = std::max_element(forming_->left.begin(), forming_->left.end(), [](const auto& a, const auto& b) {
                         return a.second.began < b.second.began;
                       })->second;
  Beginning beginning{.group = company_.group, .to = 0, .number = forming_->number, .members = {}};
  for (const auto& [id, left] : forming_->left) {
    const bool is_fresh = !goes_on(left.who, left, latest);
    beginning.members.push_back({{left.who, is_fresh}, is_fresh ? ::mutex::Standing{} : left.standing});
  }
  return beginning;
}

void Membership::conclude(Moment now) {
  if (!forming_ || !may_conclude(now)) return;
  formed_ = std::make_shared<const Beginning>(conclusion());
  forming_.reset();
  untold_.clear();
  for (const auto& member : formed_->members)
    if (member.origin.who.member != company_.self) untold_.insert(member.origin.who.member);
  tell_all(now);
  on_begin(*formed_, now);
}

void Membership::tell_all(Moment now) {
  for (const MemberId id : untold_)
    world_.send({.kind = Question::Kind::begin, .to = id, .sent = now, .view = formed_->number, .beginning = formed_});
}

void Membership::on_begun(const Question& question, Word) {
  if (formed_ && question.view == formed_->number) untold_.erase(question.to);
}

Span Membership::some_time() { return Span(static_cast<Span::rep>(random_()) % company_.lease.count()); }

}  // namespace services::locks
