#include "services/mutex/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

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
    case Outcome::TIMED_OUT: return "timed_out";
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
  }
  return "something is wrong there, ";
}

std::string line_of(const ::mutex::Peer& peer, ::mutex::MemberId self) {
  const std::string state = peer.id == self ? "this member"
                            : peer.heard    ? "heard " + rounded(peer.silent) + " ago"
                                            : "silent for " + rounded(peer.silent);
  return "  " + std::to_string(peer.id) + " " + printable(peer.uri) + " " + sentence(peer.fault) + state +
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

std::string on_lines(const Json& json, int indent) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

std::string to_text(const ::mutex::Report& report) {
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
  return text;
}

std::string to_json(const ::mutex::Report& report) {
  Json json = {{"member", report.member},        {"algorithm", name(report.algorithm)},
               {"lease", seconds(report.lease)}, {"view", report.view == ::mutex::NO_VIEW ? Json() : Json(report.view)},
               {"peers", Json::array()},         {"locks", Json::array()}};
  for (const ::mutex::Peer& peer : report.peers)
    json["peers"].push_back({{"id", peer.id},
                             {"uri", peer.uri},
                             {"heard", peer.heard},
                             {"in_view", peer.in_view},
                             {"silent", seconds(peer.silent)},
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
  std::string text = queue.holder
                         ? "is held by " + printable(queue.holder->who) + " since " + rounded(queue.holder->held)
                         : "is not yet granted";
  if (queue.before > 0) text += ", " + std::to_string(queue.before) + " before you";
  return text;
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
