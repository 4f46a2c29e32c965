// Each decoder of bytes and of text from strangers by itself. The first byte says which.
#include <onc/auth/auth.h>
#include <onc/binding/universal_address.h>
#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <sstream>
#include <string>
#include <string_view>

#include "fuzz/must.h"
#include "portmap.x.h"
#include "rpcbind.x.h"
#include "wide.x.h"

namespace {

using namespace onc;

std::string_view text_of(xdr::BytesView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void call_header(xdr::BytesView bytes) {
  xdr::Decoder in(bytes);
  rpc::CallHeader call;
  rpc::decode_call(in, call);
  must(call.credential.size() <= 400, "a credential is within the RFC's bound");
}

void reply_header(xdr::BytesView bytes) {
  const auto xid = rpc::peek_reply_xid(bytes);
  xdr::Decoder in(bytes);
  rpc::decode_reply(in);
  must(xid.has_value(), "what is a reply shows its xid");
}

void credential(xdr::BytesView bytes) {
  const auto checked = rpc::check_credential(rpc::auth_flavor::sys, bytes);
  must(checked.refused.has_value() != checked.sys.has_value(), "a credential is refused or known");
  if (!checked.sys) return;
  must(std::ranges::equal(rpc::Credential::sys(*checked.sys).body(), bytes), "AUTH_SYS is written as it was read");
}

void universal_address(xdr::BytesView bytes) {
  const std::string_view text = text_of(bytes);
  const std::size_t split = text.find(' ');
  if (split == text.npos) return;
  const std::string_view netid = text.substr(0, split);
  const auto address = binding::from_universal(netid, text.substr(split + 1));
  if (!address) return;
  const auto protocol = binding::protocol_of(netid);
  must(protocol.has_value(), "an address has a transport");
  must(netid == "unix" || binding::netid(*protocol, *address) == netid, "an address is of its netid");
  must(binding::from_universal(netid, binding::to_universal(*address)) == address, "an address is read as written");
}

void endpoint(xdr::BytesView bytes) {
  const auto parsed = transport::Endpoint::parse(text_of(bytes));
  must(transport::Endpoint::parse(parsed.text()) == parsed, "an endpoint is read as written");
}

// Any value that was decoded can be encoded, as the same bytes where the peer was not let off.
template <class T>
void value(xdr::BytesView bytes, bool lenient) {
  T read;
  xdr::Decoder in(bytes, {.memory = std::size_t{8} << 20, .lenient = lenient});
  read.decode(in);
  xdr::Encoder out;
  read.encode(out);
  const std::size_t size = in.offset();
  if (!lenient) must(std::ranges::equal(out.bytes(), bytes.first(size)), "a value is written as it was read");
  T again;
  xdr::Decoder strict(out.bytes());
  again.decode(strict);
  strict.finish();
  std::ostringstream text;
  text << read;
  must(text.str().size() < 4'096 + 16 * size, "text is shortened");
  must(!xdr::to_json(read).empty(), "a value has JSON");
}

template <class T>
void list(xdr::BytesView bytes) {
  std::vector<T> items;
  xdr::Decoder in(bytes, {.memory = std::size_t{8} << 20});
  in.list(items);
  xdr::Encoder out;
  out.list(items);
  must(std::ranges::equal(out.bytes(), bytes.first(in.offset())), "a list is written as it was read");
}

void decode(unsigned which, xdr::BytesView bytes) {
  switch (which % 10) {
    case 0: return call_header(bytes);
    case 1: return reply_header(bytes);
    case 2: return credential(bytes);
    case 3: return universal_address(bytes);
    case 4: return endpoint(bytes);
    case 5: return list<rpcbind::rp__list>(bytes);
    case 6: return list<rpcbind::rpcb_entry_list>(bytes);
    case 7: return list<portmap::pmap>(bytes);
    case 8: return value<wide::Wide>(bytes, false);
    case 9: return value<wide::Wide>(bytes, true);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    decode(data[0], std::as_bytes(std::span(data, size)).subspan(1));
  } catch (const xdr::Error&) {
  } catch (const rpc::Error&) {
  }
  return 0;
}
