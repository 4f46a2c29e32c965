// Judges what happened between nodes that take turns in an office: by time itself, which none of them knows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace services {

// All moments are true ones, in any unit, and are told in their order. What is wrong first is kept, and said by
// trouble().
class History {
 public:
  using Time = std::int64_t;
  using Holder = std::uint32_t;
  using Token = std::uint64_t;

  // `holder` has taken office with this token, and believes until `sure_until`, unless it is told more, that it is
  // alone in it: whatever becomes of it meanwhile, somebody may act on that.
  void took_office(Time at, Holder holder, Token token, Time sure_until) {
    saw(at, holder, token);
    if (!offices_.empty()) {
      const Office& last = offices_.back();
      if (last.token == token) return wrong(at, token, "has two holders");
      if (last.token > token) return wrong(at, token, "comes after token " + std::to_string(last.token));
      if (at < last.end)
        return wrong(at, token,
                     "begins before token " + std::to_string(last.token) + " is over, at " + std::to_string(last.end));
    }
    offices_.push_back({holder, token, at, sure_until});
  }

  void is_sure(Time at, Holder holder, Token token, Time sure_until) {
    if (offices_.empty() || offices_.back().token != token || offices_.back().holder != holder) {
      if (at < sure_until) wrong(at, token, "is held on to by " + std::to_string(holder) + " after a later one");
      return;
    }
    offices_.back().end = std::max(offices_.back().end, sure_until);
  }

  // Of a holder, which may have died in between, the tokens it knows of must never go back.
  void saw(Time at, Holder holder, Token token) {
    Token& last = seen_[holder];
    if (token < last) wrong(at, token, "is seen by " + std::to_string(holder) + " after " + std::to_string(last));
    last = std::max(last, token);
  }

  // Who is sure to be in office at that moment; 0: nobody.
  Holder holder_at(Time at) const {
    for (const Office& office : offices_)
      if (office.begin <= at && at < office.end) return office.holder;
    return 0;
  }

  // Ever.
  bool has_held(Holder holder) const {
    return std::any_of(offices_.begin(), offices_.end(), [&](const Office& office) { return office.holder == holder; });
  }

  std::size_t offices() const { return offices_.size(); }
  bool is_good() const { return trouble_.empty(); }
  const std::string& trouble() const { return trouble_; }

 private:
  struct Office {
    Holder holder;
    Token token;
    Time begin;
    Time end;
  };

  void wrong(Time at, Token token, const std::string& what) {
    if (trouble_.empty()) trouble_ = "at " + std::to_string(at) + " token " + std::to_string(token) + " " + what;
  }

  std::vector<Office> offices_;
  std::map<Holder, Token> seen_;
  std::string trouble_;
};

}  // namespace services
