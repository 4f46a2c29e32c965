// Calls of generated programs as a trace shows them.
#include <onc/rpc/trace.h>
#include <onc/server/in_memory.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "program.x.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
namespace v1 = program::FILES::v1;
namespace v2 = program::FILES::v2;

class OldFiles : public v1::Server {
  void null(const rpc::Caller&) override {}
  program::Status remove(program::Name, const rpc::Caller&) override { return program::Status::bad; }
  void notify(std::string text, const rpc::Caller&) override {
    if (text != "good") throw std::runtime_error("out of luck");
  }
};

class Files : public v2::Server {
  program::Attributes look_up(program::Name, program::Status, program::Attributes attributes,
                              const rpc::Caller&) override {
    return attributes;
  }
  program::Entries list(const rpc::Caller&) override { return {{"a"}, {"b"}}; }
  std::string title(std::uint32_t, const rpc::Caller&) override { return std::string(5'000, 't'); }
  xdr::Bytes read(program::Pair, program::Pair, const rpc::Caller&) override { return {}; }
  bool ping_(program::Attributes, const rpc::Caller&) override { return true; }
  xdr::Quadruple exact(xdr::Quadruple, double, const rpc::Caller&) override { throw rpc::NoReply(); }
};

// What changes from run to run, between two texts, made alike.
void mask(std::string& text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return;
  const std::size_t first = begin + before.size();
  text.replace(first, text.find(after, first) - first, "*");
}

class trace : public testing::Test {
 protected:
  trace() {
    network.add(old_files);
    network.add(files);
  }

  rpc::ClientOptions traced() {
    rpc::ClientOptions options;
    options.observer = &to_lines;
    return options;
  }
  std::string line(std::size_t index) const {
    std::string text = lines.at(index);
    mask(text, "[", "]");
    mask(text, " xid ", ":");
    mask(text, " after ", " ms");
    return text;
  }

  OldFiles old_files;
  Files files;
  rpc::InMemory network;
  std::vector<std::string> lines;
  rpc::Trace to_lines{[this](const std::string& line) { lines.push_back(line); }};
  v1::Client old_client{network.connect(), traced()};
  v2::Client client{network.connect(), traced()};
};

TEST_F(trace, shows_arguments_and_results_decoded) {
  client.look_up("motd", program::Status::good, {5});
  EXPECT_EQ(line(0),
            "[*] call to memory, xid *: FILES v2 look_up {name: \"motd\", status: good, attributes: "
            "Attributes{size: 5}}");
  EXPECT_EQ(line(1), "[*] reply after * ms, xid *: FILES v2 look_up = Attributes{size: 5}");
}

TEST_F(trace, shows_only_names_where_there_is_nothing_more) {
  old_client.null();
  EXPECT_EQ(line(0), "[*] call to memory, xid *: FILES v1 null");
  EXPECT_EQ(line(1), "[*] reply after * ms, xid *: FILES v1 null");
}

TEST_F(trace, shows_lists_enumerators_and_arrays) {
  client.list();
  EXPECT_EQ(line(1), "[*] reply after * ms, xid *: FILES v2 list = [Entry{name: \"a\"}, Entry{name: \"b\"}]");
  old_client.remove("x");
  EXPECT_EQ(line(3), "[*] reply after * ms, xid *: FILES v1 remove = bad");
  client.read({1, 2}, {3, 4});
  EXPECT_EQ(line(4), "[*] call to memory, xid *: FILES v2 read {argument: [1, 2], argument2: [3, 4]}");
}

TEST_F(trace, shows_why_a_call_failed) {
  network.observe(to_lines);
  EXPECT_THROW(old_client.notify("x"), rpc::Error);
  EXPECT_EQ(line(2),
            "[*] answered after * ms, xid *: FILES v1 notify: the server failed while it served the call: out of luck");
  EXPECT_EQ(
      line(3),
      "[*] reply after * ms, xid *: FILES v1 notify: the server failed while it served the call; it may have run");
}

TEST_F(trace, of_a_server_shows_who_called) {
  network.observe(to_lines);
  v1::Client(network.connect()).remove("x");
  EXPECT_EQ(line(0), "[*] call from tcp://127.0.0.1:1, xid *: FILES v1 remove {name: \"x\"}");
  EXPECT_EQ(line(1), "[*] answered after * ms, xid *: FILES v1 remove = bad");
}

TEST_F(trace, tells_calls_that_nobody_answers_from_those_that_are) {
  rpc::InMemory silent;
  silent.add(old_files, {.one_way = {v1::procedures::notify.number}});
  silent.add(files);
  silent.observe(to_lines);
  v1::Client caller(silent.connect(), traced());
  caller.one_way().notify("good");
  caller.flush();
  EXPECT_EQ(line(1), "[*] sent one-way after * ms, xid *: FILES v1 notify");
  EXPECT_EQ(line(3), "[*] not answered after * ms, xid *: FILES v1 notify: it is one-way");
  caller.one_way().notify("bad");
  caller.flush();
  EXPECT_EQ(line(7),
            "[*] not answered after * ms, xid *: FILES v1 notify: the server failed while it served the call: "
            "out of luck");
  EXPECT_THROW(v2::Client(silent.connect(), traced()).within(10ms).exact({}, 0), rpc::Error);
  EXPECT_EQ(line(10), "[*] not answered after * ms, xid *: FILES v2 exact: its handler chose to send no reply");
  EXPECT_EQ(line(11), "[*] no reply after * ms, xid *: FILES v2 exact: no reply within 0.01 s; it may have run");
}

TEST_F(trace, shows_the_bytes_of_what_is_not_as_the_x_says) {
  network.observe(to_lines);
  rpc::Client stranger(network.connect());
  const auto write = [](xdr::Encoder& out) { out.u32(70); };
  EXPECT_THROW(stranger.call(v1::procedures::remove, write, {}), rpc::Error);
  EXPECT_EQ(line(0),
            "[*] call from tcp://127.0.0.1:1, xid *: FILES v1 remove 0x00000046 (remove(Name): 70 bytes, at "
            "most 64: longer than its bound (RFC 4506 §4.10, §4.11, §4.13), byte 0)");
  const rpc::Procedure unknown{{7, 8, "X", "Y"}, 9, "unknown"};
  EXPECT_THROW(stranger.call(unknown, write, {}), rpc::Error);
  EXPECT_EQ(line(2), "[*] call from tcp://127.0.0.1:1, xid *: program 7 version 8 procedure 9 0x00000046");
}

TEST_F(trace, is_short_whatever_a_peer_sends) {
  client.title(1);
  EXPECT_LT(lines.at(1).size(), 4'100U);
}

}  // namespace
