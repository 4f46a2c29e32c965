// A whole client: asks a portmapper what is registered with it, through the class that idlc made from idl/rpcbind.x.
//   onc-registry URI
#include <exception>
#include <iomanip>
#include <iostream>

#include "rpcbind.x.h"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: onc-registry URI, such as tcp://127.0.0.1:111\n";
    return 2;
  }
  rpcbind::RPCBPROG::RPCBVERS4::Client portmapper(argv[1]);
  std::cout << "   program version netid  address\n";
  for (const auto& [entry] : portmapper.RPCBPROC_DUMP())
    std::cout << std::setw(10) << entry.r_prog << std::setw(8) << entry.r_vers << ' ' << std::left << std::setw(6)
              << entry.r_netid << ' ' << entry.r_addr << std::right << '\n';
  return 0;
} catch (const std::exception& error) {
  std::cerr << "onc-registry: " << error.what() << '\n';
  return 1;
}
