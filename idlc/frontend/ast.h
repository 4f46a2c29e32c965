// What a .x file says. The parser fills in what is written, check.cc and shapes.cc what it means.
#pragma once

#include "number.h"
#include "source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace idlc {

struct Definition;

struct Name {
  std::string text;
  Location where;
};

// What the .x's comments say of a definition or member. Set by comments.cc.
struct Comments {
  std::vector<std::string> above;
  std::string beside;  // on its own line
};

// Lines that begin with %, for the header; without their %.
struct PercentLines {
  std::string text;
  Location where;
};

// A number or the name of one.
struct Value {
  std::string text;  // as written
  Location where;
  bool named = false;

  // Set by check.cc.
  Number number;
  const Definition* constant = nullptr;  // the const it names
};

enum class Primitive {
  int8,
  uint8,
  int16,
  uint16,  // four bytes each on the wire, as rpcgen has them
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  quadruple,
  boolean
};

// A type-specifier (RFC 4506 §6.3).
struct TypeRef {
  enum class Kind { primitive, named, string, opaque, nothing };

  Kind kind = Kind::nothing;
  bool tagged = false;  // written `struct T`, as in C
  Primitive primitive = Primitive::int32;
  std::string name;
  Location where;
  std::shared_ptr<Definition> body;  // a type defined in place; hoist.cc makes it one of the file's

  const Definition* definition = nullptr;  // what `name` names: a type. Set by check.cc
};

enum class Shape { plain, fixed, variable, optional };

// How `T *` is kept. Set by shapes.cc.
enum class Pointer { optional, list, box };

// A declaration (RFC 4506 §6.3): a type, its shape, and a name but for procedures' arguments and results.
struct Declaration {
  TypeRef type;
  Name name;
  Shape shape = Shape::plain;
  std::optional<Value> bound;
  Location where;
  Comments comments;

  Pointer pointer = Pointer::optional;
  bool maybe = false;  // of a union on bool: TRUE comes before it, or FALSE and nothing

  bool is_void() const { return type.kind == TypeRef::Kind::nothing; }
};

struct Constant {
  std::optional<Value> value;         // either a number
  std::optional<std::string> quoted;  // or a string, quotes and all
};

struct Enumerator {
  Name name;
  std::optional<Value> value;
  Comments comments;

  std::optional<Number> number;  // set by check.cc
};

struct Enum {
  std::vector<Enumerator> enumerators;
};

struct Struct {
  std::vector<Declaration> members;

  bool list = false;  // its last member, T *, is the next in a list, and not a member in C++. Set by shapes.cc
};

struct Arm {
  std::vector<Value> labels;
  std::optional<Location> default_label;
  Declaration declaration;
  Location where;  // labels and all
};

struct Union {
  Declaration discriminant;
  std::vector<Arm> arms;
};

struct Typedef {
  Declaration declaration;
  std::shared_ptr<const Union> was_union{};  // on bool, with a value or nothing: the bytes of T * (RFC 4506 §4.19)
};

struct Procedure {
  Name name;
  Declaration result;
  std::vector<Declaration> arguments;  // none for void
  Value number;
  Location where;
  Comments comments;
};

struct Version {
  Name name;
  std::vector<Procedure> procedures;
  Value number;
  Location where;
  Comments comments;
};

struct Program {
  std::vector<Version> versions;
  Value number;
};

// Lines that begin with %, which go to the output as they are.
struct Passthrough {
  std::string text;
};

// A type that only the C++ around the .x defines, and its name there.
struct External {
  std::string name;
};

// % lines within a definition stand before its member, enumerator or arm of that number.
struct InnerPassthrough {
  std::string text;
  std::size_t before;
};

struct Definition {
  Name name;          // empty for a Passthrough
  std::string space;  // the namespaces of the .x around it: "", "a" or "a::b"
  Location where;
  std::uint32_t unit = 0;  // the .x file it is in, of Sources; only what is in the first is generated
  Comments comments;
  std::variant<Constant, Enum, Struct, Union, Typedef, Program, Passthrough, External> body;
  std::vector<InnerPassthrough> percent_lines;

  // Set by shapes.cc, for types.
  bool recursive = false;      // a value of it can hold another
  std::uint64_t smallest = 0;  // the fewest bytes one takes on the wire
  std::uint64_t largest = 0;   // about the most it takes in memory, without what lies behind pointers
  bool large = false;          // a value of it can hold a large opaque

  template <class Body>
  const Body* as() const {
    return std::get_if<Body>(&body);
  }
  template <class Body>
  Body* as() {
    return std::get_if<Body>(&body);
  }
};

struct Comment {
  std::string text;  // its delimiters gone
  Location where;
  bool alone = true;  // nothing before it on its line
};

struct NamespaceBlock {
  std::string space;
  Location where;
};

struct Spec {
  std::vector<std::shared_ptr<Definition>> definitions;  // in C++'s order: what is needed first stands first
  Comments about;                                        // the file itself. Set by comments.cc
  std::vector<Comment> comments;                         // of the first unit, as are
  std::vector<PercentLines> percent_lines;
  // Of the file itself what an #if leaves out, from the line with # that begins it up to the one that ends it.
  std::vector<LineRange> left_out;
  std::optional<Location> line_number;  // of its first __LINE__, which is another number on another line
  std::vector<NamespaceBlock> namespaces;
  std::vector<Unit> units;              // the file itself, and the .x files it includes
  std::vector<std::uint32_t> includes;  // the units that it includes itself
};

// What a declaration comes down to when typedefs are looked through.
const Declaration& resolve(const Declaration& declaration);

// The enum that it comes down to, if it is one.
const Definition* enum_of(const Declaration& declaration);

// Of a struct that is no list, the member that alone is a T * to another of it, or null: values that it links are a
// chain. For types that shapes.cc has been through.
const Declaration* link_of_chain(const Definition& definition);

// The fewest bytes it takes on the wire; never more than 2^32. For types that shapes.cc has measured.
std::uint64_t smallest(const Declaration& declaration);

// Whether it can be or hold an opaque<> so long that the runtime rather sends it from where it lies than copies it.
bool may_be_large(const Declaration& declaration);

}  // namespace idlc
