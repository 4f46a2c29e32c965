#include "services/file/access.h"
#include "fixture.h"
#include "services/file/service.h"

#include <onc/server/in_memory.h>

#include <stdexcept>

namespace services::files {
namespace {

using onc::transport::Address;
using onc::transport::Protocol;

const Address here = Address::ip("127.0.0.1", 1);

Right right(const std::vector<std::string>& rules, const std::string& host, std::optional<std::uint32_t> says = {}) {
  std::vector<AccessRule> parsed;
  for (const std::string& rule : rules) parsed.push_back(AccessRule::parse(rule));
  const Address peer = Address::ip(host, 700);
  std::optional<onc::rpc::SysParameters> sys;
  if (says) sys.emplace().uid = *says;
  return Access(parsed).right_of(onc::rpc::Caller(Protocol::tcp, peer, here, {}, sys));
}

Right local_right(const std::vector<std::string>& rules, uid_t is, std::uint32_t says) {
  std::vector<AccessRule> parsed;
  for (const std::string& rule : rules) parsed.push_back(AccessRule::parse(rule));
  const Address peer = Address::path("/run/x");
  onc::rpc::SysParameters sys;
  sys.uid = says;
  return Access(parsed).right_of(onc::rpc::Caller(Protocol::local, peer, peer, is, sys));
}

TEST(AccessTest, without_rules_only_this_host_may_do_anything) {
  EXPECT_EQ(right({}, "127.0.0.1"), Right::write);
  EXPECT_EQ(right({}, "127.9.9.9"), Right::write);
  EXPECT_EQ(right({}, "::1"), Right::write);
  EXPECT_EQ(local_right({}, 1000, 0), Right::write);
  EXPECT_EQ(right({}, "10.0.0.1"), Right::none);
  EXPECT_EQ(right({}, "2001:db8::1"), Right::none);
}

TEST(AccessTest, with_rules_who_fits_none_may_do_nothing) {
  EXPECT_EQ(right({"10.0.0.0/8=read"}, "127.0.0.1"), Right::none);
  EXPECT_EQ(local_right({"10.0.0.0/8=read"}, 0, 0), Right::none);
}

TEST(AccessTest, networks_are_told_apart_by_their_bits) {
  for (const auto& [rule, inside, outside] : {std::tuple{"10.0.0.0/8=read", "10.255.1.2", "11.0.0.1"},
                                              {"10.1.2.3=read", "10.1.2.3", "10.1.2.2"},
                                              {"10.1.2.0/23=read", "10.1.3.9", "10.1.4.0"},
                                              {"2001:db8::/33=read", "2001:db8::1", "2001:db8:8000::1"},
                                              {"::1=read", "::1", "::2"},
                                              {"10.0.0.1=read", "::ffff:10.0.0.1", "::ffff:10.0.0.2"}}) {
    EXPECT_EQ(right({rule}, inside), Right::read) << rule;
    EXPECT_EQ(right({rule}, outside), Right::none) << rule;
  }
  EXPECT_EQ(right({"0.0.0.0/0=read"}, "9.9.9.9"), Right::read);
  EXPECT_EQ(right({"0.0.0.0/0=read"}, "2001:db8::1"), Right::none);
  EXPECT_EQ(right({"any=read"}, "2001:db8::1"), Right::read);
  EXPECT_EQ(right({"::/0=read"}, "2001:db8::1"), Right::read);
  EXPECT_EQ(right({"::/0=read"}, "9.9.9.9"), Right::none);
  EXPECT_EQ(right({"::/0=read"}, "::ffff:9.9.9.9"), Right::none);
  EXPECT_EQ(right({"::ffff:0:0/96=read"}, "9.9.9.9"), Right::read);
}

TEST(AccessTest, the_first_rule_that_fits_decides) {
  const std::vector<std::string> rules = {"10.0.0.9=none", "10.0.0.1,uid=1000=write", "10.0.0.0/24=read"};
  EXPECT_EQ(right(rules, "10.0.0.9"), Right::none);
  EXPECT_EQ(right(rules, "10.0.0.1", 1000), Right::write);
  EXPECT_EQ(right(rules, "10.0.0.1", 1001), Right::read);
  EXPECT_EQ(right(rules, "10.0.0.1"), Right::read);
}

TEST(AccessTest, over_a_local_socket_the_kernel_says_who_it_is) {
  EXPECT_EQ(local_right({"local,uid=0=write"}, 1000, 0), Right::none);
  EXPECT_EQ(local_right({"local,uid=0=write"}, 0, 1000), Right::write);
  EXPECT_EQ(right({"local=write"}, "127.0.0.1"), Right::none);
}

TEST(AccessTest, what_is_no_rule_is_refused_with_an_example) {
  for (const char* text : {"", "=", "any", "any=", "any=all", "host=read", "10.0.0.0/33=read", "10.0.0.0/=read",
                           "10.0.0/8=read", "::/129=read", "any,uid==read", "any,uid=-1=read", "any,gid=1=read",
                           "any,uid=4294967296=read", "10.0.0.1,=read", "10.0.0.0/8x=read"}) {
    try {
      AccessRule::parse(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("10.0.0.0/8=read"), std::string::npos) << error.what();
    }
  }
}

class ServiceTest : public StoreTest {
 protected:
  file::FILES::v1::Client client(FileService& service) {
    network.add(service, {.idempotent = FileService::options().idempotent});
    return file::FILES::v1::Client(network.connect());
  }
  onc::rpc::InMemory network;
};

Access allowed(const std::string& rule) { return Access({AccessRule::parse(rule)}); }

TEST_F(ServiceTest, who_may_only_read_changes_nothing) {
  write("file", "x");
  for (const auto& [rule, is_read_only, why] :
       {std::tuple{"any=read", false, Outcome::DENIED}, {"any=write", true, Outcome::READ_ONLY}}) {
    FileService service(store, allowed(rule), is_read_only, [](const std::string&) {});
    const auto calling = [&](auto call) {
      const Address peer = Address::ip("10.0.0.1", 700);
      return call(service, onc::rpc::Caller(Protocol::tcp, peer, here, {}));
    };
    calling([&, expected = why](FileService& it, const onc::rpc::Caller& caller) {
      EXPECT_EQ(it.READ({"file", file::ANY, 0, 1}, caller).outcome(), Outcome::DONE);
      EXPECT_EQ(it.GET("file", caller).outcome(), Outcome::DONE);
      EXPECT_EQ(it.LIST({"", "", 1}, caller).outcome(), Outcome::DONE);
      EXPECT_EQ(it.STAT("file", caller).outcome(), Outcome::DONE);
      EXPECT_EQ(it.HASH({"file", file::ANY}, caller).outcome(), Outcome::DONE);
      EXPECT_EQ(it.CREATE({"new", id(1), file::ANY, 0}, caller).outcome(), expected);
      EXPECT_EQ(it.WRITE({"new", id(1), 0, {}}, caller), expected);
      EXPECT_EQ(it.COMMIT(commit_of("new", ""), caller).outcome(), expected);
      EXPECT_EQ(it.PUT({commit_of("new", ""), {}}, caller).outcome(), expected);
      EXPECT_EQ(it.DISCARD({"new", id(1)}, caller), expected);
      EXPECT_EQ(it.REMOVE({"file", file::ANY}, caller), expected);
      EXPECT_EQ(it.RENAME({"file", "new", file::ANY}, caller), expected);
      EXPECT_EQ(it.MKDIR("new", caller), expected);
    });
  }
  EXPECT_EQ(all_names(), std::vector<std::string>{"file"});
}

TEST_F(ServiceTest, who_may_do_nothing_is_told_nothing) {
  write("file", "x");
  FileService service(store, allowed("any=none"), false, [](const std::string&) {});
  const Address peer = Address::ip("127.0.0.1", 700);
  const onc::rpc::Caller caller(Protocol::tcp, peer, here, {});
  EXPECT_EQ(service.READ({"file", file::ANY, 0, 1}, caller).outcome(), Outcome::DENIED);
  EXPECT_EQ(service.GET("file", caller).outcome(), Outcome::DENIED);
  EXPECT_EQ(service.STAT("none", caller).outcome(), Outcome::DENIED);
  EXPECT_EQ(service.LIST({"", "", 1}, caller).outcome(), Outcome::DENIED);
  EXPECT_EQ(service.HASH({"file", file::ANY}, caller).outcome(), Outcome::DENIED);
}

TEST_F(ServiceTest, a_no_is_a_value) {
  FileService service(store, allowed("any=write"), false, [](const std::string&) {});
  auto asked = client(service);
  EXPECT_EQ(asked.STAT("none").outcome(), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(asked.MKDIR("../x"), Outcome::BAD_NAME);
  EXPECT_EQ(asked.MKDIR("x"), Outcome::DONE);
  const auto put = asked.PUT({commit_of("x/file", "abc"), bytes("abc")});
  ASSERT_EQ(put.outcome(), Outcome::DONE);
  const auto read = asked.READ({"x/file", put.attributes().revision, 1, 5});
  ASSERT_EQ(read.outcome(), Outcome::DONE);
  EXPECT_EQ(text(read.piece().data), "bc");
}

}  // namespace
}  // namespace services::files
