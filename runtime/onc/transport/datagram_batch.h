// Datagrams that one system call receives, and their replies, which another sends.
#pragma once

#include <onc/transport/datagram_address.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/encoder.h>

#include <array>

#include <sys/socket.h>

namespace onc::transport {

class DatagramBatch {
 public:
  static constexpr std::size_t most = 16;

  // Memory is only touched as far as datagrams are long.
  DatagramBatch();

  // What is there, at most so many (and 1 to `most`): how many they are. What was received before is gone.
  std::size_t receive(int descriptor, std::size_t at_most);

  xdr::BytesView message(std::size_t index) const;
  const Address& peer(std::size_t index) const { return peers_[index]; }
  // With what the kernel says of its way.
  msghdr& request(std::size_t index) { return requests_[index].msg_hdr; }

  // What is written here is sent to the peer; nothing, where nothing is.
  xdr::Encoder& reply(std::size_t index) { return replies_[index]; }
  // One that cannot leave is lost like any datagram: the caller asks again.
  void send(int descriptor);

 private:
  std::size_t receive_one(int descriptor);
  std::size_t receive_many(int descriptor, std::size_t at_most);

  std::size_t size_ = 0;
  xdr::Bytes memory_;
  std::array<mmsghdr, most> requests_{};
  std::array<iovec, most> pieces_{};
  std::array<Address, most> peers_;
  std::array<Control, most> controls_{};
  std::array<xdr::Encoder, most> replies_;
};

}  // namespace onc::transport
