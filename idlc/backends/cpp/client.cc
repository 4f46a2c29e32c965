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
  const bool returns = !procedure.result.is_void();
  out_.blank();
  out_.open("{} Client::{}({})", result(procedure), names_.of(procedure), client_parameters(procedure, true));
  if (returns) out_.line("{} {}{};", result(procedure), locals_.reply, initializer(types_, procedure.result));
  write_call(procedure);
  if (returns) out_.line("return {};", locals_.reply);
  out_.close();
}

void VersionWriter::write_call(const Procedure& procedure) {
  const std::vector<std::string> arguments = encode_arguments(procedure);
  const std::string results = decode_results(procedure);
  if (arguments.size() > 1) return write_long_call(procedure, arguments, results);
  const std::string start = "call(procedures::" + names_.of(procedure) + ",";
  if (arguments.empty() && procedure.result.is_void())
    return out_.line("{} [](onc::xdr::Encoder&) {}, {});", start, "{}", results);
  if (arguments.empty())
    out_.line("{} [](onc::xdr::Encoder&) {},", start, "{}");
  else
    out_.line("{} [&](onc::xdr::Encoder& {}) { {}; },", start, locals_.out, arguments.front());
  out_.line("     {});", results);
}

void VersionWriter::write_long_call(const Procedure& procedure, const std::vector<std::string>& arguments,
                                    const std::string& results) {
  out_.line("call(");
  out_.indent();
  out_.indent();
  out_.line("procedures::{},", names_.of(procedure));
  out_.open("[&](onc::xdr::Encoder& {})", locals_.out);
  for (const std::string& argument : arguments) out_.line("{};", argument);
  out_.close("},");
  out_.line("{});", results);
  out_.outdent();
  out_.outdent();
}

std::vector<std::string> VersionWriter::encode_arguments(const Procedure& procedure) const {
  std::vector<std::string> statements;
  for (std::size_t i = 0; i < procedure.arguments.size(); ++i)
    statements.push_back(codec_.encode(procedure.arguments[i], argument(procedure, i), locals_.out));
  return statements;
}

std::string VersionWriter::decode_results(const Procedure& procedure) const {
  if (procedure.result.is_void()) return "[](onc::xdr::Decoder&) {}";
  return "[&](onc::xdr::Decoder& " + locals_.in + ") { " + codec_.decode(procedure.result, locals_.reply, locals_.in) +
         "; }";
}

}  // namespace idlc::cpp
