#include <onc/transport/late_reply.h>

#include <utility>

namespace onc::transport {

void LateReplies::end(std::size_t bytes) {
  --pending_;
  bytes_ -= bytes;
  for (const auto& resume : std::exchange(waiting_, {})) resume();
}

}  // namespace onc::transport
