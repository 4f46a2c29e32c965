// A client that libtirpc made, one of whose calls has moved to C++. Its argument is what the server printed.
#include <onc/tirpc/bridge.h>

#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "legacy.h"
#include "time.x.h"

int main(int, char** arguments) try {
  namespace time_v1 = time_::TIME::v1;
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[1])));
  int socket = RPC_ANYSOCK;
  CLIENT* handle = clnttcp_create(&server, time_v1::program.number, time_v1::program.version, &socket, 0, 0);
  if (!handle) return 1;

  if (!legacy_set_year(handle, 2026)) std::puts("the year was not set");
  {
    time_v1::Client client(onc::tirpc::channel(handle));  // the same connection
    const time_::Time time = client.GETTIME();
    std::printf("it is %d\n", time.year);
  }
  clnt_destroy(handle);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
