#include "services/time/berkeley.h"

#include <algorithm>

namespace services::time {

namespace {

Span size_of(Span span) { return span < Span(0) ? -span : span; }

}  // namespace

Round::Round(Keeper& keeper, std::size_t peers, const Rules& rules)
    : keeper_(keeper), rules_(rules), setting_(keeper.setting()), heard_(peers) {}

void Round::heard(std::size_t peer, Instant begun, const time_::Exchange& exchange) {
  const auto measured = measure(begun, exchange, keeper_.settled(), rules_.drift);
  if (!measured) return;
  std::optional<Heard>& best = heard_[peer];
  // Measured before and after a correction or a step: only the latter is of any use.
  const bool is_other_clock = best && best->setting != exchange.setting;
  if (best && !is_other_clock && best->measured.error <= measured->error) return;
  best = Heard{*measured, to_instant(exchange.transmitted) + Span(exchange.slewing), exchange.setting};
}

// Those that would not follow a correction anyway do not lead the others either.
bool Round::is_believable(const std::optional<Heard>& heard) const {
  return heard && heard->measured.delay <= rules_.answer_within &&
         size_of(heard->measured.offset) <= Keeper::furthest_correction;
}

// Of two in the middle, that which moves the coordinator less: it must be one of theirs, or two clocks that are far
// apart are both too far from it.
Span Round::median() const {
  std::vector<Span> offsets = {Span(0)};
  for (const auto& heard : heard_)
    if (is_believable(heard)) offsets.push_back(heard->measured.offset);
  std::sort(offsets.begin(), offsets.end());
  const Span lower = offsets[(offsets.size() - 1) / 2];
  const Span upper = offsets[offsets.size() / 2];
  return size_of(lower) <= size_of(upper) ? lower : upper;
}

Span Round::average(std::vector<Verdict>& verdicts) const {
  const Span middle = median();
  Span sum(0);
  Span::rep count = size_of(middle) <= rules_.within ? 1 : 0;  // the coordinator's own offset is 0
  for (std::size_t i = 0; i < heard_.size(); ++i) {
    if (!is_believable(heard_[i]) || size_of(heard_[i]->measured.offset - middle) > rules_.within) continue;
    verdicts[i].is_left_out = false;
    sum += heard_[i]->measured.offset;
    ++count;
  }
  return sum / count;
}

std::optional<std::vector<Verdict>> Round::end() {
  if (keeper_.setting() != setting_) return std::nullopt;
  std::vector<Verdict> verdicts(heard_.size());
  const Span wanted = average(verdicts);
  // Those who have drawn it further than it can follow are drawn back to it.
  const Span own = keeper_.may_slew(wanted) ? wanted : Span(0);
  keeper_.lead(own);
  const RoundName round = keeper_.round();
  for (std::size_t i = 0; i < heard_.size(); ++i) {
    if (!heard_[i]) continue;
    const Heard& heard = *heard_[i];
    verdicts[i].measured = heard.measured;
    if (is_believable(heard_[i]))
      verdicts[i].correction = time_::Correction{.by = (own - heard.measured.offset).count(),
                                                 .from_group = to_wire(Bound(heard.measured.error)),
                                                 .measured = to_wire(heard.at),
                                                 .setting = heard.setting,
                                                 .life = round.life,
                                                 .round = round.number};
  }
  return verdicts;
}

}  // namespace services::time
