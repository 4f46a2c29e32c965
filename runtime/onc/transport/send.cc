#include <onc/transport/send.h>

#include <array>

#include <sys/socket.h>
#include <sys/uio.h>

namespace onc::transport {

ssize_t send_rest(int descriptor, const xdr::Encoder& message, std::size_t sent) {
  if (!message.has_large()) {
    const xdr::BytesView left = message.bytes().subspan(sent);
    return ::send(descriptor, left.data(), left.size(), MSG_NOSIGNAL);
  }
  std::array<iovec, 64> places;
  std::size_t count = 0;
  for (xdr::BytesView piece : message.pieces()) {
    const std::size_t passed = std::min(sent, piece.size());
    sent -= passed;
    piece = piece.subspan(passed);
    if (piece.empty()) continue;
    if (count == places.size()) break;  // the caller comes again
    places[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
  }
  msghdr all{};
  all.msg_iov = places.data();
  all.msg_iovlen = count;
  return ::sendmsg(descriptor, &all, MSG_NOSIGNAL);
}

}  // namespace onc::transport
