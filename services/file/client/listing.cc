#include "services/file/client/listing.h"
#include "services/file/client/paths.h"

#include <vector>

namespace services::files {

using file::Kind;
using file::Outcome;

void for_each_entry(Session& session, const std::string& folder, const std::function<void(const file::Entry&)>& each) {
  std::string after;
  for (bool is_last = false; !is_last;) {
    const file::ListResult result = session.client().LIST({folder, after, file::MAX_ENTRIES});
    expect_done(result.outcome(), folder);
    for (const file::Entry& entry : result.page().entries) {
      check_told_name(entry.name);
      if (entry.name <= after) throw Failure("the server lists names again and again: do not trust it");
      after = entry.name;
      each(entry);
    }
    is_last = result.page().is_last;
    if (!is_last && result.page().entries.empty()) throw Failure("the server lists nothing without an end");
  }
}

void for_each_below(Session& session, const std::string& folder,
                    const std::function<void(const std::string& path, const file::Attributes&)>& each) {
  std::vector<std::string> folders = {folder};
  while (!folders.empty()) {
    const std::string next = std::move(folders.back());
    folders.pop_back();
    for_each_entry(session, next, [&](const file::Entry& entry) {
      const std::string path = join(next, entry.name);
      each(path, entry.attributes);
      if (entry.attributes.kind == Kind::FOLDER) folders.push_back(path);
    });
  }
}

file::Attributes stat_remote(Session& session, const std::string& path) {
  const file::StatResult result = session.client().STAT(path);
  expect_done(result.outcome(), path);
  return result.attributes();
}

bool is_remote_folder(Session& session, const std::string& path) {
  const file::StatResult result = session.client().STAT(path);
  if (result.outcome() == Outcome::NO_SUCH_FILE) return false;
  expect_done(result.outcome(), path);
  return result.attributes().kind == Kind::FOLDER;
}

bool leads_to_remote_folder(Session& session, const std::string& path) {
  const file::StatResult there = session.client().STAT(path);
  if (there.outcome() == Outcome::NO_SUCH_FILE) return false;
  expect_done(there.outcome(), path);
  if (there.attributes().kind != Kind::LINK) return there.attributes().kind == Kind::FOLDER;
  const Outcome listed = session.client().LIST({path, "", 1}).outcome();
  if (listed == Outcome::NOT_A_FOLDER || listed == Outcome::NO_SUCH_FILE || listed == Outcome::OUTSIDE) return false;
  expect_done(listed, path);
  return true;
}

void expect_folder(Session& session, const std::string& path) {
  const file::StatResult result = session.client().STAT(path);
  if (result.outcome() == Outcome::NO_SUCH_FILE) expect_placed(Outcome::NO_SUCH_FILE, join(path, "in"));
  expect_done(result.outcome(), path);
  const Kind kind = result.attributes().kind;  // a link may lead to one
  if (kind == Kind::REGULAR || kind == Kind::OTHER) throw SaidNo(Outcome::NOT_A_FOLDER, path);
}

}  // namespace services::files
