// The portmapper, by whatever its callers say: a run of calls on one table, from root, other users, this host and
// others. Each record begins with a byte that says who calls.
#include "portmapper/portmapper.h"

#include <onc/message/message.h>
#include <onc/server/dispatcher.h>

#include <array>
#include <map>

#include "fuzz/must.h"
#include "fuzz/records.h"

namespace {

using namespace onc;
using portmapper::Entry;
using portmapper::Registry;
using transport::Address;
using transport::Protocol;

struct From {
  Protocol protocol;
  Address peer;
  Address local;
  std::optional<uid_t> uid;
  bool is_here;
};

const std::array<From, 7>& callers() {
  static const std::array<From, 7> all = {{
      {Protocol::local, Address(), Address::path("/run/rpcbind.sock"), 0, true},
      {Protocol::local, Address(), Address::path("/run/rpcbind.sock"), 1000, true},
      {Protocol::tcp, Address::ip("127.0.0.1", 700), Address::ip("127.0.0.1", 111), {}, true},
      {Protocol::udp, Address::ip("::1", 7000), Address::ip("::1", 111), {}, true},
      {Protocol::tcp, Address::ip("fd99::2", 700), Address::ip("fd99::1", 111), {}, false},
      {Protocol::udp, Address::ip("10.99.0.2", 700), Address::ip("10.99.0.1", 111), {}, false},
      {Protocol::udp, Address::ip("fd99::2", 7000), Address::ip("fd99::1", 111), {}, false},
  }};
  return all;
}

class Host {
 public:
  Host() {
    portmapper_.registry().add_own("tcp", "0.0.0.0.0.111");
    for (const char* netid : {"tcp", "udp"})
      portmapper_.registry().set({100'003, 3, netid, "0.0.0.0.8.1", std::string(portmapper::superuser)});
    for (portmapper::Gate* gate : portmapper_.gates()) dispatcher_.add(*gate);
  }

  void send(xdr::BytesView message, const From& from) {
    const auto before = owned();
    xdr::Encoder reply;
    const transport::Arrival arrival{from.protocol, from.peer, from.local, from.uid, std::size_t{1} << 16};
    dispatcher_.answer(message, arrival, reply);
    check_table();
    if (from.uid != 0) must(is_kept(before, from), "nobody removes or changes what is root's");
    if (!from.is_here) must(owned() == before, "other hosts change nothing");
    if (from.protocol != Protocol::udp || from.is_here) return;
    must(reply.size() <= std::max<std::size_t>(message.size(), 76), "no answer is of use to who forges addresses");
  }

 private:
  using Owned = std::map<Registry::Number, Entry>;

  Owned owned() const { return portmapper_.registry().entries(); }

  bool is_kept(const Owned& before, const From& from) const {
    // From a port below 1024 it is root who calls.
    if (from.is_here && from.protocol != Protocol::local && from.peer.port() < 1024) return true;
    const auto& now = portmapper_.registry().entries();
    for (const auto& [number, entry] : before) {
      if (entry.owner != portmapper::superuser) continue;
      const auto there = now.find(number);
      if (there == now.end() || there->second != entry) return false;
    }
    return true;
  }

  void check_table() const {
    for (const auto& [number, entry] : portmapper_.registry().entries()) {
      const Entry* const found = portmapper_.registry().find_exactly(entry.program, entry.version, entry.netid);
      must(found == &entry, "each entry is found, and is the only one of its kind");
      for (const char c : entry.address) must(static_cast<unsigned char>(c) >= ' ', "addresses can be shown");
    }
  }

  // What -l logs is made of strangers' bytes, too.
  static portmapper::Rules rules() {
    portmapper::Rules rules;
    rules.called = [](const std::string& who, const std::string& what) {
      for (const char c : who + what) must(c >= ' ' && c <= '~', "who calls what can be shown");
    };
    return rules;
  }

  portmapper::Portmapper portmapper_{rules()};
  rpc::Dispatcher dispatcher_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  Host host;
  for (const xdr::Bytes& record : records_of(std::as_bytes(std::span(data, size)).subspan(1), 8'000, 1 + data[0])) {
    if (record.empty()) continue;
    const auto& from = callers()[static_cast<std::size_t>(record[0]) % callers().size()];
    host.send(xdr::BytesView(record).subspan(1), from);
  }
  return 0;
}
