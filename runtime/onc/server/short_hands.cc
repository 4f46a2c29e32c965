#include <onc/server/short_hands.h>

#include <cstring>
#include <random>

namespace onc::rpc {

// Not to be guessed: another on the same host could speak for its owner.
std::array<std::byte, 16> ShortHands::any() {
  std::random_device source;
  std::array<std::byte, 16> bytes;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    const std::uint32_t word = source();
    std::memcpy(bytes.data() + i, &word, 4);
  }
  return bytes;
}

xdr::BytesView ShortHands::give(const transport::Address& host, xdr::BytesView sys) {
  std::string owner = host.host();
  const std::size_t host_size = owner.size();
  owner.append(reinterpret_cast<const char*>(sys.data()), sys.size());
  const auto known = by_owner_.find(owner);
  const auto entry = known != by_owner_.end() ? known->second : add(std::move(owner), host_size);
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->short_hand;
}

ShortHands::Entries::iterator ShortHands::add(std::string owner, std::size_t host_size) {
  if (entries_.size() >= most_) {
    by_owner_.erase(entries_.back().owner);
    by_short_hand_.erase(entries_.back().short_hand);
    entries_.pop_back();
  }
  entries_.push_front({std::move(owner), host_size, any()});
  by_owner_.emplace(entries_.front().owner, entries_.begin());
  by_short_hand_.emplace(entries_.front().short_hand, entries_.begin());
  return entries_.begin();
}

std::optional<xdr::BytesView> ShortHands::find(const transport::Address& host, xdr::BytesView short_hand) {
  std::array<std::byte, 16> key;
  if (short_hand.size() != key.size()) return std::nullopt;
  std::memcpy(key.data(), short_hand.data(), key.size());
  const auto known = by_short_hand_.find(key);
  if (known == by_short_hand_.end()) return std::nullopt;
  const Entry& entry = *known->second;
  if (entry.owner.substr(0, entry.host_size) != host.host()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, known->second);
  return std::as_bytes(std::span(entry.owner).subspan(entry.host_size));
}

}  // namespace onc::rpc
