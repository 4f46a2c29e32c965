// A value of a type that idlc made, whatever type that is.
#pragma once

#include "random.h"
#include "text.h"

#include <onc/xdr/decoder.h>
#include <onc/xdr/encoder.h>

#include <memory>
#include <string>
#include <vector>

struct Text {
  std::string text;
};

namespace differential {

class Value {
 public:
  Value() = default;
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  virtual ~Value() = default;

  virtual void fill(Random& random) = 0;
  virtual void write(onc::xdr::Encoder& out) const = 0;
  virtual void read(onc::xdr::Decoder& in) = 0;
  virtual std::string text() const = 0;
  // Of two values of one type.
  virtual bool equals(const Value& other) const = 0;
};

// `Whole` is a struct that holds a T: what generated code encodes and decodes, also where T is an alias.
template <class Whole, void (*fill_whole)(Random&, Whole&), void (*tell_whole)(Text*, const Whole&)>
class ValueOf final : public Value {
 public:
  void fill(Random& random) override { fill_whole(random, value_); }
  void write(onc::xdr::Encoder& out) const override { encode(out, value_); }
  void read(onc::xdr::Decoder& in) override { decode(in, value_); }
  std::string text() const override {
    Text text;
    tell_whole(&text, value_);
    return text.text;
  }
  bool equals(const Value& other) const override { return value_ == static_cast<const ValueOf&>(other).value_; }

 private:
  Whole value_;
};

struct Type {
  const char* name;
  std::unique_ptr<Value> (*make)();
};

template <class Made>
std::unique_ptr<Value> make() {
  return std::make_unique<Made>();
}

// Of one .x; defined by what glue writes.
const std::vector<Type>& types();

}  // namespace differential
