#include "comments.h"
#include "program.h"

namespace idlc::cpp {

void VersionWriter::declare_client() {
  out_.blank();
  out_.open("class Client : public onc::rpc::Client");
  out_.label("public:");
  out_.line("using onc::rpc::Client::Client;");
  for (const Procedure& procedure : version_.procedures)
    write_line(out_, procedure.comments,
               result(procedure) + " " + names_.of(procedure) + "(" + client_parameters(procedure, false) + ");");
  out_.close("};");
}

void VersionWriter::define_client(const Procedure& procedure) {
  const std::string& name = names_.of(procedure);
  const bool returns = !procedure.result.is_void();
  out_.blank();
  out_.open("{} Client::{}({})", result(procedure), name, client_parameters(procedure, true));
  if (returns) out_.line("{} reply{};", result(procedure), initializer(types_, procedure.result));
  std::string arguments;
  for (std::size_t i = 0; i < procedure.arguments.size(); ++i)
    arguments += " " + codec_.encode(procedure.arguments[i], argument(procedure, i), "out") + ";";
  if (arguments.empty())
    out_.line("call(procedures::{}, {},", name, "[](onc::xdr::Encoder&) {}");
  else
    out_.line("call(procedures::{}, [&](onc::xdr::Encoder& out) {{} },", name, arguments);
  if (returns)
    out_.line("     [&](onc::xdr::Decoder& in) { {}; });", codec_.decode(procedure.result, "reply", "in"));
  else
    out_.line("     {});", "[](onc::xdr::Decoder&) {}");
  if (returns) out_.line("return reply;");
  out_.close();
}

}  // namespace idlc::cpp
