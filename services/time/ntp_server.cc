#include "services/time/ntp_server.h"

#include "services/time/allowances.h"
#include "services/time/sntp.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/host.h>

#include <asio/ip/udp.hpp>
#include <asio/ip/v6_only.hpp>

#include <array>

namespace services::time {

using asio::ip::udp;
using onc::rpc::Error;
using onc::transport::Endpoint;
using onc::transport::Host;
using onc::transport::Protocol;

namespace {

constexpr std::uint16_t ntp_port = 123;
// More than the longest question; what does not fit is none.
constexpr std::size_t buffer_size = 128;

onc::transport::Address address_of(const udp::endpoint& endpoint) {
  return {endpoint.data(), static_cast<socklen_t>(endpoint.size())};
}

udp::endpoint endpoint_of(const std::string& uri) {
  const Endpoint endpoint = Endpoint::parse(uri);
  const auto address = onc::transport::resolve(endpoint).front();
  const std::uint16_t port = endpoint.port.value_or(ntp_port);
  return {asio::ip::make_address(address.host()), port};
}

}  // namespace

// Its handlers keep it, so that it is there as long as the executor has any of them.
class NtpServer::Listening : public std::enable_shared_from_this<NtpServer::Listening> {
 public:
  Listening(const asio::any_io_executor& executor, const std::string& uri, const Keeper& keeper)
      : socket_(executor), keeper_(keeper) {
    const udp::endpoint endpoint = endpoint_of(uri);
    asio::error_code trouble;
    socket_.open(endpoint.protocol(), trouble);
    // Or all hosts of IPv4 would be one of IPv6, and share its allowance.
    if (!trouble && endpoint.address().is_v6()) socket_.set_option(asio::ip::v6_only(true), trouble);
    if (!trouble) socket_.bind(endpoint, trouble);
    if (!trouble) socket_.non_blocking(true, trouble);
    if (trouble)
      throw Error(trouble, "cannot serve NTP at " + uri + ": " + trouble.message() +
                               "; try another port, as udp://127.0.0.1:0, or run it as root for one below 1024");
  }

  void receive() {
    socket_.async_receive_from(asio::buffer(buffer_), peer_,
                               [self = shared_from_this()](const asio::error_code& trouble, std::size_t size) {
                                 if (self->has_ended_) return;
                                 if (!trouble) self->answer(size);
                                 self->receive();
                               });
  }

  void end() {
    has_ended_ = true;
    asio::error_code ignored;
    socket_.close(ignored);
  }

  std::string uri() const { return Endpoint::at(Protocol::udp, address_of(socket_.local_endpoint())).text(); }

 private:
  void answer(std::size_t size) {
    const Instant received = keeper_.now();
    const Host host = onc::transport::host_of(address_of(peer_));
    if (!allowances_.take(host, std::chrono::steady_clock::now())) return;
    const Bound from_utc = to_bound(keeper_.bounds().from_utc);
    const auto packet = time::answer({buffer_.data(), size}, received, keeper_.now(), from_utc);
    asio::error_code ignored;  // an answer that does not leave is lost, as others are
    if (packet) socket_.send_to(asio::buffer(*packet), peer_, 0, ignored);
  }

  udp::socket socket_;
  const Keeper& keeper_;
  std::array<std::byte, buffer_size> buffer_{};
  udp::endpoint peer_;
  Allowances allowances_{most_of_a_host};
  bool has_ended_ = false;
};

NtpServer::NtpServer(const asio::any_io_executor& executor, const std::string& uri, const Keeper& keeper)
    : listening_(std::make_shared<Listening>(executor, uri, keeper)) {
  listening_->receive();
}

NtpServer::~NtpServer() { listening_->end(); }

std::string NtpServer::uri() const { return listening_->uri(); }

}  // namespace services::time
