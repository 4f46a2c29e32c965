#include <onc/rpc/error.h>
#include <onc/transport/listen.h>

#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace onc::transport {
namespace {

constexpr int backlog = 4096;  // what rpcbind asks for; the kernel lowers it to its own limit

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE: return "; stop the other server, or choose another port (0 takes a free one)";
    case EACCES: return "; ports below 1024 need root: choose another (0 takes a free one)";
    case EADDRNOTAVAIL: return "; this host has no such address";
    default: return "";
  }
}

std::string local_advice(int error) {
  switch (error) {
    case EADDRINUSE: return "; something else is there: stop or remove it, or choose another path";
    case EACCES: return "; choose a path in a folder that you may write to";
    case ENOENT: return "; make its folder first";
    default: return "";
  }
}

[[noreturn]] void fail(const Endpoint& endpoint, int error) {
  const std::error_code code(error, std::generic_category());
  const bool local = endpoint.protocol == Protocol::local;
  throw rpc::Error(code, "cannot listen on " + endpoint.text() + ": " + code.message() +
                             (local ? local_advice(error) : advice(error)));
}

// Only a refusal says that nobody is there: a datagram socket, one not for us or one with a full queue answer
// otherwise.
bool is_dead(const Address& path) {
  const Socket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), path.data(), path.size()) != 0 && errno == ECONNREFUSED;
}

void remove_dead_socket(const Endpoint& endpoint, const Address& path) {
  struct stat status {};
  if (::lstat(endpoint.host.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode) || !is_dead(path)) fail(endpoint, EADDRINUSE);
  ::unlink(endpoint.host.c_str());
}

void set_options(int descriptor, const Endpoint& endpoint, sa_family_t family) {
  const int on = 1;
  if (endpoint.protocol == Protocol::tcp) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
}

}  // namespace

Listener listen(const Endpoint& endpoint) {
  if (!endpoint.protocol)
    throw rpc::Error(rpc::errc::bad_endpoint,
                     "cannot listen on '" + endpoint.text() + "': write tcp://, udp:// or local:// before it");
  const Address address = resolve(endpoint).front();
  if (endpoint.protocol == Protocol::local) remove_dead_socket(endpoint, address);
  const int type = endpoint.protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  Socket socket(::socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) fail(endpoint, errno);
  set_options(socket.get(), endpoint, address.family());
  if (::bind(socket.get(), address.data(), address.size()) != 0) fail(endpoint, errno);
  if (type == SOCK_STREAM && ::listen(socket.get(), backlog) != 0) fail(endpoint, errno);
  Address bound;
  socklen_t size = Address::capacity();
  if (::getsockname(socket.get(), bound.data(), &size) != 0) fail(endpoint, errno);
  bound.resize(size);
  return {std::move(socket), Endpoint::at(*endpoint.protocol, bound)};
}

}  // namespace onc::transport
