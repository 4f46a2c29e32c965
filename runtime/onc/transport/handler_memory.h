// Where a handler lies while it waits, for those that must be able to wait again when there is no memory.
#pragma once

#include <asio/bind_allocator.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace onc::transport {

// Holds one handler at a time, as Asio's "associated allocator": it is given back before the handler is called, which
// may wait again then. A second one meanwhile lies on the heap. Copies share it, and so does the handler: a socket's
// last ones outlive it.
class HandlerMemory {
 public:
  template <class Handler>
  auto keep(Handler handler) const {
    return asio::bind_allocator(Allocator<void>(room_), std::move(handler));
  }

 private:
  struct Room {
    alignas(std::max_align_t) std::byte bytes[256];
    bool taken = false;
  };

  template <class T>
  class Allocator {
   public:
    using value_type = T;

    explicit Allocator(std::shared_ptr<Room> room) : room_(std::move(room)) {}
    template <class Other>
    Allocator(const Allocator<Other>& other) : room_(other.room_) {}

    T* allocate(std::size_t count) {
      const std::size_t size = count * sizeof(T);
      if (room_->taken || size > sizeof room_->bytes) return static_cast<T*>(::operator new(size));
      room_->taken = true;
      return reinterpret_cast<T*>(room_->bytes);
    }
    void deallocate(T* memory, std::size_t) {
      if (reinterpret_cast<std::byte*>(memory) != room_->bytes) return ::operator delete(memory);
      room_->taken = false;
    }

    bool operator==(const Allocator&) const = default;

   private:
    template <class Other>
    friend class Allocator;

    std::shared_ptr<Room> room_;
  };

  std::shared_ptr<Room> room_ = std::make_shared<Room>();
};

}  // namespace onc::transport
