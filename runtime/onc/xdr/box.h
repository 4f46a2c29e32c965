// The C++ of `T *` where T contains itself (RFC 4506 §4.19).
#pragma once

#include <concepts>
#include <memory>
#include <utility>

namespace onc::xdr {

template <class T>
class Box;

// A struct with one Box of itself says which: `static constexpr auto linked_by = &T::next;`. A stranger may have made
// the chain that it begins any length: Box copies, compares and destroys it in a loop, not each inside the one before.
template <class T>
concept Chained = requires {
  requires std::same_as<decltype(T::linked_by), Box<T> T::*const>;
};

// Owns a T or nothing; copies and compares by value.
template <class T>
class Box {
 public:
  Box() = default;
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) {
    if constexpr (Chained<T>)
      copy_chain(other);
    else if (other)
      value_ = std::make_unique<T>(*other);
  }
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    Box copy(other);
    std::swap(value_, copy.value_);
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() {
    // Each goes when the rest is out of it.
    if constexpr (Chained<T>)
      while (value_) value_ = std::move(link_of(*value_).value_);
  }

  template <class... Arguments>
  T& emplace(Arguments&&... arguments) {
    value_ = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    return *value_;
  }
  void reset() { value_.reset(); }

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

  bool operator==(const Box& other) const {
    if constexpr (Chained<T>) return equals_chain(other);
    if (!value_ || !other.value_) return value_ == other.value_;
    return *value_ == *other.value_;
  }

 private:
  // T's own copy constructor and == handle all its members, the link too. While this lives, a link that it leads to is
  // empty to the one and equal to the other: the loop here goes on to what is there.
  class Unlinked {
   public:
    explicit Unlinked(const T& value) : outer_(std::exchange(unlinked_, &link_of(value))) {}
    Unlinked(const Unlinked&) = delete;
    Unlinked& operator=(const Unlinked&) = delete;
    ~Unlinked() { unlinked_ = outer_; }

   private:
    const Box* outer_;  // other members may hold chains of the same type
  };

  static Box& link_of(T& value) { return value.*T::linked_by; }
  static const Box& link_of(const T& value) { return value.*T::linked_by; }

  void copy_chain(const Box& other) {
    if (&other == unlinked_) return;
    Box* end = this;
    for (const T* from = other.value_.get(); from; from = link_of(*from).value_.get()) {
      const Unlinked alone(*from);
      end->value_ = std::make_unique<T>(*from);
      end = &link_of(*end->value_);
    }
  }

  bool equals_chain(const Box& other) const {
    if (this == unlinked_) return true;
    const T* one = value_.get();
    const T* another = other.value_.get();
    for (; one && another; one = link_of(*one).value_.get(), another = link_of(*another).value_.get()) {
      const Unlinked alone(*one);
      if (!(*one == *another)) return false;
    }
    return one == another;
  }

  static inline constinit thread_local const Box* unlinked_ = nullptr;

  std::unique_ptr<T> value_;
};

}  // namespace onc::xdr
