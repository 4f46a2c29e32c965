#include <onc/client/xid.h>

#include <random>

namespace onc::rpc {

std::uint32_t first_xid() { return std::random_device()(); }

}  // namespace onc::rpc
