#include "services/mutex/algorithm.h"
#include "services/mutex/lamport.h"
#include "services/mutex/ricart_agrawala.h"
#include "services/mutex/suzuki_kasami.h"

namespace services::locks {
namespace {

template <class Chosen>
std::unique_ptr<Algorithm> make(MemberId self, const Algorithm::World& world) {
  return std::make_unique<Chosen>(self, world);
}

}  // namespace

const std::map<std::string, Make> algorithms = {
    {"lamport", make<Lamport>}, {"ricart-agrawala", make<RicartAgrawala>}, {"suzuki-kasami", make<SuzukiKasami>}};

}  // namespace services::locks
