#include "services/mutex/state_file.h"

#include "services/election/fingerprint.h"

#include <onc/rpc/error.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace services::locks {

namespace {

std::uint64_t fingerprint(const std::set<MemberId>& all) {
  elections::Fingerprint fingerprint;
  for (const MemberId id : all) fingerprint.add(id);
  return fingerprint.value();
}

std::string to_text(MemberId id, ViewNumber promised) {
  return "id " + std::to_string(id) + "\nview " + std::to_string(promised) + "\n";
}

elections::KeptFile open_file(const std::string& folder, MemberId id) {
  try {
    return elections::KeptFile(folder, id);
  } catch (const onc::rpc::Error& error) {
    if (error.code() != std::errc::device_or_resource_busy) throw;
    throw onc::rpc::Error(error.code(), "member " + std::to_string(id) + " already runs, with its state in " + folder +
                                            "; end it first, or start this one with the --id of another member");
  }
}

[[noreturn]] void refuse_damaged(const std::string& folder, MemberId id) {
  throw onc::rpc::Error(std::make_error_code(std::errc::bad_message),
                        folder + "/" + std::to_string(id) + ".state is damaged, so what member " + std::to_string(id) +
                            " has promised is not known; \"The state\" in onc-mutexd(8) says how to go on");
}

[[noreturn]] void refuse_others(const std::string& folder, MemberId id) {
  throw onc::rpc::Error(std::make_error_code(std::errc::invalid_argument),
                        "the state of member " + std::to_string(id) + " in " + folder +
                            " is of other members than --node lists; \"Other members\" in onc-mutexd(8) says how to go "
                            "on with these");
}

}  // namespace

std::string StateFile::text(ViewNumber promised) const {
  return to_text(id_, promised) + "members " + std::to_string(members_) + "\n";
}

// Only what text() writes, to the last byte; or without the members, as it may be written by hand.
StateFile::StateFile(const std::string& folder, MemberId id, const std::set<MemberId>& all, ViewNumber begin_at)
    : id_(id), members_(fingerprint(all)), file_(open_file(folder, id)) {
  if (file_.text()) {
    MemberId of = 0;
    std::uint64_t members = 0;
    const int found = std::sscanf(file_.text()->c_str(), "id %" SCNu32 " view %" SCNu64 " members %" SCNu64, &of,
                                  &promised_, &members);
    std::string known = to_text(id_, promised_);
    if (found == 3) known += "members " + std::to_string(members) + "\n";
    if (found < 2 || *file_.text() != known || promised_ >= end_of_views) refuse_damaged(folder, id);
    if (found == 3 && members != members_ && begin_at <= promised_) refuse_others(folder, id);
  }
  promised_ = std::max(promised_, begin_at);
  if (promised_ > 0 && file_.text() != text(promised_)) keep(promised_);
}

void StateFile::keep(ViewNumber promised) {
  file_.keep(text(promised));
  promised_ = promised;
}

}  // namespace services::locks
