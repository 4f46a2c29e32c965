#include <onc/xdr/enumerators.h>
#include <onc/xdr/error.h>

#include <algorithm>

namespace onc::xdr {

bool Enumerators::lists(std::int32_t number) const { return std::binary_search(only.begin(), only.end(), number); }

void Enumerators::refuse(int number) const {
  throw Error(errc::no_such_enumerator, name + std::string(": ") + std::to_string(number));
}

}  // namespace onc::xdr
