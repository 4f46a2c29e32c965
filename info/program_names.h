// What programs are called on this host: rpc(5), as getrpcent(3) tells it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace info {

class ProgramNames {
 public:
  // Reads all there are: a table of a hundred thousand programs would open the file as often.
  static ProgramNames of_this_host();

  // The first name a number is given stays.
  void add(std::uint32_t number, const std::string& name);

  // Empty where it has none.
  std::string of(std::uint32_t number) const;
  // A name or an alias, or a number, also as 0x20000001. Nothing where it is neither.
  std::optional<std::uint32_t> number(const std::string& text) const;

 private:
  std::map<std::uint32_t, std::string> names_;
  std::map<std::string, std::uint32_t> numbers_;
};

// A number of 32 bits, decimal or with 0x before it.
std::optional<std::uint32_t> to_number(std::string_view text);

}  // namespace info
