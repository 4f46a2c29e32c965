#include "services/election/state_file.h"

#include <cinttypes>
#include <cstdio>

namespace services::elections {

namespace {

std::string to_text(Id id, const Kept& kept) {
  return "id " + std::to_string(id) + "\nterm " + std::to_string(kept.term) + "\npromised_to " +
         std::to_string(kept.promised_to) + "\nlease_ns " + std::to_string(kept.lease.count()) + "\n";
}

// Only what to_text() writes, to the last byte.
std::optional<Kept> from_text(Id id, const std::string& text) {
  Id of = 0;
  Kept kept;
  std::int64_t lease = 0;
  const int found =
      std::sscanf(text.c_str(), "id %" SCNu32 " term %" SCNu64 " promised_to %" SCNu32 " lease_ns %" SCNd64, &of,
                  &kept.term, &kept.promised_to, &lease);
  kept.lease = Span(lease);
  if (found != 4 || of != id || kept.lease > Group::longest_lease || kept.term >= end_of_terms ||
      text != to_text(id, kept))
    return std::nullopt;
  return kept;
}

}  // namespace

StateFile::StateFile(const std::string& folder, Id id) : id_(id), file_(folder, id) {
  if (!file_.text()) return;
  kept_ = from_text(id_, *file_.text());
  if (!kept_) file_.refuse("onc-electiond(8)");
}

void StateFile::keep(const Kept& next) {
  file_.keep(to_text(id_, next));
  kept_ = next;
}

}  // namespace services::elections
