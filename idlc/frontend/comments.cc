#include "passes.h"

namespace idlc {

void attach_comments(Spec&) {}

}  // namespace idlc
