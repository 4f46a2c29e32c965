// Follows whoever leads: says where that is and by which term, whenever it changes, until it is ended or nobody answers.
#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <string_view>
#include <thread>
#include <vector>

#include "election.x.h"

namespace {

using Node = election::ELECTION::v1::Client;

constexpr const char* usage = R"(usage: example-election-client [URI]...
A URI is that of a node, onc-electiond(8); of several, the next is asked where one does not answer or hears too few
others. Without any: tcp://127.0.0.1:7411
)";

// Whoever was of no use is asked last the next time.
election::Status ask(std::vector<Node>& nodes) {
  for (std::size_t left = nodes.size() - 1;; --left) {
    try {
      const election::Status status = nodes.front().STATUS();
      if (left == 0 || status.condition != election::Condition::NO_MAJORITY) return status;
    } catch (const onc::rpc::Error&) {
      if (left == 0) throw;
    }
    std::rotate(nodes.begin(), nodes.begin() + 1, nodes.end());
  }
}

// To hand `term` on with all that is sent there: nobody should do what an older one than it has seen asks for.
void follow(election::Id leader, election::Term term, const std::vector<election::Peer>& peers) {
  const auto found =
      std::find_if(peers.begin(), peers.end(), [&](const election::Peer& peer) { return peer.id == leader; });
  std::cout << leader << " leads in term " << term;
  if (found != peers.end()) std::cout << ", at " << found->uri;
  std::cout << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string_view> servers(argv + 1, argv + argc);
  if (servers.empty()) servers = {"tcp://127.0.0.1:7411"};
  if (servers.front().starts_with('-')) {
    const bool is_asked_for = servers.front() == "--help";
    (is_asked_for ? std::cout : std::cerr) << usage;
    return is_asked_for ? 0 : 2;
  }
  std::vector<Node> nodes;
  for (const std::string_view server : servers)
    nodes.emplace_back(server, onc::rpc::ClientOptions{.timeout = std::chrono::seconds(2)});

  for (election::Term followed = 0;; std::this_thread::sleep_for(std::chrono::milliseconds(500))) {
    const election::Status status = ask(nodes);
    if (status.condition != election::Condition::LED || status.term <= followed) continue;
    followed = status.term;
    follow(status.coordinator, status.term, status.peers);
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
