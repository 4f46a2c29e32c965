#include <onc/transport/late_reply.h>

#include <utility>

namespace onc::transport {

void LateReplies::end() {
  --pending_;
  for (const auto& resume : std::exchange(waiting_, {})) resume();
}

}  // namespace onc::transport
