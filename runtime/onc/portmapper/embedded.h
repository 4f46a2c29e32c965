// A portmapper inside a server, for where there is neither port 111 nor a daemon, as in a container. Link
// onc::portmapper.
#pragma once

#include <onc/server/server.h>
#include <onc/transport/endpoint.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace onc::rpc {

// Tells where the programs of its server are, by versions 2, 3 and 4 (RFC 1833), over TCP and UDP at a port of its own:
//
//   onc::rpc::Server server;
//   server.add(clock);
//   server.listen("tcp://0.0.0.0:0");
//   onc::rpc::EmbeddedPortmapper portmapper(server, 1111);
//   server.run();
//
// ONC_PORTMAPPER=tcp://host:1111 has oncpp's clients ask there; at port 111, any client does. Nobody registers there
// but its server, and calls are not handed on. What other hosts may have of it is what portmapper(8) gives them:
// nothing over UDP that is longer than its question, and a thousand calls a second each.
class EmbeddedPortmapper {
 public:
  // To be made after the server's add() and listen(): what comes later is not told of. `port`: 0 takes a free one.
  // It must outlive the server's last run(). Throws std::invalid_argument where the server serves a portmapper already,
  // and Error where it cannot listen, in one sentence that says what to do: the server then serves on without it, at
  // TCP sockets too that it had opened by then.
  explicit EmbeddedPortmapper(Server& server, std::uint16_t port = 111);
  EmbeddedPortmapper(const EmbeddedPortmapper&) = delete;
  EmbeddedPortmapper& operator=(const EmbeddedPortmapper&) = delete;
  ~EmbeddedPortmapper();

  // Where it is asked; the server's endpoints are these, too, from here on.
  const std::vector<transport::Endpoint>& endpoints() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onc::rpc
