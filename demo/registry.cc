// A whole client: asks a portmapper what is registered with it, through the class that idlc made from idl/rpcbind.x.
//   demo-registry URI
#include <exception>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <tuple>

#include "rpcbind.x.h"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: demo-registry URI, such as tcp://127.0.0.1:111\n";
    return 2;
  }
  rpcbind::RPCBPROG::RPCBVERS4::Client portmapper(argv[1]);
  std::map<std::tuple<std::uint32_t, std::string, std::string>, std::string> versions;
  for (const auto& [entry] : portmapper.RPCBPROC_DUMP())
    versions[{entry.r_prog, entry.r_netid, entry.r_addr}] += ' ' + std::to_string(entry.r_vers);

  std::cout << "   program netid address                                  versions\n";
  for (const auto& [key, numbers] : versions) {
    const auto& [program, netid, address] = key;
    std::cout << std::right << std::setw(10) << program << ' ' << std::left << std::setw(5) << netid << ' '
              << std::setw(40) << address << numbers << '\n';
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "demo-registry: " << error.what() << '\n';
  return 1;
}
