// How each type writes and reads itself, and the calls that move one declaration.
#pragma once

#include "types.h"

namespace idlc::cpp {

// Statements that move the value of a declaration; typedefs are looked through.
class Codec {
 public:
  explicit Codec(const Types& types) : types_(types) {}

  // `stream` is the name of an encoder, `place` what errors call the value. Ends without a semicolon.
  std::string encode(const Declaration& declaration, const std::string& value, const std::string& stream,
                     const std::string& place) const {
    return encode(declaration, value, stream, place, 1);
  }
  // The same for a result, which nobody needs afterwards.
  std::string encode_result(const Declaration& declaration, const std::string& value, const std::string& stream,
                            const std::string& place) const;
  // encode() with a number before it, where an encoder moves the two by one check; empty for everything else.
  std::string encode_after(const std::string& number, const Declaration& declaration, const std::string& value,
                           const std::string& stream, const std::string& place) const;
  // What reads a number, bool or enum, as in `value = in.u32()`. Empty for everything else, which is filled.
  std::string read(const Declaration& declaration, const std::string& stream) const;
  // `stream` is the name of a decoder; `value` is assigned or filled.
  std::string decode(const Declaration& declaration, const std::string& value, const std::string& stream,
                     const std::string& place) const {
    return decode(declaration, value, stream, place, 1);
  }

 private:
  // `level` counts the lambdas around, for names of their own.
  std::string encode(const Declaration& declaration, const std::string& value, const std::string& stream,
                     const std::string& place, int level) const;
  std::string decode(const Declaration& declaration, const std::string& value, const std::string& stream,
                     const std::string& place, int level) const;
  // Arguments that follow others: how to move one element, and how many there may be. Empty where it goes without.
  std::string encode_items(const Declaration& declaration, const std::string& stream, const std::string& place,
                           int level) const;
  std::string decode_items(const Declaration& declaration, const std::string& stream, const std::string& place,
                           int level) const;
  std::string bound(const Declaration& declaration, const std::string& place) const;

  const Types& types_;
};

// A struct or union: it writes and reads itself.
bool is_class(const Declaration& declaration);

// A result that an encoder may take its large opaques out of, or that is one.
bool is_taken(const Declaration& result);

// A local that was read and goes to whoever wants the value.
std::string handed_on(const Declaration& declaration, const std::string& name);

// Enums, structs and unions.
bool has_codec(const Definition& definition);

void declare_codec(Printer& out, const Definition& definition, const Names& names);
void write_codec(Printer& out, const Definition& definition, const Names& names);

// Unions have theirs in a file of their own.
void write_union_codec(Printer& out, const Definition& definition, const Names& names);

// The locals of the codecs, which no other local may hide.
Scope locals_in_codecs(const Names& names);

}  // namespace idlc::cpp
