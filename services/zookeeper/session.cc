#include "services/zookeeper/session.h"

#include "services/zookeeper/watches.h"

#include <onc/rpc/error.h>

#include <asio/post.hpp>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>

#define THREADED  // the library that has threads of its own
#include <zookeeper/zookeeper.h>

namespace services::zookeeper {

namespace {

Outcome outcome_of(int code) {
  switch (code) {
    case ZOK:
    case ZNODEEXISTS: return Outcome::done;
    case ZNONODE: return Outcome::absent;
    case ZSESSIONEXPIRED:
    case ZINVALIDSTATE:
    case ZCLOSING: return Outcome::ended;
    case ZUNIMPLEMENTED:
    case ZBADARGUMENTS: return Outcome::refused;
    case ZSESSIONMOVED:
    case ZNOTREADONLY:
    case ZTHROTTLEDOP: return Outcome::lost;
    default: return code < ZAPIERROR ? Outcome::refused : Outcome::lost;  // by the servers, or by the library
  }
}

std::uint64_t transaction_of(const Stat* stat) { return stat == nullptr ? 0 : static_cast<std::uint64_t>(stat->czxid); }

// Of what the library may answer without a value.
std::string text_of(const char* text) { return text == nullptr ? "" : text; }
std::string text_of(const char* value, int size) {
  return value == nullptr || size <= 0 ? "" : std::string(value, static_cast<std::size_t>(size));
}

}  // namespace

// What the library's threads reach. They are gone before it is.
struct Session::Core {
  asio::any_io_executor executor;
  std::function<void(State)> on_state;
  OnRefused on_refused;
  Watches watches;
  zhandle_t* handle = nullptr;  // none once the session is being destroyed
  std::weak_ptr<Core> self;     // for the library, which has but a pointer
  std::mutex mutex;
  std::condition_variable all_answered;
  int unanswered = 0;

  // What is under way: made for the library, and taken back when that answers.
  template <class Function>
  struct Asked {
    std::shared_ptr<Core> core;
    std::string path;
    Function told;
    zoo_op_result_t result{};  // of ask_majority(): the library writes to it
  };

  template <class Tell>
  static void post(const std::shared_ptr<Core>& core, Tell tell) {
    asio::post(core->executor, [weak = std::weak_ptr<Core>(core), tell = std::move(tell)] {
      const auto alive = weak.lock();
      if (alive && alive->handle != nullptr) tell(*alive);
    });
  }

  template <class Function, class... Values>
  static void answer(const void* context, int code, Values... values) {
    const std::unique_ptr<Asked<Function>> asked(static_cast<Asked<Function>*>(const_cast<void*>(context)));
    asked->core->count(-1);
    post(asked->core, [code, path = std::move(asked->path), told = std::move(asked->told), values...](Core& alive) {
      const Outcome outcome = outcome_of(code);
      if (outcome == Outcome::refused) alive.on_refused(path, ::zerror(code));
      told(outcome, values...);
    });
  }

  // Makes `call`, of the library, about `path`. What that does not take it does not answer either: it is answered with
  // `nothing`.
  template <class Function, class Call, class... Nothing>
  void ask(const std::string& path, Function told, Call call, Nothing... nothing) {
    auto asked = std::make_unique<Asked<Function>>();
    asked->core = self.lock();
    asked->path = path;
    asked->told = std::move(told);
    count(1);
    const int code = call(asked.get());
    if (code == ZOK)
      asked.release();
    else
      answer<Function>(asked.release(), code, nothing...);
  }

  void count(int more) {
    const std::lock_guard lock(mutex);
    unanswered += more;
    if (unanswered == 0) all_answered.notify_all();
  }

  // The library forgets, and leaks, what was answered and not told when it is closed. Where nobody answers it is told
  // by the library itself, later: not waited for.
  void wait_for_answers() {
    std::unique_lock lock(mutex);
    all_answered.wait_for(lock, std::chrono::milliseconds(500), [this] { return unanswered == 0; });
  }

  void changed(const std::string& path) {
    for (const auto& tell : watches.take(path)) tell();
  }

  static void on_event(zhandle_t*, int type, int state, const char* path, void* context) {
    const auto core = static_cast<Core*>(context)->self.lock();
    if (type != ZOO_SESSION_EVENT) return post(core, [path = text_of(path)](Core& alive) { alive.changed(path); });
    const State now = state == ZOO_CONNECTED_STATE         ? State::connected
                      : state == ZOO_EXPIRED_SESSION_STATE ? State::ended
                                                           : State::suspended;
    post(core, [now](Core& alive) { alive.on_state(now); });
  }
};

Session::Session(const asio::any_io_executor& executor, const std::string& servers, std::chrono::milliseconds timeout,
                 std::function<void(State)> on_state, OnRefused on_refused)
    : core_(std::make_shared<Core>()) {
  ::zoo_set_debug_level(static_cast<ZooLogLevel>(0));  // what there is to say, on_state is told
  core_->executor = executor;
  core_->on_state = std::move(on_state);
  core_->on_refused = std::move(on_refused);
  core_->self = core_;
  core_->handle = ::zookeeper_init(servers.c_str(), Core::on_event, static_cast<int>(timeout.count()), nullptr,
                                   core_.get(), ZOO_NO_LOG_CLIENTENV);
  if (core_->handle == nullptr)
    throw onc::rpc::Error(
        std::error_code(errno, std::generic_category()),
        "the ZooKeeper servers at " + servers + " cannot be asked, as no address is known of them: check --ensemble");
}

Session::~Session() {
  core_->wait_for_answers();
  ::zookeeper_close(std::exchange(core_->handle, nullptr));
}

std::chrono::milliseconds Session::timeout() const {
  return std::chrono::milliseconds(::zoo_recv_timeout(core_->handle));
}

void Session::create(const std::string& path, const std::string& data, Kind kind, Created told) {
  const int mode = kind == Kind::lasting      ? ZOO_PERSISTENT
                   : kind == Kind::while_used ? ZOO_CONTAINER
                                              : ZOO_EPHEMERAL_SEQUENTIAL;
  const string_stat_completion_t answered = [](int code, const char* made, const Stat* stat, const void* context) {
    Core::answer<Created>(context, code, text_of(made), transaction_of(stat));
  };
  core_->ask(
      path, std::move(told),
      [&](const void* asked) {
        return ::zoo_acreate2(core_->handle, path.c_str(), data.data(), static_cast<int>(data.size()),
                              &ZOO_OPEN_ACL_UNSAFE, mode, answered, asked);
      },
      std::string(), std::uint64_t{0});
}

void Session::list(const std::string& path, Listed told) {
  const strings_completion_t answered = [](int code, const String_vector* strings, const void* context) {
    std::vector<std::string> names;
    if (code == ZOK && strings != nullptr) names.assign(strings->data, strings->data + strings->count);
    Core::answer<Listed>(context, code, std::move(names));
  };
  core_->ask(
      path, std::move(told),
      [&](const void* asked) { return ::zoo_aget_children(core_->handle, path.c_str(), 0, answered, asked); },
      std::vector<std::string>());
}

void Session::read(const std::string& path, Read told) {
  const data_completion_t answered = [](int code, const char* value, int size, const Stat* stat, const void* context) {
    const std::chrono::milliseconds made(stat == nullptr ? 0 : stat->ctime);
    Core::answer<Read>(
        context, code,
        Node{text_of(value, size), transaction_of(stat), std::chrono::sys_time<std::chrono::milliseconds>(made)});
  };
  core_->ask(
      path, std::move(told),
      [&](const void* asked) { return ::zoo_aget(core_->handle, path.c_str(), 0, answered, asked); }, Node{});
}

void Session::watch(const std::string& path, Seen told, const std::weak_ptr<const void>& who,
                    std::function<void()> changed) {
  const data_completion_t answered = [](int code, const char*, int, const Stat* stat, const void* context) {
    Core::answer<Seen>(context, code, transaction_of(stat));
  };
  // The library watches from when it is answered on, and tells nothing before.
  Seen both = [core = std::weak_ptr<Core>(core_), path, told = std::move(told), who, changed = std::move(changed)](
                  Outcome outcome, std::uint64_t transaction) {
    if (outcome == Outcome::done) core.lock()->watches.add(path, who, changed);
    told(outcome, transaction);
  };
  // Not zoo_aexists(), which would go on watching where nothing is.
  core_->ask(
      path, std::move(both),
      [&](const void* asked) { return ::zoo_aget(core_->handle, path.c_str(), 1, answered, asked); }, std::uint64_t{0});
}

void Session::remove(const std::string& path, Told told) {
  const void_completion_t answered = [](int code, const void* context) { Core::answer<Told>(context, code); };
  core_->ask(path, std::move(told),
             [&](const void* asked) { return ::zoo_adelete(core_->handle, path.c_str(), -1, answered, asked); });
}

// A transaction that changes nothing: the leader takes it only from a session that goes on, and it is done once a
// majority has it. A mere read, or a sync, may be answered by a server that is cut off.
void Session::ask_majority(Told told) {
  const void_completion_t answered = [](int code, const void* context) { Core::answer<Told>(context, code); };
  zoo_op_t root;
  ::zoo_check_op_init(&root, "/", -1);
  core_->ask("/", std::move(told), [&](Core::Asked<Told>* asked) {
    return ::zoo_amulti(core_->handle, 1, &root, &asked->result, answered, asked);
  });
}

}  // namespace services::zookeeper
