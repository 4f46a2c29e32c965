#include "services/mutex/state_file.h"

#include <cinttypes>
#include <cstdio>

namespace services::locks {

namespace {

std::string to_text(MemberId id, ViewNumber promised) {
  return "id " + std::to_string(id) + "\nview " + std::to_string(promised) + "\n";
}

}  // namespace

// Only what to_text() writes, to the last byte.
StateFile::StateFile(const std::string& folder, MemberId id) : id_(id), file_(folder, id) {
  if (!file_.text()) return;
  MemberId of = 0;
  const int found = std::sscanf(file_.text()->c_str(), "id %" SCNu32 " view %" SCNu64, &of, &promised_);
  if (found != 2 || *file_.text() != to_text(id_, promised_) || promised_ >= end_of_views)
    file_.refuse("onc-mutexd(8)");
}

void StateFile::keep(ViewNumber promised) {
  file_.keep(to_text(id_, promised));
  promised_ = promised;
}

}  // namespace services::locks
