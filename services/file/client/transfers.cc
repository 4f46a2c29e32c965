// The commands that transfer files: several at once.
#include "services/file/client/commands.h"
#include "services/file/client/download.h"
#include "services/file/client/jobs.h"
#include "services/file/client/listing.h"
#include "services/file/client/paths.h"
#include "services/file/client/report.h"
#include "services/file/client/shown.h"
#include "services/file/descriptor.h"

#include <cstring>
#include <filesystem>
#include <optional>
#include <set>

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

// What a run of jobs needs, and shows.
class Transfer {
 public:
  explicit Transfer(const Options& options)
      : options_(options),
        session_(options.server),
        report_(options.json),
        jobs_(options.server, options.jobs, report_) {
    if (!options.json && ::isatty(STDERR_FILENO)) bar_.emplace(report_.progress());
  }

  Session& session() { return session_; }
  Report& report() { return report_; }

  void add_upload(const fs::path& local, const std::string& remote, std::uint64_t size) {
    count(size);
    jobs_.add(local, [this, from = local.string(), remote](Session& own) {
      report_.moved(from, remote, upload(own, from, remote, options_.wanted, report_.progress()));
    });
  }
  void add_download(const std::string& remote, const fs::path& local, std::uint64_t size) {
    count(size);
    folders_.insert(local.parent_path());
    jobs_.add(remote, [this, remote, to = local.string()](Session& own) {
      report_.moved(to, remote, download(own, remote, to, report_.progress()));
    });
  }

  int end() {
    jobs_.wait();
    for (const fs::path& folder : folders_) sync(folder);
    bar_.reset();
    return report_.end();
  }

 private:
  void count(std::uint64_t size) {
    ++report_.progress().files;
    report_.progress().bytes += size;
  }
  // The new names are on the disk too before it is said that they are.
  void sync(const fs::path& folder) {
    const std::string name = folder.empty() ? "." : folder.string();
    const Descriptor opened(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0)
      report_.failed(name, Failure(shown(name) + " cannot be made sure of on the disk here: " + std::strerror(errno)));
  }

  const Options& options_;
  Session session_;
  Report report_;
  std::set<fs::path> folders_;
  std::optional<ProgressBar> bar_;
  Jobs jobs_;  // last: its threads use the others
};

// Runs `add` for each source, and goes on where one fails.
template <class Add>
int transfer(const Options& options, const std::vector<std::string>& from, Add add) {
  Transfer transfer(options);
  for (const std::string& source : from) {
    try {
      add(transfer, source);
    } catch (const Failure& error) {
      transfer.report().failed(source, error);
    } catch (const fs::filesystem_error& error) {
      transfer.report().failed(source, Failure(shown(error.path1().string()) +
                                               " cannot be read or written here: " + error.code().message()));
    }
  }
  return transfer.end();
}

void make_remote(Session& session, const std::string& folder) {
  if (folder.empty()) return;
  const Outcome outcome = session.changing().MKDIR(folder);
  if (outcome != Outcome::EXISTS || !is_remote_folder(session, folder)) expect_done(outcome, folder);
}

void put_tree(Transfer& transfer, const fs::path& local, const std::string& remote) {
  make_remote(transfer.session(), remote);
  for (fs::recursive_directory_iterator entry(local), end; entry != end; ++entry) {
    const std::string to = join(remote, entry->path().lexically_relative(local).string());
    if (entry->is_symlink() || !(entry->is_directory() || entry->is_regular_file()))
      transfer.report().skipped(entry->path());
    else if (entry->is_directory())
      make_remote(transfer.session(), to);
    else
      transfer.add_upload(entry->path(), to, entry->file_size());
  }
}

void get_tree(Transfer& transfer, const std::string& remote, const fs::path& local) {
  fs::create_directories(local);
  for_each_below(transfer.session(), remote, [&](const std::string& path, const file::Attributes& attributes) {
    const fs::path to = local / path.substr(remote.empty() ? 0 : remote.size() + 1);
    if (attributes.kind == Kind::FOLDER)
      fs::create_directories(to);
    else if (attributes.kind == Kind::REGULAR)
      transfer.add_download(path, to, attributes.size);
    else
      transfer.report().skipped(path);
  });
}

fs::path without_slash(const std::string& text) {
  const fs::path path(text);
  return path.has_filename() || path.root_path() == path ? path : path.parent_path();
}

}  // namespace

int put(const Options& options) {
  const Sources sources = sources_of(options, "");
  if (sources.from.size() > 1 && options.wanted != file::ANY && options.wanted != file::ABSENT)
    throw Misuse("a revision is one file's: put that alone");
  const std::string to = to_remote(sources.to);
  Session session(options.server);
  const bool into = to.empty() || sources.from.size() > 1 || sources.to.ends_with('/') || is_remote_folder(session, to);
  return transfer(options, sources.from, [&](Transfer& transfer, const std::string& source) {
    const fs::path local = without_slash(source);
    const std::string name = local.filename() == "." || local.filename() == ".." ? "" : local.filename().string();
    const std::string remote = into ? join(to, name) : to;
    if (options.recursive && fs::is_directory(local)) return put_tree(transfer, local, remote);
    std::error_code ignored;
    const auto size = fs::file_size(local, ignored);
    transfer.add_upload(local, remote, ignored ? 0 : size);
  });
}

int get(const Options& options) {
  const Sources sources = sources_of(options, ".");
  const bool into = sources.from.size() > 1 || sources.to.ends_with('/') || fs::is_directory(sources.to);
  return transfer(options, sources.from, [&](Transfer& transfer, const std::string& source) {
    const std::string remote = to_remote(source);
    const fs::path local = into ? fs::path(sources.to) / last_name(remote) : fs::path(sources.to);
    const file::Attributes attributes = stat_remote(transfer.session(), remote);
    if (options.recursive && attributes.kind == Kind::FOLDER) return get_tree(transfer, remote, without_slash(local));
    transfer.add_download(remote, local, attributes.size);
  });
}

}  // namespace services::files
