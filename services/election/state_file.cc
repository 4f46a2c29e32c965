#include "services/election/state_file.h"

#include <cinttypes>
#include <cstdio>

namespace services::elections {

namespace {

std::string to_text(Id id, const Kept& kept) {
  const std::string life = kept.life == 0 ? "" : "life " + std::to_string(kept.life) + "\n";
  return "id " + std::to_string(id) + "\nterm " + std::to_string(kept.term) + "\npromised_to " +
         std::to_string(kept.promised_to) + "\n" + life + "lease_ns " + std::to_string(kept.lease.count()) + "\n";
}

// Only what to_text() writes, to the last byte.
std::optional<Kept> from_text(Id id, const std::string& text) {
  Id of = 0;
  Kept kept;
  std::int64_t lease = 0;
  int end = 0;
  const int found = std::sscanf(text.c_str(), "id %" SCNu32 " term %" SCNu64 " promised_to %" SCNu32 " %n", &of,
                                &kept.term, &kept.promised_to, &end);
  if (found != 3) return std::nullopt;
  std::string rest = text.substr(static_cast<std::size_t>(end));
  // Written by hand it needs no life.
  if (std::sscanf(rest.c_str(), "life %" SCNu64 " %n", &kept.life, &end) == 1)
    rest.erase(0, static_cast<std::size_t>(end));
  const bool has_lease = std::sscanf(rest.c_str(), "lease_ns %" SCNd64, &lease) == 1;
  kept.lease = Span(lease);
  if (!has_lease || of != id || kept.lease > Group::longest_lease || kept.term >= end_of_terms ||
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
