#include "reserved.h"

#include <unordered_set>

namespace idlc::cpp {
namespace {

using Set = std::unordered_set<std::string_view>;

const Set keywords{
    "alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
    "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
    "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
    "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
    "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
    "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
    "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
    "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
    "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
    "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
    "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
    "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
    "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
    "xor_eq"};

const Set macros{
#include "macros.inc"
};

const Set globals{
#include "globals.inc"
};

// Macros of which each kernel and each Asio has others: SYS_read, but not SYS_OK, nor SYS_read_ which we make of it.
bool is_of_family(std::string_view name) {
  if (name.ends_with('_')) return false;
  const std::string_view call = "SYS_";
  if (name.starts_with(call) && name.size() > call.size()) return name[call.size()] < 'A' || name[call.size()] > 'Z';
  return name.starts_with("ASIO_");
}

const Set variables{"daylight", "environ", "getdate_err", "optarg",   "opterr",   "optind",
                    "optopt",   "signgam", "sys_errlist", "sys_nerr", "timezone", "tzname"};

}  // namespace

bool is_reserved(std::string_view name) {
  return keywords.contains(name) || macros.contains(name) || is_of_family(name);
}

bool is_variable_of_c(std::string_view name) { return variables.contains(name); }

// POSIX takes every name that ends in _t.
bool is_global(std::string_view name) { return globals.contains(name) || name.ends_with("_t"); }

}  // namespace idlc::cpp
