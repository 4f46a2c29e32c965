// Services without a network: what a client sends is served where it stands. For the tests of who writes services.
#pragma once

#include <onc/server/service.h>
#include <onc/transport/channel.h>

#include <memory>

namespace onc::rpc {

class AsyncService;
class Observer;

// A call goes the whole way, through header, credential and codec, and no socket, port or thread is needed:
//
//   Notes notes;                              // a Server of the .x, filled in
//   onc::rpc::InMemory network;
//   network.add(notes);
//   notes::NOTES::v1::Client client(network.connect());
//
// A handler of an AsyncService runs until it has answered; timers it waits for take their time. Where it never can,
// and where a handler throws NoReply, the client's timeout passes at once. As over any channel that it was given, a
// client that has timed out over TCP is of no more use: connect another.
// Services must outlive it, and it must outlive its clients. Not for several threads at once.
class InMemory {
 public:
  InMemory();
  InMemory(const InMemory&) = delete;
  InMemory& operator=(const InMemory&) = delete;
  ~InMemory();

  // Throws std::invalid_argument for a program and version there is already.
  void add(Service& service, ServiceOptions options = {});
  void add(AsyncService& service, ServiceOptions options = {});

  // As a server's.
  void observe(Observer& observer);

  // The way to the services, for a Client. `protocol` and `peer` are what Caller tells handlers: whom they serve by
  // address can be tried from any.
  std::unique_ptr<transport::Channel> connect(transport::Protocol protocol = transport::Protocol::tcp,
                                              const transport::Address& peer = transport::Address::ip("127.0.0.1", 1));

 private:
  class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onc::rpc
