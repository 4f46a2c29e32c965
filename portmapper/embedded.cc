// The same table and faces inside a server of somebody else's.
#include "portmapper/listen.h"
#include "portmapper/portmapper.h"

#include <onc/binding/universal_address.h>
#include <onc/portmapper/embedded.h>

#include <deque>
#include <mutex>
#include <set>
#include <stdexcept>

namespace onc::rpc {

using transport::Endpoint;

namespace {

// The server may have several threads.
class OneAtATime : public Service {
 public:
  OneAtATime(Service& gate, std::mutex& mutex) : Service(gate.program()), gate_(gate), mutex_(mutex) {}

 private:
  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const Caller& caller) override {
    const std::lock_guard lock(mutex_);
    gate_.dispatch(procedure, arguments, results, caller);
  }

  Service& gate_;
  std::mutex& mutex_;
};

// None of them changes anything here: what is repeated may run again.
std::set<std::uint32_t> all_procedures(std::uint32_t version) {
  const std::uint32_t last = version == 2 ? 5 : version == 3 ? 8 : 12;
  std::set<std::uint32_t> all;
  for (std::uint32_t procedure = 0; procedure <= last; ++procedure) all.insert(procedure);
  return all;
}

struct Place {
  std::string netid;
  std::string address;
};

Place place_of(const Endpoint& endpoint) {
  const transport::Address address = transport::resolve(endpoint).front();
  return {std::string(binding::netid(*endpoint.protocol, address)), binding::to_universal(address)};
}

}  // namespace

struct EmbeddedPortmapper::State {
  // Each program at the first endpoint of each transport, as servers register.
  void tell_of(const std::vector<Program>& programs, const std::vector<Endpoint>& at) {
    for (const Program& program : programs)
      for (const Endpoint& endpoint : at) {
        const Place place = place_of(endpoint);
        portmapper.registry().set(
            {program.number, program.version, place.netid, place.address, std::string(::portmapper::superuser)});
      }
  }

  void listen(Server& server, std::uint16_t port) {
    const std::size_t before = server.endpoints().size();
    ::portmapper::listen_on_ip(server, {port, "", {}});
    endpoints.assign(server.endpoints().begin() + static_cast<std::ptrdiff_t>(before), server.endpoints().end());
    for (const Endpoint& endpoint : endpoints) {
      const Place place = place_of(endpoint);
      portmapper.registry().add_own(place.netid, place.address);
    }
  }

  ::portmapper::Portmapper portmapper;
  std::mutex mutex;
  std::deque<OneAtATime> doors;
  std::vector<Endpoint> endpoints;
};

EmbeddedPortmapper::EmbeddedPortmapper(Server& server, std::uint16_t port) : state_(std::make_unique<State>()) {
  const std::vector<Program> programs = server.programs();
  const std::vector<Endpoint> endpoints = server.endpoints();
  for (const Program& program : programs)
    if (program.number == ::portmapper::own_program)
      throw std::invalid_argument("the server serves a portmapper already");
  for (::portmapper::Gate* const gate : state_->portmapper.gates()) state_->doors.emplace_back(*gate, state_->mutex);
  state_->listen(server, port);
  for (OneAtATime& door : state_->doors) server.add(door, {.idempotent = all_procedures(door.program().version)});
  state_->tell_of(programs, endpoints);
  state_->portmapper.registry().close();
}

EmbeddedPortmapper::~EmbeddedPortmapper() = default;

const std::vector<Endpoint>& EmbeddedPortmapper::endpoints() const { return state_->endpoints; }

}  // namespace onc::rpc
