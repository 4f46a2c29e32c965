// A server that runs on a thread of its own for as long as a test needs it.
#pragma once

#include <onc/server/server.h>

#include <string>
#include <thread>

class RunningServer {
 public:
  RunningServer(std::initializer_list<onc::rpc::Service*> services, std::initializer_list<const char*> endpoints,
                onc::rpc::ServerOptions options = {}, const onc::rpc::ServiceOptions& of_services = {})
      : server_(options) {
    for (onc::rpc::Service* service : services) server_.add(*service, of_services);
    run(endpoints);
  }
  RunningServer(std::initializer_list<onc::rpc::AsyncService*> services, std::initializer_list<const char*> endpoints,
                onc::rpc::ServerOptions options = {}, const onc::rpc::ServiceOptions& of_services = {})
      : server_(options) {
    for (onc::rpc::AsyncService* service : services) server_.add(*service, of_services);
    run(endpoints);
  }
  ~RunningServer() {
    server_.stop();
    thread_.join();
  }

  // The URI of the endpoint given as number `index`.
  std::string at(std::size_t index = 0) const { return server_.endpoints().at(index).text(); }
  const onc::transport::Endpoint& endpoint(std::size_t index = 0) const { return server_.endpoints().at(index); }

 private:
  void run(std::initializer_list<const char*> endpoints) {
    for (const char* endpoint : endpoints) server_.listen(endpoint);
    thread_ = std::thread([this] { server_.run(); });
  }

  onc::rpc::Server server_;
  std::thread thread_;
};
