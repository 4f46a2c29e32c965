// Names for what a .x declares: programs, versions, procedures (RFC 5531 §12.2).
#pragma once

#include <cstddef>
#include <cstdint>

// A program that is linked without its .x.print.cc lacks what prints its calls, and runs all the same: traces show
// their bytes then. onc_generate() says that the file is there, or the linker would not look for it in a static
// library.
#ifdef ONC_CALLS_ARE_PRINTED
#define ONC_MAY_BE_LEFT_OUT
#else
#define ONC_MAY_BE_LEFT_OUT [[gnu::weak]]
#endif

namespace onc::xdr {
class Decoder;
class Printer;
}  // namespace onc::xdr

namespace onc::rpc {

// A procedure's calls as text. Each function throws xdr::Error for bytes that are not what the .x says, and is null
// where there is nothing to print.
struct CallPrint {
  std::uint32_t procedure;
  const char* name;
  void (*arguments)(xdr::Decoder&, xdr::Printer&);
  void (*results)(xdr::Decoder&, xdr::Printer&);
};

// Those of a version of a program.
class CallPrints {
 public:
  template <std::size_t size>
  explicit constexpr CallPrints(const CallPrint (&all)[size]) : begin_(all), end_(all + size) {}

  // Null for what the .x does not declare.
  const CallPrint* find(std::uint32_t procedure) const {
    for (const CallPrint* print = begin_; print != end_; ++print)
      if (print->procedure == procedure) return print;
    return nullptr;
  }

 private:
  const CallPrint* begin_;
  const CallPrint* end_;
};

// One version of one program. The names are those of the .x, for errors and traces.
struct Program {
  std::uint32_t number;
  std::uint32_t version;
  const char* name;
  const char* version_name;
  const CallPrints* prints = nullptr;

  bool operator==(const Program& other) const { return number == other.number && version == other.version; }
};

struct Procedure {
  Program program;
  std::uint32_t number;
  const char* name;
};

}  // namespace onc::rpc
