#include "portmapper/dump.h"
#include "portmapper/netconfig.h"
#include "portmapper/portmap_v2.h"

#include "rpcbind.x.h"

namespace portmapper {
namespace {

constexpr std::size_t piece = std::size_t{16} << 10;

void tell(onc::xdr::Encoder& out, const Entry& entry, std::uint32_t protocol) {
  if (protocol != 2) {
    out.boolean(true);
    encode(out, onc::rpcbind::rpcb{entry.program, entry.version, entry.netid, entry.address, entry.owner});
  } else if (const auto mapping = mapping_of(entry)) {
    out.boolean(true);
    encode(out, *mapping);
  }
}

}  // namespace

bool Dump::operator()(onc::xdr::Encoder& out) {
  const std::size_t begin = out.size();
  for (auto at = registry_->entries().upper_bound(told_); at != registry_->entries().end(); ++at) {
    tell(out, at->second, protocol_);
    told_ = at->first;
    if (out.size() - begin >= piece) return true;
  }
  out.boolean(false);
  return false;
}

}  // namespace portmapper
