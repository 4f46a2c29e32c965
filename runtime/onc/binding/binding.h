// Which address serves a program? The portmapper knows (RFC 1833).
#pragma once

#include <onc/rpc/program.h>
#include <onc/transport/channel.h>
#include <onc/transport/endpoint.h>

#include <chrono>
#include <string>
#include <vector>

namespace onc::binding {

// The environment variable that names another portmapper than the host's own, as a URI.
inline constexpr const char* portmapper_variable = "ONC_PORTMAPPER";
inline constexpr std::uint16_t portmapper_port = 111;

// Fills in what `server` leaves open, protocol or port, by asking its host's portmapper: rpcbind version 4, then 3,
// then portmap version 2. TCP is preferred. What is complete comes back as it is, and nobody is asked.
// Throws rpc::Error(not_registered) or what a call to the portmapper throws.
transport::Endpoint locate(const transport::Endpoint& server, const rpc::Program& program,
                           transport::TimePoint deadline);

enum class Registering {
  required,      // throw if it fails
  if_available,  // do without where no portmapper answers or it refuses; throw where ONC_PORTMAPPER is malformed
  no,
};

// Programs announced to this host's portmapper for as long as this object lives, or until another server of the same
// owner takes their place. A portmapper that hangs costs five seconds at either end, however many they are.
class Registration {
 public:
  Registration() = default;
  // Each program at the first endpoint of each transport: rpcbind version 3, or portmap version 2. What was registered
  // there before by the same owner is replaced. Throws rpc::Error, in one sentence that says what to do.
  Registration(const std::vector<rpc::Program>& programs, const std::vector<transport::Endpoint>& endpoints,
               Registering registering);
  Registration(Registration&& other) noexcept;
  Registration& operator=(Registration&& other) noexcept;
  ~Registration();

  bool registered() const { return !entries_.empty(); }
  // One sentence where registering was tried, failed and was not required; else empty.
  const std::string& why_not() const { return why_not_; }

 private:
  struct Entry {
    rpc::Program program;
    std::string netid;
    std::string address;
  };

  static std::vector<Entry> entries(const std::vector<rpc::Program>& programs,
                                    const std::vector<transport::Endpoint>& endpoints);
  void set_all(const std::vector<Entry>& entries, transport::TimePoint deadline);
  void unset_all(transport::TimePoint deadline) noexcept;

  transport::Endpoint portmapper_;
  std::vector<Entry> entries_;
  std::string why_not_;
};

}  // namespace onc::binding
