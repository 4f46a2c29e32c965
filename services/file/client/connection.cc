#include "services/file/client/connection.h"
#include "services/file/client/shown.h"

#include <onc/rpc/error.h>

#include <algorithm>
#include <limits>
#include <thread>

namespace services::files {

using file::Outcome;

namespace {

const char* reason(Outcome outcome) {
  switch (outcome) {
    case Outcome::DONE: return "it is done";
    case Outcome::NO_SUCH_FILE: return "there is no such file or folder on the server";
    case Outcome::EXISTS: return "that exists already on the server";
    case Outcome::NOT_A_FOLDER: return "what should be a folder on the server is none";
    case Outcome::NOT_A_FILE: return "that is no regular file on the server; folders need --recursive";
    case Outcome::NOT_EMPTY:
      return "the folder is not empty, or uploads to it are under way; --recursive removes what is in it";
    case Outcome::BAD_NAME: return "the server takes no such name: \"..\", too long, or kept for uploads";
    case Outcome::OUTSIDE: return "that leads out of the folder that the server exports";
    case Outcome::DENIED:
      return "the server does not let you do that: by its --allow rules, see onc-filed(8), or because the user that "
             "onc-filed runs as lacks the permission";
    case Outcome::READ_ONLY: return "the server exports it to be read only";
    case Outcome::NO_SPACE: return "the server's disk is full";
    case Outcome::TOO_LARGE: return "the server's file system takes no file that large";
    case Outcome::REVISION_CHANGED: return "there is another revision of it on the server than is wanted";
    case Outcome::NO_SUCH_UPLOAD: return "the server has lost the upload: try again";
    case Outcome::INCOMPLETE: return "the server has another number of bytes than were sent: try again";
    case Outcome::WRONG_HASH: return "what the server has got is not what was sent: try again";
    case Outcome::FAILED: return "the server cannot do it, and its log says why";
    case Outcome::NOT_YET: return "the server is busy with it: try again";
  }
  return "the server said what this program does not know";
}

void replace(std::string& text, const std::string& what, const std::string& by) {
  if (const std::size_t at = text.find(what); at != text.npos) text.replace(at, what.size(), by);
}

onc::rpc::ClientOptions options(const ServerAddress& server) {
  onc::rpc::ClientOptions options;
  options.timeout = server.timeout;
  options.credential = onc::rpc::Credential::sys_of_this_process();
  options.max_reply = std::size_t{2} << 20;
  options.retrying.times = std::numeric_limits<int>::max();  // the timeout ends it
  return options;
}

}  // namespace

std::string sentence_of(const std::exception& error) {
  std::string text = error.what();
  if (dynamic_cast<const onc::rpc::Error*>(&error) == nullptr) return text;
  const auto& program = file::FILES::v1::program;
  const std::string version = " version " + std::to_string(program.version);
  if (const std::size_t at = text.find(version + " at "); at != text.npos && text.starts_with(program.name))
    text.replace(0, at + version.size(), "no answer from the file server");
  replace(text, program.name + version + " is not registered", "no file server is registered");
  replace(text, "; it did not run", "");
  replace(text, "; it may have run", "; it may have done it nevertheless");
  replace(text, "; it has run", "; it has done it nevertheless");
  return text;
}

SaidNo::SaidNo(Outcome outcome, const std::string& path)
    : Failure(shown(path.empty() ? "/" : path) + ": " + reason(outcome)), outcome_(outcome) {}

void expect_done(Outcome outcome, const std::string& path) {
  if (outcome != Outcome::DONE) throw SaidNo(outcome, path);
}

void expect_placed(Outcome outcome, const std::string& path) {
  const std::size_t end = path.rfind('/');
  if (outcome != Outcome::NO_SUCH_FILE || end == path.npos) return expect_done(outcome, path);
  const std::string folder = shown(path.substr(0, end));
  throw Failure("the folder " + folder + " is missing on the server: onc-file mkdir -p " + folder);
}

void expect_server(const ServerAddress& server) {
  auto once = options(server);
  once.retrying.times = 0;
  try {
    Client(server.uri, once).ping();
  } catch (const onc::rpc::Error& error) {
    std::string text = error.what();
    replace(text, "; it may have run", "");  // but it does nothing
    throw onc::rpc::Error(error.code(), text);
  }
}

void Pauses::sleep() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ > longest) next_ = shortest;
  std::this_thread::sleep_for(next_);
  next_ = std::min(2 * next_, longest);
  last_ = std::chrono::steady_clock::now();
}

Client& Session::client(std::size_t number) {
  while (clients_.size() <= number) {
    auto repeating = options(server_);
    repeating.retrying.even_if_it_may_have_run = true;
    clients_.emplace_back(server_.uri, repeating);
  }
  return clients_[number];
}

Client& Session::changing() {
  if (changing_.empty()) {
    auto once = options(server_);
    once.retrying.once_across_connections = true;
    changing_.emplace_back(server_.uri, once);
  }
  return changing_.front();
}

std::chrono::milliseconds Session::patience_for(std::uint64_t size) const {
  constexpr std::uint64_t bytes_per_millisecond = 10'000;
  constexpr auto longest = std::chrono::hours(24);
  return std::min<std::chrono::milliseconds>(server_.timeout + std::chrono::milliseconds(size / bytes_per_millisecond),
                                             longest);
}

}  // namespace services::files
