#include "services/zookeeper/queuing.h"

#include <algorithm>
#include <random>

namespace services::zookeeper {

namespace {

std::string last_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Queuing::Queuing(Presence& presence, Options options)
    : presence_(presence), options_(std::move(options)), place_(*this), self_(this, [](Queuing*) {}) {
  presence_.add(*this);
  if (presence_.is_begun()) on_begun();
}

Queuing::~Queuing() { presence_.leave_out(*this); }

void Queuing::leave() {
  wants_ = false;
  if (!place_.is_outside()) return place_.leave();
  left();
}

void Queuing::enter() {
  wants_ = true;
  if (presence_.is_begun()) on_begun();
}

void Queuing::on_begun() {
  if (wants_) place_.enter(new_mark());
}

void Queuing::on_ended() { place_.on_ended(); }

// 128 bits of chance.
std::string Queuing::new_mark() {
  static constexpr char digits[] = "0123456789abcdef";
  std::random_device device;
  std::string mark;
  for (int word = 0; word < 4; ++word) {
    auto bits = device();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4) mark += digits[bits & 0xf];
  }
  return mark;
}

void Queuing::left() { options_.left(); }

template <class... Values>
auto Queuing::to_place(void (Place::*event)(Values...)) {
  return [weak = std::weak_ptr<Queuing>(self_), event](const auto&... values) {
    if (const auto self = weak.lock()) (self->place_.*event)(values...);
  };
}

std::function<void()> Queuing::changed(const std::string& name) {
  return [weak = std::weak_ptr<Queuing>(self_), name] {
    if (const auto self = weak.lock()) self->place_.on_changed(name);
  };
}

void Queuing::create(const std::string& prefix) {
  presence_.session().create(
      path(prefix), options_.data, Session::Kind::ephemeral_number,
      [weak = std::weak_ptr<Queuing>(self_)](Outcome outcome, const std::string& made, std::uint64_t transaction) {
        const auto self = weak.lock();
        if (!self) return;
        self->place_.on_created(outcome, last_of(made), transaction);
        if (outcome == Outcome::absent) self->make_folder(0);
      });
}

void Queuing::make_folder(std::size_t from) {
  const auto slash = options_.folder.find('/', from + 1);
  const bool is_last = slash == std::string::npos;
  presence_.session().create(
      options_.folder.substr(0, slash), "", is_last ? Session::Kind::while_used : Session::Kind::lasting,
      [weak = std::weak_ptr<Queuing>(self_), is_last, slash](Outcome outcome, const std::string&, std::uint64_t) {
        const auto self = weak.lock();
        if (!self) return;
        if (outcome == Outcome::refused && self->wants_) self->refused();
        if (outcome != Outcome::done) return;  // tried again at the next beat
        if (is_last) return self->place_.retry();
        self->make_folder(slash);
      });
}

void Queuing::list() {
  presence_.session().list(
      options_.folder, [weak = std::weak_ptr<Queuing>(self_)](Outcome outcome, const std::vector<std::string>& names) {
        if (const auto self = weak.lock()) self->listed(outcome, names);
      });
}

void Queuing::listed(Outcome outcome, const std::vector<std::string>& names) {
  const auto foreign =
      std::find_if(names.begin(), names.end(), [](const std::string& name) { return !Name::parse(name); });
  if (foreign != names.end()) presence_.warn_of_foreign(path(*foreign));
  place_.on_listed(outcome, names);
}

void Queuing::list_after_all() {
  presence_.session().ask_majority([weak = std::weak_ptr<Queuing>(self_)](Outcome outcome) {
    const auto self = weak.lock();
    if (!self) return;
    if (outcome == Outcome::done) return self->list();
    self->place_.on_listed(outcome, {});
  });
}

void Queuing::watch(const std::string& name) {
  presence_.session().watch(
      path(name), [told = to_place(&Place::on_watched)](Outcome outcome, std::uint64_t) { told(outcome); }, self_,
      changed(name));
}

void Queuing::look(const std::string& name) {
  presence_.session().watch(path(name), to_place(&Place::on_looked), self_, changed(name));
}

void Queuing::remove(const std::string& name) { presence_.session().remove(path(name), to_place(&Place::on_removed)); }

}  // namespace services::zookeeper
