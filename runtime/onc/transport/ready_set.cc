#include <onc/transport/ready_set.h>
#include <onc/transport/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace onc::transport {
namespace {

Socket new_set() {
  Socket set(::epoll_create1(EPOLL_CLOEXEC));
  if (set.get() < 0) throw std::system_error(errno, std::generic_category(), "cannot wait for sockets");
  return set;
}

void control(int set, int operation, int descriptor, std::uint32_t events, ReadySet::Member& member) {
  epoll_event event{.events = events, .data = {.ptr = &member}};
  if (::epoll_ctl(set, operation, descriptor, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot wait for a socket");
}

}  // namespace

class ReadySet::Direct : public std::enable_shared_from_this<Direct> {
 public:
  Direct(asio::io_context& context, int descriptor, Member& member) : socket_(context, descriptor), member_(&member) {}
  ~Direct() { forget(); }

  const Member* member() const { return member_; }

  void wait_for(std::uint32_t events) {
    wanted_ = events;
    wait();
  }
  // The descriptor is its owner's again.
  void forget() {
    if (std::exchange(member_, nullptr)) socket_.release();
  }

 private:
  void wait() {
    if ((pending_ & wanted_) != 0) return;
    pending_ |= wanted_;
    const bool to_read = wanted_ == EPOLLIN;
    const HandlerMemory& memory = to_read ? reading_ : writing_;
    socket_.async_wait(
        to_read ? socket_.wait_read : socket_.wait_write,
        memory.keep([self = shared_from_this(), events = wanted_](asio::error_code) { self->came(events); }));
  }
  void came(std::uint32_t events) {
    pending_ &= ~events;
    if (member_ && events == wanted_) member_->on_ready();
    if (member_) wait();
  }

  asio::posix::stream_descriptor socket_;
  Member* member_;
  std::uint32_t wanted_ = 0;
  std::uint32_t pending_ = 0;  // what Asio has been asked for: both, where the wish has changed meanwhile
  HandlerMemory reading_;
  HandlerMemory writing_;
};

ReadySet::ReadySet(asio::io_context& context) : context_(context), set_(context) {
  Socket set = new_set();
  set_.assign(set.get());
  set.release();
  wait();
}

ReadySet::~ReadySet() = default;

std::shared_ptr<ReadySet::Direct>* ReadySet::place_of(const Member* member) {
  const auto place = std::find_if(direct_.begin(), direct_.end(), [member](const auto& direct) {
    return member == (direct ? direct->member() : nullptr);
  });
  return place == direct_.end() ? nullptr : &*place;
}

void ReadySet::add(int descriptor, std::uint32_t events, Member& member) {
  if (auto* const free = place_of(nullptr)) {
    *free = std::make_shared<Direct>(context_, descriptor, member);
    (*free)->wait_for(events);
  } else {
    control(set_.native_handle(), EPOLL_CTL_ADD, descriptor, events, member);
  }
}

void ReadySet::change(int descriptor, std::uint32_t events, Member& member) {
  if (auto* const place = place_of(&member))
    (*place)->wait_for(events);
  else
    control(set_.native_handle(), EPOLL_CTL_MOD, descriptor, events, member);
}

void ReadySet::remove(int descriptor, const Member& member) {
  if (auto* const place = place_of(&member)) {
    (*place)->forget();
    place->reset();
    return;
  }
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  for (std::size_t i = next_; i < end_; ++i)
    if (ready_[i].data.ptr == &member) ready_[i].data.ptr = nullptr;
}

void ReadySet::wait() {
  set_.async_wait(asio::posix::stream_descriptor::wait_read, waiting_.keep([this](asio::error_code error) {
    if (!error) serve_ready();
  }));
}

// One batch: then whatever else Asio has to do gets its turn.
void ReadySet::serve_ready() {
  const int count = ::epoll_wait(set_.native_handle(), ready_.data(), static_cast<int>(ready_.size()), 0);
  end_ = static_cast<std::size_t>(std::max(count, 0));
  for (next_ = 0; next_ != end_;) {
    const epoll_event& event = ready_[next_++];
    if (event.data.ptr) static_cast<Member*>(event.data.ptr)->on_ready();
  }
  wait();
}

}  // namespace onc::transport
