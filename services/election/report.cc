#include "services/election/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>

namespace services::elections {

using election::Condition;
using election::Fault;
using election::Status;
using Json = nlohmann::ordered_json;

namespace {

double seconds(election::Nanoseconds nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

std::string rounded(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

const char* name(election::Algorithm algorithm) {
  switch (algorithm) {
    case election::Algorithm::RING: return "ring";
    case election::Algorithm::BULLY: return "bully";
    case election::Algorithm::ZOOKEEPER: return "zookeeper";
  }
  return "unknown";
}

const char* name(Condition condition) {
  switch (condition) {
    case Condition::LED: return "led";
    case Condition::NO_COORDINATOR: return "no_coordinator";
    case Condition::NO_MAJORITY: return "no_majority";
  }
  return "unknown";
}

const char* name(Fault fault) {
  switch (fault) {
    case Fault::NO_FAULT: return "none";
    case Fault::WRONG_GROUP: return "wrong_group";
    case Fault::WRONG_URI: return "wrong_uri";
    case Fault::WRONG_TERM: return "wrong_term";
    case Fault::NOT_KEPT: return "not_kept";
    case Fault::RUNS_TWICE: return "runs_twice";
  }
  return "unknown";
}

// With what is to follow; nothing where nothing is wrong.
const char* sentence(Fault fault) {
  switch (fault) {
    case Fault::NO_FAULT: return "";
    case Fault::WRONG_GROUP: return "of another group, ";
    case Fault::WRONG_URI: return "another node answers there, ";
    case Fault::WRONG_TERM: return "in a term too far from this node's, ";
    case Fault::NOT_KEPT: return "cannot write its state, ";
    case Fault::RUNS_TWICE: return "two processes say they are it, ";
  }
  return "something is wrong there, ";
}

// 2026-11-22T16:30:00Z; nothing where nobody leads, and for moments before 1970.
std::optional<std::string> since(const Status& status, WallTime now) {
  const auto time = std::chrono::nanoseconds(now.time_since_epoch()).count();
  if (status.condition != Condition::LED || time < 0 || status.held > static_cast<std::uint64_t>(time))
    return std::nullopt;
  // Rounded as a whole, and down: it would jump with each part, and be to come.
  const auto begun = std::chrono::floor<std::chrono::seconds>(now - std::chrono::nanoseconds(status.held));
  const std::time_t then = std::chrono::system_clock::to_time_t(begun);
  std::tm utc{};
  char text[32];
  if (::gmtime_r(&then, &utc) == nullptr || std::strftime(text, sizeof text, "%FT%TZ", &utc) == 0) return std::nullopt;
  return text;
}

// What a stranger said must not move a terminal's cursor.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

std::string line_of(const election::Peer& peer, election::Id self) {
  const auto state = [&]() -> std::string {
    if (peer.id == self) return "this node";
    if (!peer.known) return "never heard";
    const std::string silent = rounded(seconds(peer.silent));
    return peer.heard ? "heard " + silent + " ago" : "silent for " + silent;
  };
  return "  " + std::to_string(peer.id) + " " + printable(peer.uri) + " " + sentence(peer.fault) + state() + "\n";
}

Json json_of(const election::Peer& peer) {
  return {{"id", peer.id},
          {"uri", peer.uri},
          {"heard", peer.heard},
          {"silent", peer.known ? Json(seconds(peer.silent)) : Json()},
          {"fault", name(peer.fault)}};
}

std::string on_lines(const Json& json, int indent) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace) + "\n";
}

Json coordinator_of(const Status& status) {
  return status.condition == Condition::LED ? Json(status.coordinator) : Json();
}

}  // namespace

const char* why_nobody(const Status& status) {
  if (status.condition != Condition::NO_MAJORITY) return "an election is to come or under way";
  return status.algorithm == election::Algorithm::ZOOKEEPER ? "ZooKeeper does not answer the node"
                                                            : "too few nodes are heard for a majority";
}

std::string to_text(const Status& status, WallTime now) {
  // In ZooKeeper there are as many as come.
  const bool is_one_of_so_many = status.algorithm != election::Algorithm::ZOOKEEPER;
  std::string text = "node " + std::to_string(status.node) +
                     (is_one_of_so_many ? ", one of " + std::to_string(status.peers.size()) : "") + ", " +
                     name(status.algorithm) + ", lease " + rounded(seconds(status.lease)) + "\n";
  const auto begun = since(status, now);
  if (status.condition == Condition::LED)
    text += "coordinator " + std::to_string(status.coordinator) + " in term " + std::to_string(status.term) +
            (begun ? ", since " + *begun : "") + "\n";
  else
    text += std::string("no coordinator: ") + why_nobody(status) + "; the last term seen is " +
            std::to_string(status.term) + "\n";
  for (const election::Peer& peer : status.peers) text += line_of(peer, status.node);
  return text;
}

std::string to_json(const Status& status, WallTime now) {
  const bool is_led = status.condition == Condition::LED;
  const auto begun = since(status, now);
  Json json = {{"node", status.node},
               {"algorithm", name(status.algorithm)},
               {"lease", seconds(status.lease)},
               {"condition", name(status.condition)},
               {"coordinator", coordinator_of(status)},
               {"term", status.term},
               {"since", begun ? Json(*begun) : Json()},
               {"held", is_led ? Json(seconds(status.held)) : Json()},
               {"sure", seconds(status.sure)},
               {"peers", Json::array()}};
  for (const election::Peer& peer : status.peers) json["peers"].push_back(json_of(peer));
  return on_lines(json, 2);
}

std::string leader_line(const Status& status, bool as_json) {
  if (as_json)
    return on_lines(
        {{"coordinator", coordinator_of(status)}, {"term", status.term}, {"condition", name(status.condition)}}, -1);
  if (status.condition != Condition::LED) return "none\n";
  return std::to_string(status.coordinator) + " " + std::to_string(status.term) + "\n";
}

}  // namespace services::elections
