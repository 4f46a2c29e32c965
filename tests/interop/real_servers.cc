// The generated clients of Debian's rusers.x and rstat.x.
//   real_servers rusers HOST    who is logged in
//   real_servers rstat HOST     its clock, when it booted, and how long it was idle
#include <exception>
#include <iostream>
#include <string>

#include "rstat.x.h"
#include "rusers.x.h"

namespace {

void show_users(const std::string& server) {
  rusers::RUSERSPROG::RUSERSVERS_3::Client client(server);
  std::cout << client.RUSERSPROC_NUM() << " user:";
  for (const rusers::rusers_utmp& user : client.RUSERSPROC_NAMES())
    std::cout << ' ' << user.ut_user << " on " << user.ut_line << " from " << user.ut_host << ", since "
              << user.ut_time;
  std::cout << '\n';
}

void show_statistics(const std::string& server) {
  rstat::RSTATPROG::RSTATVERS_TIME::Client client(server);
  const rstat::statstime now = client.RSTATPROC_STATS();
  std::cout << now.curtime.tv_sec << ' ' << now.boottime.tv_sec << ' ' << now.cp_time.back() << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const std::string server = "udp://" + std::string(argv[2]);
  if (std::string(argv[1]) == "rusers") {
    show_users(server);
  } else {
    show_statistics(server);
  }
} catch (const std::exception& error) {
  std::cerr << "real_servers: " << error.what() << '\n';
  return 1;
}
