// The commands that transfer nothing.
#include "services/file/client/commands.h"
#include "services/file/client/jobs.h"
#include "services/file/client/listing.h"
#include "services/file/client/paths.h"
#include "services/file/client/report.h"
#include "services/file/client/shown.h"

#include <onc/rpc/error.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace services::files {

using file::Kind;
using file::Outcome;

namespace {

void show_json(const std::string& path, const file::Attributes& attributes) {
  Json line;
  add_name(line, "path", path.empty() ? "/" : path);
  line.update(to_json(attributes));
  print_line(line);
}

void show_text(const std::string& path, const file::Attributes& attributes) {
  const char* const kinds = "?-dl?";
  const auto kind = std::min<std::size_t>(static_cast<std::size_t>(attributes.kind), 4);
  std::printf("%c%04o %12llu  %s  %s%s\n", kinds[kind], attributes.mode,
              static_cast<unsigned long long>(attributes.size), shown_time(attributes.modified).c_str(),
              shown(path).c_str(), attributes.kind == Kind::FOLDER && path != "/" ? "/" : "");
}

// Does `act` for each path, and goes on where one fails; not where the server cannot be reached any more.
template <class Act>
int for_each_path(const Options& options, Act act) {
  Session session(options.server);
  Report report(options.json);
  std::vector<Subject> all;
  for (const std::string& path : options.paths) all.push_back({to_remote(path)});
  try {
    expect_server(options.server);
  } catch (const onc::rpc::Error& error) {
    report.all_failed(all, error);
    return report.end_without_summary();
  }
  bool is_reached = true;
  for (const Subject& subject : all) {
    if (!is_reached) {
      report.not_tried(subject);
      continue;
    }
    try {
      act(session, subject.path, report);
    } catch (const Failure& error) {
      report.failed(subject, error);
    } catch (const onc::rpc::Error& error) {
      report.failed(subject, error);
      is_reached = false;
    }
  }
  return report.end_without_summary();
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
      jobs.add({path}, [&report, path](Session& own) { remove_one(own, path, file::ANY, report); });
    });
  }
  for (auto folder = folders.rbegin(); folder != folders.rend() && !folder->empty(); ++folder)
    remove_one(session, *folder, file::ANY, report);
}

void make_with_parents(Session& session, const std::string& path) {
  // Of a bad name not even what is above it is made.
  if (session.client().STAT(path).outcome() == Outcome::BAD_NAME) throw SaidNo(Outcome::BAD_NAME, path);
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    const Outcome outcome = session.changing().MKDIR(folder);
    if (outcome != Outcome::EXISTS || !leads_to_remote_folder(session, folder)) expect_placed(outcome, folder);
    if (end == path.npos) return;
  }
}

// What is in folders, each under its name where there are several.
class List {
 public:
  explicit List(const Options& options) : options_(options) {}

  void show(Session& session, const std::string& path) {
    if (!path.empty()) {
      const file::Attributes attributes = stat_remote(session, path);
      const bool is_listed =
          attributes.kind == Kind::FOLDER || (attributes.kind == Kind::LINK && leads_to_remote_folder(session, path));
      if (!is_listed) return show_one(path, path, attributes);
    }
    heading(path);
    const std::size_t inside = path.empty() ? 0 : path.size() + 1;
    const auto each = [&](const std::string& below, const file::Attributes& attributes) {
      show_one(below, below.substr(inside), attributes);
    };
    if (options_.recursive) return for_each_below(session, path, each);
    for_each_entry(session, path, [&](const file::Entry& entry) { each(join(path, entry.name), entry.attributes); });
  }

 private:
  void show_one(const std::string& path, const std::string& name, const file::Attributes& attributes) {
    has_shown_ = true;
    if (options_.json) return show_json(path, attributes);
    show_text(name, attributes);
  }
  void heading(const std::string& path) {
    if (options_.json || options_.paths.size() < 2) return;
    std::printf("%s%s:\n", has_shown_ ? "\n" : "", path.empty() ? "/" : shown(path).c_str());
    has_shown_ = true;
  }

  const Options& options_;
  bool has_shown_ = false;
};

void expect_name(const std::string& path, const char* what) {
  if (path.empty()) throw Misuse(std::string("the folder that the server exports cannot be ") + what);
}

// What was not there: the one that was to be moved, or the folder it was to go to.
void expect_moved(Session& session, Outcome outcome, const std::string& from, const std::string& to) {
  if (outcome == Outcome::BAD_NAME && to.starts_with(from + "/"))
    throw Failure(shown(from) + ": a folder cannot be moved into itself");
  if (outcome != Outcome::NO_SUCH_FILE) return expect_done(outcome, to);
  stat_remote(session, from);
  expect_placed(outcome, to);
}

}  // namespace

int ls(const Options& options) {
  Options all = options;
  if (all.paths.empty()) all.paths = {""};
  List list(all);
  return for_each_path(all, [&](Session& session, const std::string& path, Report&) { list.show(session, path); });
}

int stat(const Options& options) {
  return for_each_path(options, [&](Session& session, const std::string& path, Report&) {
    const file::Attributes attributes = stat_remote(session, path);
    if (options.json) return show_json(path, attributes);
    show_text(path.empty() ? "/" : path, attributes);
    std::printf("revision %llu\n", static_cast<unsigned long long>(attributes.revision));
  });
}

int remove(const Options& options) {
  if (options.recursive && options.wanted != file::ANY)
    throw Misuse("a revision is one file's: leave out --recursive or --if-revision");
  for (const std::string& path : options.paths) expect_name(to_remote(path), "removed");
  return for_each_path(options, [&](Session& session, const std::string& path, Report& report) {
    if (options.recursive && is_remote_folder(session, path)) return remove_tree(session, path, options, report);
    remove_one(session, path, options.wanted, report);
  });
}

int move(const Options& options) {
  const std::string from = to_remote(options.paths.at(0));
  expect_name(from, "moved");
  Options one = options;
  one.paths.resize(1);
  return for_each_path(one, [&](Session& session, const std::string&, Report& report) {
    std::string to = to_remote(options.paths.at(1));
    if (leads_to_remote_folder(session, to)) to = join(to, last_name(from));
    expect_moved(session, session.changing().RENAME({from, to, options.wanted}), from, to);
    report.done(to);
  });
}

int make_folders(const Options& options) {
  return for_each_path(options, [&](Session& session, const std::string& path, Report& report) {
    if (path.empty())
      expect_done(options.parents ? Outcome::DONE : Outcome::EXISTS, path);
    else if (options.parents)
      make_with_parents(session, path);
    else
      expect_placed(session.changing().MKDIR(path), path);
    report.done(path);
  });
}

}  // namespace services::files
