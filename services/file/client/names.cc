// The commands that transfer nothing.
#include "services/file/client/commands.h"
#include "services/file/client/jobs.h"
#include "services/file/client/listing.h"
#include "services/file/client/paths.h"
#include "services/file/client/report.h"
#include "services/file/client/shown.h"

#include <algorithm>
#include <cstdio>

namespace services::files {

using file::Kind;
using file::Outcome;

namespace {

void show(const std::string& path, const file::Attributes& attributes, bool json) {
  if (json) {
    Json line = {{"path", path}};
    line.update(to_json(attributes));
    return print_line(line);
  }
  const char* const kinds = "?-dl?";
  const auto kind = std::min<std::size_t>(static_cast<std::size_t>(attributes.kind), 4);
  std::printf("%c%04o %12llu  %s  %s%s\n", kinds[kind], attributes.mode,
              static_cast<unsigned long long>(attributes.size), shown_time(attributes.modified).c_str(),
              shown(path).c_str(), attributes.kind == Kind::FOLDER ? "/" : "");
}

// Does `act` for each path, and goes on where one fails.
template <class Act>
int for_each_path(const Options& options, Act act) {
  Session session(options.server);
  Report report(options.json);
  for (const std::string& path : options.paths) {
    try {
      act(session, to_remote(path), report);
    } catch (const Failure& error) {
      report.failed(path, error);
    }
  }
  return report.progress().files_failed == 0 ? 0 : 1;
}

void remove_one(Session& session, const std::string& path, file::Revision wanted, Report& report) {
  expect_done(session.changing().REMOVE({path, wanted}), path);
  report.done(path);
}

// Files first, several at once; then the folders, the innermost first.
void remove_tree(Session& session, const std::string& root, const Options& options, Report& report) {
  std::vector<std::string> folders = {root};
  {
    Jobs jobs(options.server, options.jobs, report);
    for_each_below(session, root, [&](const std::string& path, const file::Attributes& attributes) {
      if (attributes.kind == Kind::FOLDER) return folders.push_back(path);
      jobs.add(path, [&report, path](Session& own) { remove_one(own, path, file::ANY, report); });
    });
  }
  for (auto folder = folders.rbegin(); folder != folders.rend() && !folder->empty(); ++folder)
    remove_one(session, *folder, file::ANY, report);
}

void make_with_parents(Session& session, const std::string& path) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    const Outcome outcome = session.changing().MKDIR(folder);
    if (outcome != Outcome::EXISTS || !is_remote_folder(session, folder)) expect_done(outcome, folder);
    if (end == path.npos) return;
  }
}

}  // namespace

int ls(const Options& options) {
  Options all = options;
  if (all.paths.empty()) all.paths = {""};
  return for_each_path(all, [&](Session& session, const std::string& path, Report&) {
    const auto each = [&](const std::string& below, const file::Attributes& attributes) {
      show(below.substr(path.empty() ? 0 : path.size() + 1), attributes, options.json);
    };
    if (!path.empty() && stat_remote(session, path).kind == Kind::REGULAR)
      return show(path, stat_remote(session, path), options.json);
    if (options.recursive) return for_each_below(session, path, each);
    for_each_entry(session, path, [&](const file::Entry& entry) { show(entry.name, entry.attributes, options.json); });
  });
}

int stat(const Options& options) {
  return for_each_path(options, [&](Session& session, const std::string& path, Report&) {
    const file::Attributes attributes = stat_remote(session, path);
    show(path.empty() ? "/" : path, attributes, options.json);
    if (!options.json) std::printf("revision %llu\n", static_cast<unsigned long long>(attributes.revision));
  });
}

int remove(const Options& options) {
  if (options.recursive && options.wanted != file::ANY)
    throw Misuse("a revision is one file's: leave out --recursive or --if-revision");
  return for_each_path(options, [&](Session& session, const std::string& path, Report& report) {
    if (options.recursive && is_remote_folder(session, path)) return remove_tree(session, path, options, report);
    remove_one(session, path, options.wanted, report);
  });
}

int move(const Options& options) {
  Session session(options.server);
  Report report(options.json);
  const std::string from = to_remote(options.paths.at(0));
  std::string to = to_remote(options.paths.at(1));
  if (is_remote_folder(session, to)) to = join(to, last_name(from));
  try {
    expect_done(session.changing().RENAME({from, to, options.wanted}), from);
  } catch (const SaidNo& no) {
    report.failed(from, no.outcome() == Outcome::NO_SUCH_FILE ? no : SaidNo(no.outcome(), to));
    return 1;
  }
  report.done(to);
  return 0;
}

int make_folders(const Options& options) {
  return for_each_path(options, [&](Session& session, const std::string& path, Report& report) {
    if (options.parents)
      make_with_parents(session, path);
    else
      expect_done(session.changing().MKDIR(path), path);
    report.done(path);
  });
}

}  // namespace services::files
