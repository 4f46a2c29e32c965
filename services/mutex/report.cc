#include "services/mutex/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>

namespace services::locks {

using ::mutex::Outcome;
using Json = nlohmann::ordered_json;

namespace {

double seconds(::mutex::Nanoseconds nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

std::string rounded(::mutex::Nanoseconds nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", seconds(nanoseconds));
  return text;
}

const char* name(::mutex::Algorithm algorithm) {
  switch (algorithm) {
    case ::mutex::Algorithm::LAMPORT: return "lamport";
    case ::mutex::Algorithm::RICART_AGRAWALA: return "ricart-agrawala";
    case ::mutex::Algorithm::SUZUKI_KASAMI: return "suzuki-kasami";
    case ::mutex::Algorithm::ELSEWHERE: return "elsewhere";
  }
  return "unknown";
}

const char* name(Outcome outcome) {
  switch (outcome) {
    case Outcome::GRANTED: return "granted";
    case Outcome::TIMED_OUT: return "not_free";
    case Outcome::NO_MAJORITY: return "no_majority";
    case Outcome::BAD_NAME: return "bad_name";
    case Outcome::BAD_LEASE: return "bad_lease";
    case Outcome::TOO_MANY_LOCKS: return "too_many_locks";
    case Outcome::TOO_MANY_WAITERS: return "too_many_waiters";
    case Outcome::TOO_MANY_PLACES: return "too_many_places";
    case Outcome::NOT_THE_HOLDER: return "not_the_holder";
    case Outcome::STALE_TOKEN: return "stale_token";
    case Outcome::UNKNOWN_LOCK: return "unknown_lock";
    case Outcome::ENDING: return "ending";
    case Outcome::RELEASED: return "released";
    case Outcome::UNREACHABLE: return "unreachable";
    case Outcome::CUT: return "cut";
  }
  return "unknown";
}

const char* name(::mutex::Fault fault) {
  switch (fault) {
    case ::mutex::Fault::NO_FAULT: return "none";
    case ::mutex::Fault::WRONG_GROUP: return "wrong_group";
    case ::mutex::Fault::WRONG_URI: return "wrong_uri";
    case ::mutex::Fault::WRONG_VIEW: return "wrong_view";
    case ::mutex::Fault::UNREACHED: return "unreached";
    case ::mutex::Fault::TWO_PROCESSES: return "two_processes";
  }
  return "unknown";
}

// With what is to follow; nothing where nothing is wrong.
const char* sentence(::mutex::Fault fault) {
  switch (fault) {
    case ::mutex::Fault::NO_FAULT: return "";
    case ::mutex::Fault::WRONG_GROUP: return "of another group, ";
    case ::mutex::Fault::WRONG_URI: return "another member answers there, ";
    case ::mutex::Fault::WRONG_VIEW: return "its views are far from these, ";
    case ::mutex::Fault::UNREACHED: return "does not answer there, ";
    case ::mutex::Fault::TWO_PROCESSES: return "two processes are started as this one, ";
  }
  return "something is wrong there, ";
}

std::string line_of(const ::mutex::Peer& peer, ::mutex::MemberId self) {
  const auto state = [&]() -> std::string {
    if (peer.id == self) return "this member";
    if (!peer.known) return "never heard";
    const std::string silent = rounded(peer.silent);
    return peer.heard ? "heard " + silent + " ago" : "silent for " + silent;
  };
  return "  " + std::to_string(peer.id) + " " + printable(peer.uri) + " " + sentence(peer.fault) + state() +
         (peer.in_view ? "" : ", not in the view") + "\n";
}

std::string lines_of(const ::mutex::Lock& lock) {
  std::string text = printable(lock.name);
  if (lock.holder)
    text += " held by " + printable(lock.holder->who) + " at member " + std::to_string(lock.holder->at) + " for " +
            rounded(lock.holder->held) + ", token " + std::to_string(lock.holder->token) + "\n";
  else
    text += " held by nobody that is heard\n";
  for (const ::mutex::Waiter& waiter : lock.waiting)
    text += "  waiting: " + printable(waiter.who) + " at member " + std::to_string(waiter.at) + " for " +
            rounded(waiter.waits) + "\n";
  return text;
}

Json json_of(const ::mutex::Holder& holder) {
  return {{"who", holder.who}, {"member", holder.at}, {"token", holder.token}, {"held", seconds(holder.held)}};
}

template <class Holder>
Json json_of_any(const Holder& holder) {
  return holder ? json_of(*holder) : Json();
}

Json json_of(const ::mutex::Lock& lock) {
  Json json = {{"name", lock.name}, {"holder", json_of_any(lock.holder)}, {"waiting", Json::array()}};
  for (const ::mutex::Waiter& waiter : lock.waiting)
    json["waiting"].push_back({{"who", waiter.who}, {"member", waiter.at}, {"waits", seconds(waiter.waits)}});
  return json;
}

// A character in UTF-8 (RFC 3629), of those that are no longer than needed; nothing for what is none.
struct Character {
  char32_t code;
  std::size_t size;
};

std::optional<Character> first_of(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (byte(0) < 0x80) return Character{byte(0), 1};
  const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < size) return std::nullopt;
  char32_t code = byte(0) & (0x7fU >> size);
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (byte(at) & 0x3f);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[size] || code > 0x10ffff || is_surrogate) return std::nullopt;
  return Character{code, size};
}

// Nor does it take the place of others, turn their direction, or hide.
bool is_seen(char32_t code) {
  struct Range {
    char32_t from, to;
  };
  constexpr std::array<Range, 13> unseen = {{{0, 0x1f},
                                             {0x7f, 0x9f},
                                             {0xad, 0xad},
                                             {0x61c, 0x61c},
                                             {0x115f, 0x1160},
                                             {0x180b, 0x180f},
                                             {0x200b, 0x200f},
                                             {0x2028, 0x202e},
                                             {0x2060, 0x206f},
                                             {0xfe00, 0xfe0f},
                                             {0xfeff, 0xfeff},
                                             {0xfff0, 0xfffb},
                                             {0xe0000, 0x10ffff}}};
  return std::none_of(unseen.begin(), unseen.end(),
                      [&](const Range& range) { return code >= range.from && code <= range.to; });
}

// Of the first character's bytes; 0 where that is none to be seen.
std::size_t seen_size(std::string_view text) {
  const auto first = first_of(text);
  return first && is_seen(first->code) ? first->size : 0;
}

std::string escaped(char byte) {
  char text[8];
  std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned char>(byte));
  return text;
}

std::string on_lines(const Json& json, int indent) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string printable(const std::string& text) {
  std::string printed;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t size = seen_size(rest);
    if (size == 0)
      printed += escaped(rest.front());
    else
      printed += rest.substr(0, size);
    rest.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return printed;
}

std::string to_text(const ::mutex::Status& status) {
  const ::mutex::Report& report = status.report();
  std::string text = "member " + std::to_string(report.member);
  if (report.algorithm == ::mutex::Algorithm::ELSEWHERE)
    text += ", locks kept elsewhere";
  else
    text += " of " + std::to_string(report.peers.size()) + ", " + name(report.algorithm);
  text += ", lease " + rounded(report.lease);
  if (report.view == ::mutex::NO_VIEW)
    text += ", no majority is heard: nothing is granted";
  else if (report.algorithm != ::mutex::Algorithm::ELSEWHERE)
    text += ", view " + std::to_string(report.view);
  text += "\n";
  for (const ::mutex::Peer& peer : report.peers) text += line_of(peer, report.member);
  for (const ::mutex::Lock& lock : report.locks) text += lines_of(lock);
  if (status.outcome() == Outcome::CUT)
    text += "there is more than fits into one answer: ask over TCP, or for one lock\n";
  return text;
}

std::string to_json(const ::mutex::Status& status) {
  const ::mutex::Report& report = status.report();
  Json json = {{"member", report.member},
               {"algorithm", name(report.algorithm)},
               {"lease", seconds(report.lease)},
               {"view", report.view == ::mutex::NO_VIEW ? Json() : Json(report.view)},
               {"peers", Json::array()},
               {"locks", Json::array()},
               {"cut", status.outcome() == Outcome::CUT}};
  for (const ::mutex::Peer& peer : report.peers)
    json["peers"].push_back({{"id", peer.id},
                             {"uri", peer.uri},
                             {"heard", peer.heard},
                             {"in_view", peer.in_view},
                             {"silent", peer.known ? Json(seconds(peer.silent)) : Json()},
                             {"fault", name(peer.fault)}});
  for (const ::mutex::Lock& lock : report.locks) json["locks"].push_back(json_of(lock));
  return on_lines(json, 2);
}

std::string outcome_line(const std::string& lock, const ::mutex::Answer& answer) {
  Json json = {{"lock", lock}, {"outcome", name(answer.outcome())}};
  if (answer.outcome() == Outcome::GRANTED) {
    json["token"] = answer.grant().token;
    json["sure"] = seconds(answer.grant().sure);
  } else if (answer.outcome() == Outcome::TIMED_OUT) {
    json["holder"] = json_of_any(answer.queue().holder);
    json["before"] = answer.queue().before;
  }
  return on_lines(json, -1);
}

std::string who_holds(const ::mutex::Queue& queue) {
  std::string text = queue.holder ? "is held by " + printable(queue.holder->who) + " for " + rounded(queue.holder->held)
                                  : "is not yet granted";
  // Who holds it is one of those that come before.
  const std::uint32_t waiting = queue.before - (queue.holder && queue.before > 0 ? 1 : 0);
  if (waiting > 0)
    return text + ", and " + std::to_string(waiting) + (waiting == 1 ? " waits" : " wait") + " before you";
  return queue.before > 0 ? text + ", and you are next" : text;
}

std::string why_not(const std::string& lock, const std::string& server, const ::mutex::Answer& answer) {
  const std::string it = "'" + printable(lock) + "'";
  const std::string there = "the member at " + server;
  switch (answer.outcome()) {
    case Outcome::TIMED_OUT: return it + " " + who_holds(answer.queue());
    case Outcome::NO_MAJORITY: return it + " is granted to nobody: " + there + " hears too few others for a majority";
    case Outcome::BAD_NAME: return it + " is no lock's name: that has from 1 to 255 bytes, none a control character";
    case Outcome::BAD_LEASE: return "a lease lasts from 0.1 to 3600 seconds";
    case Outcome::TOO_MANY_LOCKS: return there + " knows of too many locks for one more";
    case Outcome::TOO_MANY_WAITERS:
      return "too many wait for " + it + " at " + server + ": ask another member, or later";
    case Outcome::TOO_MANY_PLACES: return there + " has too many clients for one more: ask another, or later";
    case Outcome::NOT_THE_HOLDER: return it + " is held no longer";
    case Outcome::STALE_TOKEN: return it + " has been granted anew: this token is of an earlier grant";
    case Outcome::UNKNOWN_LOCK: return "nobody holds " + it + " or waits for it";
    case Outcome::ENDING: return there + " is being ended";
    case Outcome::UNREACHABLE: return there + " cannot reach what it keeps its locks in";
    default: return it + ": outcome " + std::to_string(static_cast<int>(answer.outcome()));
  }
}

}  // namespace services::locks
