// Answers SNTP at a UDP socket.
#pragma once

#include "services/time/keeper.h"

#include <asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace services::time {

class NtpServer {
 public:
  // Questions a second of one host that are answered. Hosts share such allowances, so that there is no end of hosts.
  static constexpr int most_of_a_host = 20;

  // `uri`: udp://host:port; NTP's port is 123. On `executor`, which must be a server's (executor_of); to be destroyed
  // before that server. `keeper` must outlive the server. Throws onc::rpc::Error, in a sentence that says what to do.
  NtpServer(const asio::any_io_executor& executor, const std::string& uri, const Keeper& keeper);
  NtpServer(const NtpServer&) = delete;
  NtpServer& operator=(const NtpServer&) = delete;
  ~NtpServer();

  // Where it is: udp://127.0.0.1:40123.
  std::string uri() const;

 private:
  class Listening;
  std::shared_ptr<Listening> listening_;
};

}  // namespace services::time
