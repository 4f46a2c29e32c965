// The commands that transfer files: several at once.
#include "services/file/client/commands.h"
#include "services/file/client/download.h"
#include "services/file/client/jobs.h"
#include "services/file/client/listing.h"
#include "services/file/client/local_file.h"
#include "services/file/client/paths.h"
#include "services/file/client/report.h"
#include "services/file/client/shown.h"
#include "services/file/descriptor.h"
#include "services/file/times.h"

#include <onc/rpc/error.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace services::files {

namespace fs = std::filesystem;

using file::Kind;
using file::Outcome;

namespace {

struct Sources {
  std::vector<std::string> from;
  std::string to;
};

Sources sources_of(const Options& options, const std::string& here) {
  Sources sources{options.paths, here};
  if (options.paths.size() > 1) {
    sources.to = options.paths.back();
    sources.from.pop_back();
  }
  return sources;
}

// Where a path ends in no name of its own, what goes there keeps its name.
bool is_into(const std::string& to) {
  return to.empty() || to.ends_with('/') || to == "." || to == ".." || to.ends_with("/.") || to.ends_with("/..");
}

bool is_local_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// What a run of jobs needs, and shows.
class Transfer {
 public:
  explicit Transfer(const Options& options)
      : options_(options),
        session_(options.server),
        report_(options.json),
        jobs_(options.server, options.jobs, report_) {
    if (!options.json && ::isatty(STDERR_FILENO))
      bar_.emplace(report_.progress(), if_interrupted());
    else
      notice_.emplace(report_.progress());
  }

  Session& session() { return session_; }
  Report& report() { return report_; }

  // Goes on where `act`, which is about `subject`, fails; does not try it where the server could not be reached before.
  template <class Act>
  void attempt(const Subject& subject, Act act) {
    if (!is_reached_) return report_.not_tried(subject);
    try {
      act();
    } catch (const onc::rpc::Error& error) {
      report_.failed(subject, error);
      is_reached_ = false;
    } catch (const Failure& error) {
      report_.failed(subject, error);
    } catch (const fs::filesystem_error& error) {
      report_.failed(subject, Failure(shown(error.path1().string()) +
                                      " cannot be read or written here: " + error.code().message()));
    }
  }

  void add_upload(const fs::path& local, const std::string& remote, std::uint64_t size) {
    const Subject subject{remote, local.string()};
    count(subject, size);
    jobs_.add(subject, [this, subject](Session& own) {
      report_.moved(subject, upload(own, subject.local, subject.path, options_.wanted, report_.progress()));
    });
  }
  void add_download(const std::string& remote, const fs::path& local, std::uint64_t size) {
    const Subject subject{remote, local.string()};
    const fs::path to = replaceable(subject.local);
    count(subject, size);
    jobs_.add(subject, [this, subject, to](Session& own) {
      const Moved moved = download(own, subject.path, to.string(), report_.progress());
      report_.moved(subject, moved);
      const std::lock_guard lock(mutex_);
      downloaded_[to.parent_path()].insert(to.filename());
    });
  }

  int end() {
    jobs_.wait();
    for (const auto& [folder, names] : downloaded_) {
      remove_parts(folder, names);
      sync(folder);
    }
    const bool is_terminal = bar_.has_value();
    bar_.reset();
    notice_.reset();
    if (is_terminal && report_.progress().files != 0)
      std::fprintf(stderr, "%s\n", report_.summary(report_.progress().files == 1 ? first_name_ : "").c_str());
    return report_.end();
  }

 private:
  const char* if_interrupted() const {
    return options_.wanted == file::ANY ? "\nonc-file: broken off; the same command goes on where it was\n"
                                        : "\nonc-file: broken off\n";
  }
  void count(const Subject& subject, std::uint64_t size) {
    if (report_.progress().files++ == 0) first_name_ = last_name(subject.path);
    report_.progress().bytes += size;
  }
  // The new names are on the disk too before it is said that they are.
  void sync(const fs::path& folder) {
    const std::string name = folder.empty() ? "." : folder.string();
    const Descriptor opened(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0)
      report_.failed(Failure(shown(name) + " cannot be made sure of on the disk here: " + std::strerror(errno)));
  }

  const Options& options_;
  Session session_;
  Report report_;
  bool is_reached_ = true;
  std::string first_name_;
  std::mutex mutex_;
  std::map<fs::path, std::set<std::string>> downloaded_;  // names by folders
  std::optional<ProgressBar> bar_;
  std::optional<WaitingNotice> notice_;
  Jobs jobs_;  // last: its threads use the others
};

// Runs `add`, which finds out what is to be moved for each of `all`, while that is moved.
template <class Add>
int transfer(const Options& options, const std::vector<Subject>& all, Add add) {
  Transfer transfer(options);
  try {
    expect_server(options.server);
    add(transfer);
  } catch (const Failure& error) {
    transfer.report().all_failed(all, error);
  } catch (const onc::rpc::Error& error) {
    transfer.report().all_failed(all, error);
  }
  return transfer.end();
}

// Before anything is moved, for the one would take the other's place.
void expect_apart(const std::vector<Subject>& all, std::string Subject::*from, std::string Subject::*to) {
  std::map<std::string, std::string> sources;
  for (const Subject& one : all)
    if (const auto [there, is_new] = sources.emplace(one.*to, one.*from); !is_new)
      throw Misuse(shown(there->second) + " and " + shown(one.*from) + " would both become " + shown(one.*to) +
                   ": give them names of their own, one at a time");
}

// Whether it was not there yet.
bool make_remote(Session& session, const std::string& folder) {
  if (folder.empty()) return false;
  const Outcome outcome = session.changing().MKDIR(folder);
  if (outcome == Outcome::EXISTS && leads_to_remote_folder(session, folder)) return false;
  expect_placed(outcome, folder);
  return true;
}

bool is_same(std::uint64_t size, std::int64_t modified, const file::Attributes& remote) {
  return remote.kind == Kind::REGULAR && remote.size == size && remote.modified == modified;
}

bool is_here(const fs::path& local, const file::Attributes& remote) {
  struct stat here {};
  return ::stat(local.c_str(), &here) == 0 && S_ISREG(here.st_mode) &&
         is_same(static_cast<std::uint64_t>(here.st_size), to_nanoseconds(here.st_mtim), remote);
}

using Remembered = std::map<std::string, file::Attributes>;  // by name

Remembered what_is_in(Session& session, const std::string& folder) {
  Remembered all;
  for_each_entry(session, folder, [&](const file::Entry& entry) { all.emplace(entry.name, entry.attributes); });
  return all;
}

// Where there is a condition, that decides.
void put_file(Transfer& transfer, const fs::path& local, const std::string& remote, const Remembered& there,
              file::Revision wanted) {
  struct stat here {};
  if (::stat(local.c_str(), &here) != 0) fail_local(local, "read");
  const auto size = static_cast<std::uint64_t>(here.st_size);
  const auto found = there.find(last_name(remote));
  if (wanted == file::ANY && found != there.end() && is_same(size, to_nanoseconds(here.st_mtim), found->second))
    return transfer.report().unchanged({remote, local}, found->second);
  transfer.add_upload(local, remote, size);
}

void put_tree(Transfer& transfer, const fs::path& root, const std::string& to, file::Revision wanted) {
  std::vector<std::pair<fs::path, std::string>> folders = {{root, to}};
  while (!folders.empty()) {
    const auto [folder, remote_folder] = std::move(folders.back());
    folders.pop_back();
    transfer.attempt({remote_folder, folder}, [&, &folder = folder, &remote_folder = remote_folder] {
      const bool is_new = make_remote(transfer.session(), remote_folder);
      const Remembered there = is_new ? Remembered() : what_is_in(transfer.session(), remote_folder);
      for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string remote = join(remote_folder, entry.path().filename());
        if (entry.is_symlink())
          transfer.report().skipped({remote, entry.path()}, "a symbolic link");
        else if (entry.is_directory())
          folders.emplace_back(entry.path(), remote);
        else if (entry.is_regular_file())
          transfer.attempt({remote, entry.path()}, [&] { put_file(transfer, entry.path(), remote, there, wanted); });
        else
          transfer.report().skipped({remote, entry.path()}, "a device, pipe or socket");
      }
    });
  }
}

void get_one_of_tree(Transfer& transfer, const std::string& remote, const fs::path& local,
                     const file::Attributes& attributes) {
  switch (attributes.kind) {
    case Kind::FOLDER: fs::create_directories(local); return;
    case Kind::REGULAR:
      if (is_here(local, attributes)) return transfer.report().unchanged({remote, local}, attributes);
      return transfer.add_download(remote, local, attributes.size);
    case Kind::LINK: return transfer.report().skipped({remote, local}, "a symbolic link");
    default: return transfer.report().skipped({remote, local}, "a device, pipe or socket");
  }
}

void get_tree(Transfer& transfer, const std::string& remote, const fs::path& local) {
  fs::create_directories(local);
  for_each_below(transfer.session(), remote, [&](const std::string& path, const file::Attributes& attributes) {
    const fs::path to = local / path.substr(remote.empty() ? 0 : remote.size() + 1);
    transfer.attempt({path, to}, [&] { get_one_of_tree(transfer, path, to, attributes); });
  });
}

fs::path without_slash(const std::string& text) {
  const fs::path path(text);
  return path.has_filename() || path.root_path() == path ? path : path.parent_path();
}

// What it is called on the server; "" where it is just a folder's content.
std::string name_of(const fs::path& local) {
  return local.filename() == "." || local.filename() == ".." ? "" : local.filename().string();
}

void put_one(Transfer& transfer, const Options& options, const fs::path& local, const std::string& remote) {
  if (options.recursive && is_local_folder(local)) return put_tree(transfer, local, remote, options.wanted);
  std::error_code ignored;
  const auto size = fs::file_size(local, ignored);
  transfer.add_upload(local, remote, ignored ? 0 : size);
}

void get_one(Transfer& transfer, const Options& options, const std::string& remote, const fs::path& local,
             const file::Attributes& attributes) {
  const bool is_folder = attributes.kind == Kind::FOLDER;
  if (options.recursive && is_folder) return get_tree(transfer, remote, without_slash(local));
  expect_done(is_folder ? Outcome::NOT_A_FILE : Outcome::DONE, remote);
  transfer.add_download(remote, local, attributes.size);
}

int put_several(const Options& options, const Sources& sources) {
  const std::string to = to_remote(sources.to);
  std::vector<Subject> all;
  for (const std::string& source : sources.from) all.push_back({join(to, name_of(without_slash(source))), source});
  expect_apart(all, &Subject::local, &Subject::path);
  return transfer(options, all, [&](Transfer& transfer) {
    if (!to.empty()) expect_folder(transfer.session(), to);
    for (const Subject& one : all)
      transfer.attempt(one, [&] { put_one(transfer, options, without_slash(one.local), one.path); });
  });
}

int put_alone(const Options& options, const std::string& source, const std::string& to) {
  const fs::path local = without_slash(source);
  const std::string target = to_remote(to);
  const std::string in_target = join(target, name_of(local));
  const Subject one{is_into(to) ? in_target : target, local};
  return transfer(options, {one}, [&](Transfer& transfer) {
    transfer.attempt(one, [&] {
      const bool is_copy = options.recursive && is_local_folder(local);
      const bool into = is_into(to) || (!is_copy && leads_to_remote_folder(transfer.session(), target));
      put_one(transfer, options, local, into ? in_target : target);
    });
  });
}

int get_several(const Options& options, const Sources& sources) {
  std::vector<Subject> all;
  for (const std::string& source : sources.from) {
    const std::string remote = to_remote(source);
    all.push_back({remote, (fs::path(sources.to) / last_name(remote)).string()});
  }
  expect_apart(all, &Subject::path, &Subject::local);
  if (!is_local_folder(sources.to)) throw Misuse(shown(sources.to) + " is no folder");
  return transfer(options, all, [&](Transfer& transfer) {
    for (const Subject& one : all)
      transfer.attempt(
          one, [&] { get_one(transfer, options, one.path, one.local, stat_remote(transfer.session(), one.path)); });
  });
}

int get_alone(const Options& options, const std::string& source, const std::string& to) {
  const std::string remote = to_remote(source);
  const fs::path in_target = fs::path(to) / last_name(remote);
  const Subject one{remote, is_into(to) ? in_target.string() : to};
  return transfer(options, {one}, [&](Transfer& transfer) {
    transfer.attempt(one, [&] {
      const file::Attributes attributes = stat_remote(transfer.session(), remote);
      const bool is_copy = options.recursive && attributes.kind == Kind::FOLDER;
      const bool into = is_into(to) || (!is_copy && is_local_folder(to));
      get_one(transfer, options, remote, into ? in_target : fs::path(to), attributes);
    });
  });
}

int get_to_output(const Options& options, const Sources& sources) {
  if (sources.from.size() != 1 || options.recursive) throw Misuse("standard output takes one file: get PATH -");
  if (options.json) throw Misuse("--json and a file do not both go to standard output");
  expect_server(options.server);
  Session session(options.server);
  download_to_output(session, to_remote(sources.from.front()));
  return 0;
}

}  // namespace

int put(const Options& options) {
  const Sources sources = sources_of(options, "");
  if (sources.from.size() == 1) return put_alone(options, sources.from.front(), sources.to);
  if (options.wanted != file::ANY && options.wanted != file::ABSENT)
    throw Misuse("a revision is one file's: put that alone");
  return put_several(options, sources);
}

int get(const Options& options) {
  const Sources sources = sources_of(options, ".");
  if (options.paths.size() > 1 && sources.to == "-") return get_to_output(options, sources);
  if (sources.from.size() == 1) return get_alone(options, sources.from.front(), sources.to);
  return get_several(options, sources);
}

}  // namespace services::files
