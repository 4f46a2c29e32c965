#include <onc/transport/clock.h>
#include <onc/transport/datagram_server.h>
#include <onc/transport/record.h>

#include <algorithm>
#include <cstring>
#include <new>

#include <sys/socket.h>

namespace onc::transport {
namespace {

// What a datagram can carry over IPv4: 65,535 bytes less the IP and UDP headers.
constexpr std::size_t max_reply = 65'507;

// Then other sockets are served.
constexpr std::size_t served_at_once = 64;

// A few ticks of the clock.
constexpr std::chrono::milliseconds longest_batch{10};

}  // namespace

// What is kept of a request until its reply is there.
class DatagramServer::Late : public LateReply {
 public:
  Late(std::shared_ptr<DatagramServer*> server, const msghdr& request, std::size_t bytes)
      : server_(std::move(server)), request_(request), bytes_(bytes) {
    std::memcpy(peer_.data(), request.msg_name, request.msg_namelen);
    std::memcpy(control_.data(), request.msg_control, request.msg_controllen);
    request_.msg_name = peer_.data();
    request_.msg_control = control_.data();
    executor_ = (*server_)->socket_.get_executor();
    all_ = (*server_)->late_;
    host_ = (*server_)->host_;
    all_->begin(host_, bytes_);
  }
  ~Late() override { all_->end(host_, bytes_); }

  asio::any_io_executor executor() override { return executor_; }
  void send(xdr::Encoder reply) override {
    if (*server_) (*server_)->reply_to(request_, reply.bytes().subspan(mark_size));
  }

 private:
  std::shared_ptr<DatagramServer*> server_;
  asio::any_io_executor executor_;
  std::shared_ptr<LateReplies> all_;
  Host host_;
  Address peer_;
  Control control_;
  msghdr request_;
  std::size_t bytes_;
};

// A host that has its share of what is still to be answered is passed over: it asks again.
std::unique_ptr<LateReply> DatagramServer::defer() {
  if (late_->is_full(host_)) throw std::bad_alloc();
  return std::make_unique<Late>(self_, *request_, request_size_);
}

DatagramServer::DatagramServer(asio::io_context& context, Socket socket, Handler& handler, std::size_t max_late,
                               std::size_t max_late_bytes)
    : socket_(context), handler_(handler), late_(std::make_shared<LateReplies>(max_late, max_late_bytes)) {
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
  for (std::size_t served = 0; served < served_at_once && !late_->is_full();) {
    const std::size_t came = serve_batch(std::min(expected_, late_->room()));
    if (came == 0) break;
    served += came;
    expect_after(came);
  }
  if (late_->is_full())
    wait_for_room();
  else
    wait();
}

void DatagramServer::wait_for_room() try {
  late_->wait_for_room({}, [server = self_] {
    if (*server) (*server)->wait();
  });
} catch (const std::bad_alloc&) {
  wait();
}

// Where they come one by one, each as soon as the last is answered, to ask for several costs more than it brings: that
// is only tried at times.
void DatagramServer::expect_after(std::size_t came) {
  constexpr unsigned tried_after = 8;
  if (came > 1) {
    alone_ = 0;
    expected_ = came == expected_ ? std::min(2 * came, DatagramBatch::most) : came;
  } else {
    expected_ = ++alone_ % tried_after == 0 ? 2 : 1;
  }
}

std::size_t DatagramServer::serve_batch(std::size_t at_most) {
  const std::size_t count = batch_.receive(socket_.native_handle(), at_most);
  const TimePoint began = about_now();
  for (std::size_t i = 0; i < count; ++i) {
    try {
      serve_one(i);
    } catch (...) {  // no memory or no room for it: the peer asks again
      batch_.reply(i).clear();
    }
    // Those that are answered do not wait for handlers that take long.
    if (about_now() - began > longest_batch) batch_.send(socket_.native_handle());
  }
  batch_.send(socket_.native_handle());
  return count;
}

void DatagramServer::serve_one(std::size_t index) {
  msghdr& request = batch_.request(index);
  request_ = &request;
  request_size_ = batch_.message(index).size();
  host_ = host_of(batch_.peer(index));
  const Address local = local_of(request, bound_);
  const Arrival arrival{Protocol::udp, batch_.peer(index), local, std::nullopt, max_reply, this};
  handler_(batch_.message(index), arrival, batch_.reply(index));
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
