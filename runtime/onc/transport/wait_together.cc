#include <onc/transport/socket.h>
#include <onc/transport/wait_together.h>

#include <algorithm>
#include <memory>

namespace onc::transport {
namespace {

// To be ready alone takes longer where two sets are asked.
constexpr std::size_t waiting_by_asio = 4;

bool control(int set, int operation, int descriptor, std::uint32_t events, WaitTogether::Member* member) {
  epoll_event event{.events = events, .data = {.ptr = member}};
  return ::epoll_ctl(set, operation, descriptor, &event) == 0;
}

}  // namespace

asio::execution_context::id WaitTogether::id;

WaitTogether::WaitTogether(asio::io_context& context) : asio::execution_context::service(context), context_(context) {}

WaitTogether* WaitTogether::of(const asio::any_io_executor& executor) {
  const auto* const plain = executor.target<asio::io_context::executor_type>();
  return plain ? &asio::use_service<WaitTogether>(asio::query(*plain, asio::execution::context)) : nullptr;
}

bool WaitTogether::pays() const { return here_ > waiting_by_asio; }

bool WaitTogether::has_set() {
  if (set_) return true;
  Socket set(::epoll_create1(EPOLL_CLOEXEC));
  if (set.get() < 0) return false;
  set_.emplace(context_, set.get());
  set.release();
  return true;
}

bool WaitTogether::add(int descriptor, std::uint32_t events, Member& member) {
  return has_set() && control(set_->native_handle(), EPOLL_CTL_ADD, descriptor, events, &member);
}

void WaitTogether::change(int descriptor, std::uint32_t events, Member& member) {
  if (set_) control(set_->native_handle(), EPOLL_CTL_MOD, descriptor, events, &member);
}

void WaitTogether::remove(int descriptor, const Member& member) {
  if (set_) control(set_->native_handle(), EPOLL_CTL_DEL, descriptor, 0, nullptr);
  for (std::size_t i = next_; i < end_; ++i)
    if (ready_[i].data.ptr == &member) ready_[i].data.ptr = nullptr;
}

void WaitTogether::wake() {
  ++awake_;
  try {
    if (!is_serving_) wait();
  } catch (...) {
    --awake_;
    throw;
  }
}

void WaitTogether::rest() {
  --awake_;
  asio::error_code ignored;
  if (awake_ == 0 && is_waiting_ && set_) set_->cancel(ignored);
}

// What still waits is destroyed by Asio; who is destroyed with it finds nothing here any more.
void WaitTogether::shutdown() { set_.reset(); }

void WaitTogether::wait() {
  if (awake_ == 0 || is_waiting_ || !set_) return;
  set_->async_wait(asio::posix::stream_descriptor::wait_read, waiting_.keep([this](asio::error_code error) {
    is_waiting_ = false;
    if (error)
      wait();
    else
      serve();
  }));
  is_waiting_ = true;
}

// One batch: then whatever else Asio has to do gets its turn. Who is passed over because another threw is named again.
void WaitTogether::serve() {
  const auto end = [](WaitTogether* self) {
    self->next_ = self->end_ = 0;
    self->is_serving_ = false;
    self->wait();
  };
  const std::unique_ptr<WaitTogether, decltype(end)> at_end(this, end);
  is_serving_ = true;
  const int count = ::epoll_wait(set_->native_handle(), ready_.data(), static_cast<int>(ready_.size()), 0);
  end_ = static_cast<std::size_t>(std::max(count, 0));
  for (next_ = 0; next_ < end_;) {
    const epoll_event& event = ready_[next_++];
    if (event.data.ptr) static_cast<Member*>(event.data.ptr)->on_ready();
  }
}

}  // namespace onc::transport
