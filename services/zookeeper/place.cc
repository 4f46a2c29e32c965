#include "services/zookeeper/place.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

namespace services::zookeeper {

namespace {

constexpr std::size_t mark_size = 32;

bool is_mark(const std::string& text) {
  return text.size() == mark_size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::optional<Name> Name::parse(const std::string& text) {
  if (text.size() <= mark_size || text[mark_size] != '-' || !is_mark(text.substr(0, mark_size))) return std::nullopt;
  // "%010d", which has a sign once the counter has come round.
  std::int32_t number = 0;
  const char* const digits = text.data() + mark_size + 1;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(digits, end, number);
  char written[12];
  std::snprintf(written, sizeof written, "%010d", number);
  if (error != std::errc() || stopped != end || written != std::string(digits)) return std::nullopt;
  return Name{text.substr(0, mark_size), static_cast<std::uint32_t>(number)};
}

std::vector<std::string> in_order(const std::vector<std::string>& names) {
  std::vector<std::pair<Name, std::string>> parsed;
  for (const std::string& name : names)
    if (auto of = Name::parse(name)) parsed.emplace_back(std::move(*of), name);
  std::sort(parsed.begin(), parsed.end(), [](const auto& a, const auto& b) { return a.first.is_before(b.first); });
  std::vector<std::string> ordered;
  for (auto& [of, name] : parsed) ordered.push_back(std::move(name));
  return ordered;
}

void Place::enter(std::string mark) {
  mark_ = std::move(mark);
  go_on();
}

void Place::leave() {
  if (mark_.empty() || is_leaving_) return;
  is_leaving_ = true;
  go_on();
}

void Place::retry() { go_on(); }

void Place::go_on() {
  if (is_asking_ || mark_.empty()) return;
  if (is_leaving_) return go_on_leaving();
  if (is_first_ && token_ && !was_told_) {
    was_told_ = true;
    ensemble_.became_first(*token_);
    return go_on();  // it may have been told to leave
  }
  if (surplus_.empty() && (is_first_ ? is_looked_at_ : is_watching_)) return;
  is_asking_ = true;
  if (!surplus_.empty()) return ensemble_.remove(surplus_.back());
  if (!own_ && !may_be_made_) return ensemble_.create(mark_ + "-");
  if (is_first_) return ensemble_.look(*own_);
  if (before_) return ensemble_.watch(*before_);
  list();
}

// A server that is behind may not know yet of a node whose making was not answered, and which is made all the same.
void Place::list() { may_be_made_ ? ensemble_.list_after_all() : ensemble_.list(); }

void Place::go_on_leaving() {
  if (!own_ && !may_be_made_ && surplus_.empty()) {
    forget();
    mark_.clear();
    is_leaving_ = false;
    return ensemble_.left();
  }
  is_asking_ = true;
  if (!surplus_.empty()) return ensemble_.remove(surplus_.back());
  if (own_) return ensemble_.remove(*own_);
  list();
}

bool Place::take(Outcome outcome) {
  is_asking_ = false;
  if (outcome == Outcome::refused && !is_leaving_) ensemble_.refused();
  return is_known(outcome);
}

void Place::forget() {
  may_be_made_ = false;
  own_.reset();
  surplus_.clear();
  before_.reset();
  is_watching_ = false;
  is_first_ = false;
  is_looked_at_ = false;
  was_told_ = false;
  token_.reset();
}

void Place::lose() {
  const bool was_first = was_told_;
  forget();
  if (was_first && !is_leaving_) ensemble_.lost_first();
}

void Place::lose_node() {
  if (own_) mark_ = ensemble_.new_mark();
  lose();
}

void Place::on_ended() {
  is_asking_ = false;
  lose();
  if (is_leaving_) return go_on_leaving();
  mark_.clear();
}

void Place::on_created(Outcome outcome, const std::string& name, std::uint64_t token) {
  may_be_made_ = outcome == Outcome::lost;
  if (!take(outcome) || outcome == Outcome::absent) return;
  own_ = name;
  token_ = token;
  go_on();
}

void Place::on_listed(Outcome outcome, const std::vector<std::string>& names) {
  if (!take(outcome)) return;
  const std::vector<std::string> queue = in_order(names);
  find_own(queue);
  if (own_) find_before(queue);
  go_on();
}

void Place::find_own(const std::vector<std::string>& names) {
  may_be_made_ = false;
  std::vector<std::string> own;
  for (const std::string& name : names)
    if (name.compare(0, mark_.size() + 1, mark_ + "-") == 0) own.push_back(name);
  if (own.empty()) return lose_node();
  if (own_ != own.front()) {
    token_.reset();
    is_looked_at_ = false;
  }
  own_ = own.front();
  surplus_.assign(own.begin() + 1, own.end());
}

void Place::find_before(const std::vector<std::string>& names) {
  const auto own = std::find(names.begin(), names.end(), *own_);
  is_first_ = own == names.begin();
  before_ = is_first_ ? std::nullopt : std::optional(*(own - 1));
}

void Place::on_watched(Outcome outcome) {
  if (!take(outcome)) return;
  is_watching_ = outcome == Outcome::done && before_;
  if (!is_watching_) before_.reset();
  go_on();
}

void Place::on_changed(const std::string& name) {
  if (own_ == name) is_looked_at_ = false;
  if (before_ == name) {
    before_.reset();
    is_watching_ = false;
  }
  go_on();
}

void Place::on_looked(Outcome outcome, std::uint64_t token) {
  if (!take(outcome)) return;
  is_looked_at_ = outcome == Outcome::done;
  if (is_looked_at_)
    token_ = token;
  else
    lose_node();
  go_on();
}

void Place::on_removed(Outcome outcome) {
  if (!take(outcome)) return;
  if (!surplus_.empty())
    surplus_.pop_back();
  else
    own_.reset();
  go_on();
}

}  // namespace services::zookeeper
