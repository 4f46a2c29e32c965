#include <onc/transport/datagram_server.h>
#include <onc/transport/record.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>

#include <netinet/in.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

// What a datagram can carry over IPv4 (65,535 less the IP and UDP headers) and over any IP.
constexpr std::size_t max_reply = 65'507;
constexpr std::size_t max_message = 65'535;

// Between two of these other sockets are served.
constexpr int served_at_once = 64;

// A datagram's local address travels beside it: a reply must leave from where the question went to, also on a host
// with several addresses, or its asker will not take it.
using Control = std::array<std::byte, 64>;

void ask_for_local_address(int descriptor, sa_family_t family) {
  const int on = 1;
  if (family == AF_INET6)
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  else
    ::setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

template <class Info>
Info read_info(const cmsghdr* header) {
  Info info;
  std::memcpy(&info, CMSG_DATA(header), sizeof info);
  return info;
}

Address local_of(const in_pktinfo& info, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr = info.ipi_spec_dst;  // what was asked may be a broadcast address: this one is ours
  return {reinterpret_cast<const sockaddr*>(&v4), sizeof v4};
}

Address local_of(const in6_pktinfo& info, std::uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = info.ipi6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) v6.sin6_scope_id = info.ipi6_ifindex;
  return {reinterpret_cast<const sockaddr*>(&v6), sizeof v6};
}

Address local_of(msghdr& message, const Address& bound) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
      return local_of(read_info<in_pktinfo>(header), bound.port());
    if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
      return local_of(read_info<in6_pktinfo>(header), bound.port());
  }
  return bound;
}

// The kernel's note on the request, turned into one that chooses the reply's source. The interface is left to the
// routing table, but for link-local addresses.
void choose_source(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      auto info = read_info<in_pktinfo>(header);
      // A broadcast's destination cannot be a source: spec_dst is the address of ours it came in by.
      info = {.ipi_ifindex = 0, .ipi_spec_dst = info.ipi_spec_dst, .ipi_addr = {}};
      std::memcpy(CMSG_DATA(header), &info, sizeof info);
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      auto info = read_info<in6_pktinfo>(header);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr))
        info.ipi6_addr = in6addr_any;
      else if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
        info.ipi6_ifindex = 0;
      std::memcpy(CMSG_DATA(header), &info, sizeof info);
    }
  }
}

}  // namespace

// What is kept of a request until its reply is there.
class DatagramServer::Late : public LateReply {
 public:
  Late(std::shared_ptr<DatagramServer*> server, const msghdr& request) : server_(std::move(server)), request_(request) {
    std::memcpy(peer_.data(), request.msg_name, request.msg_namelen);
    std::memcpy(control_.data(), request.msg_control, request.msg_controllen);
    request_.msg_name = peer_.data();
    request_.msg_control = control_.data();
    executor_ = (*server_)->socket_.get_executor();
    all_ = (*server_)->late_;
    all_->begin();
  }
  ~Late() override { all_->end(); }

  asio::any_io_executor executor() override { return executor_; }
  void send(xdr::Encoder reply) override {
    if (*server_) (*server_)->reply_to(request_, reply.bytes().subspan(mark_size));
  }

 private:
  std::shared_ptr<DatagramServer*> server_;
  asio::any_io_executor executor_;
  std::shared_ptr<LateReplies> all_;
  Address peer_;
  alignas(cmsghdr) Control control_;
  msghdr request_;
};

std::unique_ptr<LateReply> DatagramServer::defer() { return std::make_unique<Late>(self_, *request_); }

DatagramServer::DatagramServer(asio::io_context& context, Socket socket, Handler& handler, std::size_t max_late)
    : socket_(context), handler_(handler), late_(std::make_shared<LateReplies>(max_late)), message_(max_message) {
  socklen_t size = Address::capacity();
  if (::getsockname(socket.get(), bound_.data(), &size) == 0) bound_.resize(size);
  ask_for_local_address(socket.get(), bound_.family());
  socket_.assign(socket.release());
  wait();
}

DatagramServer::~DatagramServer() { *self_ = nullptr; }

void DatagramServer::close() {
  asio::error_code ignored;
  socket_.close(ignored);
}

void DatagramServer::finish() {
  finishing_ = true;
  asio::error_code ignored;
  socket_.cancel(ignored);
}

void DatagramServer::wait() {
  if (finishing_) return;
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, waiting_.keep([this](asio::error_code error) {
    if (!error) serve_arrived();
  }));
}

void DatagramServer::serve_arrived() {
  for (int i = 0; i < served_at_once && !late_->is_full(); ++i) {
    try {
      if (!serve_one()) break;
    } catch (...) {  // out of memory: the peer asks again
    }
  }
  if (!late_->is_full()) return wait();
  late_->wait_for_room([server = self_] {
    if (*server) (*server)->wait();
  });
}

bool DatagramServer::serve_one() {
  Address peer;
  alignas(cmsghdr) Control control;
  iovec bytes{message_.data(), message_.size()};
  msghdr request{};
  request.msg_name = peer.data();
  request.msg_namelen = Address::capacity();
  request.msg_iov = &bytes;
  request.msg_iovlen = 1;
  request.msg_control = control.data();
  request.msg_controllen = control.size();
  const ssize_t received = ::recvmsg(socket_.native_handle(), &request, MSG_DONTWAIT);
  // Errors of earlier replies, such as "port unreachable", are reported here too: they are nobody's now.
  if (received < 0) return errno != EAGAIN;
  peer.resize(request.msg_namelen);
  const Address local = local_of(request, bound_);
  reply_.clear();
  request_ = &request;
  const Arrival arrival{Protocol::udp, peer, local, std::nullopt, max_reply, this};
  handler_({message_.data(), static_cast<std::size_t>(received)}, arrival, reply_);
  if (reply_.size() != 0) reply_to(request, reply_.bytes());
  return true;
}

// A reply that cannot leave is lost like any datagram: the caller asks again.
void DatagramServer::reply_to(msghdr& request, xdr::BytesView reply) {
  choose_source(request);
  iovec bytes{const_cast<std::byte*>(reply.data()), reply.size()};
  request.msg_iov = &bytes;
  request.msg_flags = 0;
  ::sendmsg(socket_.native_handle(), &request, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace onc::transport
