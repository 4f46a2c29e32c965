#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <future>
#include <memory>
#include <thread>

#include <netdb.h>

namespace onc::transport {
namespace {

struct Answer {
  int error = 0;
  std::vector<Address> addresses;
};

// Blocks for as long as the resolver likes, unless `flags` has AI_NUMERICHOST.
Answer ask_resolver(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_NUMERICSERV;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = endpoint.protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  Answer answer;
  answer.error =
      ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port.value_or(0)).c_str(), &hints, &found);
  if (answer.error != 0) return answer;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (const addrinfo* one = found; one; one = one->ai_next)
    answer.addresses.emplace_back(one->ai_addr, static_cast<socklen_t>(one->ai_addrlen));
  return answer;
}

// getaddrinfo() has no deadline and cannot be called off: it is left to end by itself, on a thread that holds all it
// needs.
Answer ask_resolver_until(const Endpoint& endpoint, TimePoint deadline) {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  std::thread([promise, endpoint] { promise->set_value(ask_resolver(endpoint, 0)); }).detach();
  if (answer.wait_until(deadline) == std::future_status::ready) return answer.get();
  throw rpc::Error(rpc::errc::timed_out, "the name '" + endpoint.host + "' was not resolved in time");
}

}  // namespace

std::vector<Address> resolve_numeric(const Endpoint& endpoint) {
  if (endpoint.protocol == Protocol::local) return {Address::path(endpoint.host)};
  return ask_resolver(endpoint, AI_NUMERICHOST).addresses;
}

std::vector<Address> resolve(const Endpoint& endpoint, TimePoint deadline) {
  if (endpoint.protocol == Protocol::local) return {Address::path(endpoint.host)};
  Answer answer = ask_resolver(endpoint, AI_NUMERICHOST);
  if (answer.error == EAI_NONAME)
    answer = deadline == TimePoint::max() ? ask_resolver(endpoint, 0) : ask_resolver_until(endpoint, deadline);
  if (answer.error != 0 || answer.addresses.empty())
    throw rpc::Error(rpc::errc::unknown_host,
                     "the host '" + endpoint.host + "' has no address: " + ::gai_strerror(answer.error));
  return std::move(answer.addresses);
}

}  // namespace onc::transport
