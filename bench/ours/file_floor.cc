// The floor that ./files measures against: a bare copy of one file over a plain socket, hashed by who receives it, and
// on the disk when it is answered. One thread at each end, no protocol worth the name.
//   file_floor serve FOLDER               prints its port
//   file_floor up|down PORT NAME LOCAL
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using Hash = std::array<unsigned char, 32>;

constexpr std::size_t piece = std::size_t{1} << 20;

template <class Result>
Result checked(Result result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
  return result;
}

void write_all(int to, const void* bytes, std::size_t size) {
  for (const char* at = static_cast<const char*>(bytes); size != 0;) {
    const ssize_t written = checked(::write(to, at, size), "write");
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

void read_all(int from, void* bytes, std::size_t size) {
  for (char* at = static_cast<char*>(bytes); size != 0;) {
    const ssize_t got = checked(::read(from, at, size), "read");
    if (got == 0) throw std::runtime_error("the other end is gone");
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

// Its size, then its bytes; then what the other end found to be its hash.
void send(int socket, const std::string& name) {
  const int file = checked(::open(name.c_str(), O_RDONLY), "open");
  struct stat status;
  checked(::fstat(file, &status), "fstat");
  auto left = static_cast<std::uint64_t>(status.st_size);
  write_all(socket, &left, sizeof left);
  for (std::vector<char> bytes(piece); left != 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece));
    read_all(file, bytes.data(), count);
    write_all(socket, bytes.data(), count);
    left -= count;
  }
  ::close(file);
  Hash hash;
  read_all(socket, hash.data(), hash.size());
}

void receive(int socket, const std::string& name) {
  const int file = checked(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), "open");
  std::uint64_t left = 0;
  read_all(socket, &left, sizeof left);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  for (std::vector<char> bytes(piece); left != 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece));
    read_all(socket, bytes.data(), count);
    EVP_DigestUpdate(context, bytes.data(), count);
    write_all(file, bytes.data(), count);
    left -= count;
  }
  Hash hash;
  EVP_DigestFinal_ex(context, hash.data(), nullptr);
  EVP_MD_CTX_free(context);
  checked(::fsync(file), "fsync");
  ::close(file);
  write_all(socket, hash.data(), hash.size());
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A request is a letter and a name of 255 bytes.
using Request = std::array<char, 256>;

void serve(const std::string& folder) {
  const int listening = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  checked(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), "bind");
  checked(::listen(listening, 8), "listen");
  checked(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  while (true) {
    const int socket = checked(::accept(listening, nullptr, nullptr), "accept");
    Request request;
    read_all(socket, request.data(), request.size());
    request.back() = 0;
    const std::string name = folder + "/" + &request[1];
    if (request[0] == 'u')
      receive(socket, name);
    else
      send(socket, name);
    ::close(socket);
  }
}

void call(const std::string& verb, int port, const std::string& name, const std::string& local) {
  const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
  const sockaddr_in address = loopback(port);
  checked(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  Request request{};
  request[0] = verb == "up" ? 'u' : 'd';
  name.copy(&request[1], request.size() - 2);
  write_all(socket, request.data(), request.size());
  if (verb == "up")
    send(socket, local);
  else
    receive(socket, local);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 3)
    serve(argv[2]);
  else if (argc == 5)
    call(argv[1], std::atoi(argv[2]), argv[3], argv[4]);
  else
    return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "file_floor: %s\n", error.what());
  return 1;
}
