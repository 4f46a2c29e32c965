// Generated clients and services by libtirpc's handles, against what rpcgen made and against each other.
#include <onc/rpc/error.h>
#include <onc/tirpc/bridge.h>
#include <onc/transport/endpoint.h>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <thread>

#include "shelf.x.h"
#include "tests/runtime/tirpc/peer.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using rpc::errc;

constexpr std::uint32_t number = 0x20000077;

// Ours. What it is asked to misbehave by is in `misbehave`.
class Shelf : public shelf::SHELF::v1::Server {
 public:
  std::vector<std::string> texts;
  int logged = 0;
  std::optional<rpc::SysParameters> sys;
  transport::Protocol protocol{};
  std::optional<uid_t> peer_uid;
  std::string peer;
  std::string local;

 private:
  std::uint32_t add(shelf::Text text, const rpc::Caller& caller) override {
    sys = caller.sys;
    protocol = caller.protocol;
    peer_uid = caller.peer_uid;
    peer = caller.peer.host();
    local = caller.local.text();
    texts.push_back(std::move(text));
    return static_cast<std::uint32_t>(texts.size());
  }
  shelf::Found find(std::uint32_t id, const rpc::Caller&) override {
    if (id == 0 || id > texts.size()) return shelf::Status::missing;
    return shelf::Found::with_notes({{{id, texts[id - 1], {}}}, "ours", -1});
  }
  shelf::Notes turn_over(shelf::Notes notes, const rpc::Caller&) override {
    std::reverse(notes.first.begin(), notes.first.end());
    return notes;
  }
  void log(shelf::Text, const rpc::Caller&) override { ++logged; }
  std::int32_t misbehave(std::int32_t how, const rpc::Caller&) override {
    switch (how) {
      case 1: throw std::runtime_error("out of luck");
      case 2: throw rpc::Refusal{rpc::AuthStatus::too_weak};
      case 3: throw rpc::NoReply();
      case 4: throw 42;
      default: return how;
    }
  }
  std::string long_text(std::uint32_t size, const rpc::Caller&) override { return std::string(size, 'x'); }
};

Shelf* ours = nullptr;
tirpc::Services* services = nullptr;

// What both sides of this file's servers have in common: dispatch<> wants a name, and each test services of its own.
struct Current {
  void serve(svc_req* request, SVCXPRT* transport) { services->serve(request, transport); }
} current;

void as_rpcgen_says(svc_req* request, SVCXPRT* transport) { shelf_1(request, transport); }

// One procedure has moved.
void mixed(svc_req* request, SVCXPRT* transport) {
  if (request->rq_proc == shelf::SHELF::v1::procedures::add.number) return services->serve(request, transport);
  shelf_1(request, transport);
}

using Dispatch = void (*)(svc_req*, SVCXPRT*);

// libtirpc's server on a thread of its own, which is the only one that touches its tables.
class Server {
 public:
  Server(const std::string& protocol, Dispatch dispatch, std::uint32_t version = 1) : version_(version) {
    if (protocol == "local")
      transport_ = svc_vc_create(listen_locally(), 0, 0);
    else
      transport_ = protocol == "udp" ? svcudp_create(RPC_ANYSOCK) : svctcp_create(RPC_ANYSOCK, 0, 0);
    svc_register(transport_, number, version, dispatch, 0);
    EXPECT_EQ(::pipe(end_), 0);
    port_ = transport_->xp_port;
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    ::close(end_[1]);
    thread_.join();
    ::close(end_[0]);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  sockaddr_un local_address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
  }
  sockaddr_in address() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

 private:
  void run() {
    while (true) {
      std::vector<pollfd> watched(svc_pollfd, svc_pollfd + svc_max_pollfd);
      watched.push_back({end_[0], POLLIN, 0});
      const int ready = ::poll(watched.data(), watched.size(), -1);
      if (watched.back().revents != 0) break;
      watched.pop_back();
      svc_getreq_poll(watched.data(), ready);
    }
    svc_unregister(number, version_);
    // The connections that were accepted, each of which is found to have ended.
    for (int i = 0; i < svc_max_pollfd; ++i) {
      const int descriptor = svc_pollfd[i].fd;
      if (descriptor < 0 || descriptor == transport_->xp_fd) continue;
      ::shutdown(descriptor, SHUT_RDWR);
      svc_getreq_common(descriptor);
    }
    svc_destroy(transport_);
  }

  int listen_locally() {
    path_ = testing::TempDir() + "onc-tirpc-" + std::to_string(::getpid());
    ::unlink(path_.c_str());
    const sockaddr_un address = local_address();
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket, 8), 0);
    return socket;
  }

  std::uint32_t version_;
  std::string path_;
  SVCXPRT* transport_;
  std::uint16_t port_;
  int end_[2] = {-1, -1};
  std::thread thread_;
};

class tirpc_bridge : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // libtirpc writes as if nobody ever hung up
    ours = &shelf_;
    services = &services_;
    services_.add(shelf_);
    services_.on_failure([&](const rpc::Program&, std::uint32_t procedure, const std::string& what) {
      failures_.push_back(std::to_string(procedure) + ": " + what);
    });
    peer_forget();
  }
  void TearDown() override {
    for (CLIENT* handle : handles_) {
      if (handle->cl_auth != own_auth_) auth_destroy(handle->cl_auth);
      clnt_destroy(handle);
    }
    if (own_auth_) auth_destroy(own_auth_);
    server_.reset();
    peer_forget();
  }

  void serve(Dispatch dispatch, std::uint32_t version = 1) { server_.emplace(GetParam(), dispatch, version); }
  CLIENT* handle(std::uint32_t program = number, std::uint32_t version = 1) {
    handles_.push_back(GetParam() == "local" ? local_handle(program, version) : ip_handle(program, version));
    EXPECT_NE(handles_.back(), nullptr);
    return handles_.back();
  }
  CLIENT* local_handle(std::uint32_t program, std::uint32_t version) {
    sockaddr_un address = server_->local_address();
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const netbuf server{sizeof address, sizeof address, &address};
    CLIENT* handle = clnt_vc_create(socket, &server, program, version, 0, 0);
    clnt_control(handle, CLSET_FD_CLOSE, nullptr);
    return handle;
  }
  CLIENT* ip_handle(std::uint32_t program, std::uint32_t version) {
    sockaddr_in address = server_->address();
    int socket = RPC_ANYSOCK;
    return GetParam() == "udp" ? clntudp_create(&address, program, version, {1, 0}, &socket)
                               : clnttcp_create(&address, program, version, &socket, 0, 0);
  }
  shelf::SHELF::v1::Client client() { return shelf::SHELF::v1::Client(tirpc::channel(handle())); }

  Shelf shelf_;
  tirpc::Services services_;
  std::vector<std::string> failures_;
  std::optional<Server> server_;
  std::vector<CLIENT*> handles_;
  AUTH* own_auth_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(, tirpc_bridge, testing::Values("tcp", "udp", "local"),
                         [](const auto& tested) { return tested.param; });

// The code, and whether it may have run.
std::pair<std::error_code, bool> outcome(auto&& call) {
  try {
    call();
    return {};
  } catch (const rpc::Error& error) {
    return {error.code(), error.maybe_executed()};
  }
}
std::pair<std::error_code, bool> refused(errc code) { return {make_error_code(code), false}; }
std::pair<std::error_code, bool> perhaps(errc code) { return {make_error_code(code), true}; }

TEST_P(tirpc_bridge, our_client_calls_what_rpcgen_made) {
  serve(as_rpcgen_says);
  auto client = this->client();
  EXPECT_EQ(client.add("first"), 1U);
  EXPECT_EQ(client.add("second"), 2U);
  EXPECT_EQ(client.find(2).notes().first.at(0).text, "second");
  EXPECT_EQ(client.find(2).notes().revision, -1);
  EXPECT_EQ(client.find(3).status(), shelf::Status::missing);
  shelf::Notes notes{{{1, "a", {}}, {2, "b", xdr::Bytes(16, std::byte{1})}, {3, "c", {}}}, "me", 4};
  const shelf::Notes got = client.turn_over(notes);
  std::reverse(notes.first.begin(), notes.first.end());
  EXPECT_EQ(got, notes);
}

TEST_P(tirpc_bridge, what_rpcgen_made_calls_our_service) {
  serve(tirpc::dispatch<current>);
  CLIENT* client = handle();
  unsigned int id = 0;
  ASSERT_EQ(peer_add(client, "first", &id), RPC_SUCCESS);
  ASSERT_EQ(peer_add(client, "second", &id), RPC_SUCCESS);
  EXPECT_EQ(id, 2U);
  std::array<char, 20> text{};
  ASSERT_EQ(peer_find(client, 2, text.data(), text.size()), RPC_SUCCESS);
  EXPECT_STREQ(text.data(), "second");
  ASSERT_EQ(peer_find(client, 3, text.data(), text.size()), RPC_SUCCESS);
  EXPECT_STREQ(text.data(), "");
  std::array<unsigned int, 30> ids{};
  ASSERT_EQ(peer_turn_over(client, ids.size(), ids.data()), RPC_SUCCESS);
  EXPECT_EQ(ids.front(), 30U);
  EXPECT_EQ(ids.back(), 1U);
}

TEST_P(tirpc_bridge, one_procedure_moves_and_the_others_stay) {
  serve(mixed);
  auto client = this->client();
  EXPECT_EQ(client.add("ours"), 1U);
  EXPECT_EQ(shelf_.texts, std::vector<std::string>{"ours"});
  EXPECT_EQ(client.find(1).status(), shelf::Status::missing);  // theirs has none
}

TEST_P(tirpc_bridge, each_way_to_fail_has_its_answer) {
  serve(tirpc::dispatch<current>);
  auto client = this->client();
  EXPECT_EQ(client.misbehave(9), 9);
  EXPECT_EQ(outcome([&] { client.misbehave(1); }), perhaps(errc::system_error));
  EXPECT_EQ(outcome([&] { client.misbehave(2); }), refused(errc::authentication_error));
  EXPECT_EQ(outcome([&] { client.misbehave(4); }), perhaps(errc::system_error));
  EXPECT_EQ(failures_, (std::vector<std::string>{"5: out of luck", "5: it threw what is no std::exception"}));
  EXPECT_EQ(peer_misbehave(handle(), 1), RPC_SYSTEMERROR);
  EXPECT_EQ(peer_misbehave(handle(), 2), RPC_AUTHERROR);
  EXPECT_EQ(client.misbehave(9), 9) << "and goes on";
}

TEST_P(tirpc_bridge, what_is_served_can_be_observed) {
  struct : rpc::Observer {
    std::vector<std::string> seen;
    void ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) override {
      seen.push_back(std::string(call.procedure_name ? call.procedure_name : "?") + " " + end.failure.message());
    }
  } observer;
  services_.observe(observer);
  serve(tirpc::dispatch<current>);
  auto client = this->client();
  client.add("first");
  EXPECT_EQ(outcome([&] { client.misbehave(1); }), perhaps(errc::system_error));
  server_.reset();
  EXPECT_EQ(observer.seen, (std::vector<std::string>{
                               "add Success", "misbehave " + rpc::make_error_code(errc::system_error).message()}));
}

// As a stranger's bytes: the procedure's own stubs would not write them.
bool_t hostile_length(XDR* stream, ...) {
  std::int32_t length = 0x70000000;
  return stream->x_op != XDR_ENCODE || xdr_int32_t(stream, &length);
}
bool_t no_value(XDR*, ...) { return TRUE; }

TEST_P(tirpc_bridge, arguments_that_lie_are_refused) {
  serve(tirpc::dispatch<current>);
  CLIENT* client = handle();
  for (const rpcproc_t procedure : {shelf::SHELF::v1::procedures::add.number, shelf::SHELF::v1::procedures::log.number})
    EXPECT_EQ(clnt_call(client, procedure, hostile_length, nullptr, no_value, nullptr, (timeval{5, 0})),
              RPC_CANTDECODEARGS);
  // Over UDP libtirpc goes on to read what an earlier message has left.
  if (GetParam() != "udp") {
    EXPECT_EQ(clnt_call(client, shelf::SHELF::v1::procedures::turn_over.number, hostile_length, nullptr, no_value,
                        nullptr, (timeval{5, 0})),
              RPC_CANTDECODEARGS);
    EXPECT_EQ(clnt_call(client, shelf::SHELF::v1::procedures::misbehave.number, no_value, nullptr, no_value, nullptr,
                        (timeval{5, 0})),
              RPC_CANTDECODEARGS);
  }
  EXPECT_EQ(clnt_call(client, 99, no_value, nullptr, no_value, nullptr, (timeval{5, 0})), RPC_PROCUNAVAIL);
  EXPECT_EQ(clnt_call(client, 0, no_value, nullptr, no_value, nullptr, (timeval{5, 0})), RPC_SUCCESS);
}

TEST_P(tirpc_bridge, programs_and_versions_that_are_not_there) {
  serve(tirpc::dispatch<current>, 3);
  // The transport passes on any call of version 3, which the services do not have.
  EXPECT_EQ(clnt_call(handle(number, 3), 0, no_value, nullptr, no_value, nullptr, (timeval{5, 0})),
            RPC_PROGVERSMISMATCH);
  const auto [code, may_have_run] = outcome([&] { client().add(""); });
  EXPECT_EQ(code, errc::version_mismatch);
  EXPECT_FALSE(may_have_run);
  try {
    client().add("");
  } catch (const rpc::Error& error) {
    EXPECT_NE(std::string(error.what()).find("but version 3"), std::string::npos) << error.what();
    const std::string at = GetParam() == "local" ? "local://" + testing::TempDir() : GetParam() + "://127.0.0.1:";
    EXPECT_NE(std::string(error.what()).find("SHELF.add version 1 at " + at), std::string::npos) << error.what();
  }
}

TEST_P(tirpc_bridge, a_program_that_nobody_serves) {
  serve(tirpc::dispatch<current>);
  class Other : public shelf::SHELF::v1::Client {
   public:
    using Client::Client;
    void call_other() { call({{number + 1, 1, "OTHER", "v1"}, 0, "null"}, {}, {}); }
  } other(tirpc::channel(handle()));
  EXPECT_EQ(outcome([&] { other.call_other(); }), refused(errc::program_unavailable));
}

TEST_P(tirpc_bridge, a_handle_of_another_version_is_put_back) {
  serve(tirpc::dispatch<current>);
  CLIENT* other = handle(number, 7);
  shelf::SHELF::v1::Client client(tirpc::channel(other));
  EXPECT_EQ(client.add("by another's handle"), 1U);
  std::uint32_t version = 0;
  ASSERT_TRUE(clnt_control(other, CLGET_VERS, &version));
  EXPECT_EQ(version, 7U);
}

// A handle that does not do what is asked of it by `refused`.
class Stubborn {
 public:
  Stubborn(CLIENT* handle, std::vector<u_int> refused) : handle_(handle), own_(*handle->cl_ops) {
    refused_ = std::move(refused);
    theirs_ = handle->cl_ops;
    own_.cl_control = control;
    handle->cl_ops = &own_;
  }
  Stubborn(const Stubborn&) = delete;
  Stubborn& operator=(const Stubborn&) = delete;
  ~Stubborn() { handle_->cl_ops = theirs_; }

 private:
  using Operations = std::remove_pointer_t<decltype(CLIENT::cl_ops)>;
  static bool_t control(CLIENT* handle, u_int what, void* value) {
    if (std::find(refused_.begin(), refused_.end(), what) != refused_.end()) return FALSE;
    return theirs_->cl_control(handle, what, value);
  }

  static inline Operations* theirs_ = nullptr;
  static inline std::vector<u_int> refused_;
  CLIENT* handle_;
  Operations own_;
};

// Or another program would run a procedure that only has its number in common with what was meant.
TEST_P(tirpc_bridge, a_handle_of_another_program_that_cannot_be_changed_is_not_used) {
  serve(tirpc::dispatch<current>);
  const struct {
    CLIENT* handle;
    std::vector<u_int> refused;
  } rows[] = {{handle(number + 1, 1), {CLSET_PROG}},
              {handle(number, 7), {CLSET_VERS}},
              {handle(number + 1, 7), {CLSET_VERS}},
              {handle(number + 1, 7), {CLSET_PROG}}};
  for (const auto& row : rows) {
    const Stubborn stubborn(row.handle, row.refused);
    AUTH* const auth = row.handle->cl_auth;
    shelf::SHELF::v1::Client client(tirpc::channel(row.handle));
    EXPECT_EQ(outcome([&] { client.as(rpc::Credential::sys({})).add(""); }),
              std::pair(std::make_error_code(std::errc::operation_not_supported), false));
    EXPECT_EQ(row.handle->cl_auth, auth);
    std::uint32_t program = 0;
    ASSERT_TRUE(clnt_control(row.handle, CLGET_PROG, &program));
    EXPECT_EQ(program, row.handle == rows[1].handle ? number : number + 1);
  }
  EXPECT_TRUE(shelf_.texts.empty());
  CLIENT* const right = handle();
  const Stubborn stubborn(right, {CLSET_PROG, CLSET_VERS});
  EXPECT_EQ(shelf::SHELF::v1::Client(tirpc::channel(right)).add("as it is"), 1U);
}

TEST_P(tirpc_bridge, a_client_that_has_timed_out) {
  serve(tirpc::dispatch<current>);
  auto client = this->client();
  EXPECT_EQ(outcome([&] { client.within(0ms).misbehave(9); }), refused(errc::timed_out));
  EXPECT_EQ(outcome([&] { client.within(50ms).misbehave(3); }), perhaps(errc::timed_out));
  // Over TCP libtirpc takes the next reply for the late one.
  if (GetParam() == "udp") {
    EXPECT_EQ(client.misbehave(9), 9);
  }
}

TEST_P(tirpc_bridge, who_has_gone_is_told) {
  serve(tirpc::dispatch<current>);
  auto client = this->client();
  EXPECT_EQ(client.misbehave(9), 9);
  server_.reset();
  const auto [code, may_have_run] = outcome([&] { client.within(2s).misbehave(9); });
  EXPECT_TRUE(code == std::errc::connection_refused || code == std::errc::connection_reset ||
              code == std::errc::broken_pipe || code == errc::connection_lost)
      << code.message();
}

TEST_P(tirpc_bridge, the_caller_is_who_libtirpc_says) {
  serve(tirpc::dispatch<current>);
  CLIENT* handle = this->handle();
  auth_destroy(handle->cl_auth);
  std::array<uid_t, 2> groups{5, 6};
  std::string machine = "elsewhere";
  handle->cl_auth = own_auth_ = authunix_create(machine.data(), 3, 4, groups.size(), groups.data());
  shelf::SHELF::v1::Client client(tirpc::channel(handle));
  client.add("");
  ASSERT_TRUE(shelf_.sys);
  EXPECT_EQ(shelf_.sys->machine_name, "elsewhere");
  EXPECT_EQ(shelf_.sys->uid, 3U);
  EXPECT_EQ(shelf_.sys->gids, (std::vector<std::uint32_t>{5, 6}));
  EXPECT_EQ(std::string(transport::name(shelf_.protocol)), GetParam());
  EXPECT_EQ(shelf_.peer_uid, GetParam() == "local" ? std::optional(::getuid()) : std::nullopt);
  if (GetParam() != "local") {
    EXPECT_EQ(shelf_.peer, "127.0.0.1");
    EXPECT_NE(shelf_.local.find(std::to_string(ntohs(server_->address().sin_port))), std::string::npos) << shelf_.local;
  }

  client.as(rpc::Credential::sys({.stamp = 8, .machine_name = "here", .uid = 9, .gid = 1})).add("");
  EXPECT_EQ(shelf_.sys, (rpc::SysParameters{.stamp = 8, .machine_name = "here", .uid = 9, .gid = 1}));
  EXPECT_EQ(handle->cl_auth, own_auth_);
  client.add("");
  EXPECT_EQ(shelf_.sys->uid, 3U);
}

TEST_P(tirpc_bridge, nobody_waits_for_one_way_calls) {
  for (const Dispatch dispatch : {Dispatch(tirpc::dispatch<current>), Dispatch(as_rpcgen_says)}) {
    serve(dispatch);
    auto client = this->client();
    for (int i = 0; i < 5; ++i) client.one_way().log("a line");
    EXPECT_EQ(client.add("after them"), 1U);
    EXPECT_EQ(dispatch == Dispatch(as_rpcgen_says) ? peer_logged : shelf_.logged, 5);
    server_.reset();
  }
}

TEST_P(tirpc_bridge, a_service_may_be_told_not_to_answer) {
  tirpc::Services silent;
  silent.add(shelf_, {.one_way = {4}});
  services = &silent;
  serve(tirpc::dispatch<current>);
  auto client = this->client();
  EXPECT_EQ(outcome([&] { client.within(50ms).log("nobody answers"); }), perhaps(errc::timed_out));
}

TEST_P(tirpc_bridge, long_messages) {
  serve(tirpc::dispatch<current>);
  auto client = this->client();
  unsigned int got = 0;
  if (GetParam() != "udp") {
    EXPECT_EQ(client.long_text(3'000'001).size(), 3'000'001U);
    ASSERT_EQ(peer_long_text(handle(), 8'001, &got), RPC_SUCCESS);  // its string<> ends at 9000
    EXPECT_EQ(got, 8'001U);
    shelf::SHELF::v1::Client careful(tirpc::channel(handle(), 1'000));
    EXPECT_EQ(outcome([&] { careful.long_text(2'000); }), perhaps(errc::record_too_long));
    EXPECT_EQ(careful.long_text(500).size(), 500U);
  } else {
    EXPECT_EQ(outcome([&] { client.long_text(70'000); }), perhaps(errc::system_error));
    EXPECT_EQ(outcome([&] { client.long_text(30'000); }), perhaps(errc::system_error))
        << "libtirpc's buffer is smaller";
    shelf::Notes notes;
    notes.owner.assign(70'000, 'x');
    const auto [code, may_have_run] = outcome([&] { client.turn_over(notes); });
    EXPECT_EQ(code, std::errc::message_size);
    EXPECT_FALSE(may_have_run);
  }
}

// A generated type in calls that are otherwise libtirpc's own.
TEST_P(tirpc_bridge, a_generated_type_is_an_xdrproc) {
  serve(as_rpcgen_says);
  shelf::Notes notes{{{1, "a", {}}, {2, "b", {}}}, "me", 4};
  shelf::Notes got;
  ASSERT_EQ(clnt_call(handle(), 3, tirpc::xdr<shelf::Notes>, &notes, tirpc::xdr<shelf::Notes>, &got, (timeval{5, 0})),
            RPC_SUCCESS);
  ASSERT_EQ(got.first.size(), 2U);
  EXPECT_EQ(got.first.front().id, 2U);
  notes.first.front().text.assign(1001, 'x');
  EXPECT_EQ(clnt_call(handle(), 3, tirpc::xdr<shelf::Notes>, &notes, tirpc::xdr<shelf::Notes>, &got, (timeval{5, 0})),
            RPC_CANTENCODEARGS);
}

}  // namespace
