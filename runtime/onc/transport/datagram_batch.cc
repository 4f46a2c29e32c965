#include <onc/transport/datagram_batch.h>

#include <algorithm>

namespace onc::transport {
namespace {

// The longest datagram over any IP, in bytes.
constexpr std::size_t max_message = 65'535;

void send_many(int descriptor, std::span<mmsghdr> messages) {
  while (!messages.empty()) {
    const auto count = static_cast<unsigned>(messages.size());
    const int sent = ::sendmmsg(descriptor, messages.data(), count, MSG_DONTWAIT | MSG_NOSIGNAL);
    messages = messages.subspan(static_cast<std::size_t>(std::max(sent, 1)));
  }
}

}  // namespace

DatagramBatch::DatagramBatch() : memory_(most * max_message) {}

std::size_t DatagramBatch::receive(int descriptor, std::size_t at_most) {
  for (std::size_t i = 0; i < at_most; ++i) {
    pieces_[i] = {memory_.data() + i * max_message, max_message};
    msghdr& request = requests_[i].msg_hdr;
    request.msg_name = peers_[i].data();
    request.msg_namelen = Address::capacity();
    request.msg_iov = &pieces_[i];
    request.msg_iovlen = 1;
    request.msg_control = controls_[i].data();
    request.msg_controllen = controls_[i].size();
  }
  size_ = at_most == 1 ? receive_one(descriptor) : receive_many(descriptor, at_most);
  for (std::size_t i = 0; i < size_; ++i) peers_[i].resize(requests_[i].msg_hdr.msg_namelen);
  return size_;
}

// recvmmsg and sendmmsg let others run in between: a turn more for whoever waits for the only reply.
std::size_t DatagramBatch::receive_one(int descriptor) {
  const ssize_t received = ::recvmsg(descriptor, &requests_[0].msg_hdr, MSG_DONTWAIT);
  if (received < 0) return 0;
  requests_[0].msg_len = static_cast<unsigned>(received);
  return 1;
}

// Errors of earlier replies, such as "port unreachable", are reported here too: they are nobody's now.
std::size_t DatagramBatch::receive_many(int descriptor, std::size_t at_most) {
  const auto count = static_cast<unsigned>(at_most);
  return static_cast<std::size_t>(std::max(::recvmmsg(descriptor, requests_.data(), count, MSG_DONTWAIT, nullptr), 0));
}

xdr::BytesView DatagramBatch::message(std::size_t index) const {
  return {memory_.data() + index * max_message, requests_[index].msg_len};
}

void DatagramBatch::send(int descriptor) {
  std::array<mmsghdr, most> ready;
  std::size_t count = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    if (replies_[i].size() == 0) continue;
    choose_source(request(i));
    pieces_[i] = {replies_[i].data(), replies_[i].size()};
    ready[count++] = requests_[i];
  }
  if (count == 1)
    ::sendmsg(descriptor, &ready[0].msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL);
  else
    send_many(descriptor, {ready.data(), count});
  for (std::size_t i = 0; i < size_; ++i) {
    replies_[i].clear();
    replies_[i].shrink();
  }
}

}  // namespace onc::transport
