// On real sockets: what a portmapper binds.
#include "portmapper/listen.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace portmapper {
namespace {

using onc::rpc::Server;
using onc::transport::Endpoint;
using onc::transport::Protocol;

class Listening : public testing::Test {
 protected:
  ~Listening() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Server> listen(std::uint16_t port, const std::string& name) {
    return listen_everywhere([] { return std::make_unique<Server>(); }, {port, path(name), {}});
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  static std::string make_folder() {
    std::string folder = std::filesystem::temp_directory_path() / "portmapper.XXXXXX";
    return ::mkdtemp(folder.data()) ? folder : "";
  }

  std::string folder_ = make_folder();
};

TEST_F(Listening, a_free_port_is_the_same_for_all_of_ip) {
  const auto server = listen(0, "socket");
  const auto& endpoints = server->endpoints();
  ASSERT_GE(endpoints.size(), 3U);
  EXPECT_NE(endpoints[0].port, 0);
  for (const Endpoint& endpoint : endpoints)
    EXPECT_TRUE(endpoint.protocol == Protocol::local || endpoint.port == endpoints[0].port) << endpoint.text();
  EXPECT_EQ(endpoints[1], (Endpoint{Protocol::udp, "0.0.0.0", endpoints[0].port}));
  EXPECT_EQ(endpoints.back(), (Endpoint{Protocol::local, path("socket"), std::nullopt}));
}

TEST_F(Listening, every_user_may_connect_to_the_local_socket) {
  const auto server = listen(0, "socket");
  struct stat status {};
  ASSERT_EQ(::stat(path("socket").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0666U);
}

TEST_F(Listening, the_local_socket_goes_with_the_server) {
  listen(0, "socket").reset();
  EXPECT_FALSE(std::filesystem::exists(path("socket")));
}

TEST_F(Listening, a_port_or_path_that_is_taken_is_named_and_left_alone) {
  const auto first = listen(0, "first");
  const std::uint16_t port = *first->endpoints()[0].port;
  const auto what = [&](std::uint16_t wanted, const std::string& name) -> std::string {
    try {
      listen(wanted, name);
      return "it listens";
    } catch (const onc::rpc::Error& error) {
      return error.what();
    }
  };
  EXPECT_NE(what(port, "second").find(std::to_string(port) + ": Address already in use"), std::string::npos);
  EXPECT_NE(what(0, "first").find(path("first") + ": Address already in use"), std::string::npos);
  EXPECT_NE(what(0, "absent/socket").find("absent/socket: No such file"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path("first")));
}

}  // namespace
}  // namespace portmapper
