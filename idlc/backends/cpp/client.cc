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
  const std::string start = "call(procedures::" + names_.of(procedure) + ",";
  const std::string results = decode_results(procedure);
  const std::vector<std::string> arguments = encode_arguments(procedure);
  if (procedure.arguments.size() == 1 && is_class(procedure.arguments.front()))
    return out_.line("{} {}, {});", start, argument(procedure, 0), results);
  if (arguments.empty()) return out_.line("{} {}, {});", start, "{}", results);
  const std::string encoder = "[&](onc::xdr::Encoder& " + locals_.out + ")";
  if (arguments.size() == 1) {
    out_.line("{} {} { {}; },", start, encoder, arguments.front());
    return out_.line("     {});", results);
  }
  out_.open("const auto {} = {}", locals_.arguments, encoder);
  for (const std::string& argument : arguments) out_.line("{};", argument);
  out_.close("};");
  out_.line("{} {}, {});", start, locals_.arguments, results);
}

std::vector<std::string> VersionWriter::encode_arguments(const Procedure& procedure) const {
  std::vector<std::string> statements;
  for (std::size_t i = 0; i < procedure.arguments.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    statements.push_back(
        codec_.encode(declaration, argument(procedure, i), locals_.out, place(procedure, declaration)));
  }
  return statements;
}

std::string VersionWriter::decode_results(const Procedure& procedure) const {
  if (procedure.result.is_void()) return "{}";
  if (is_class(procedure.result)) return locals_.reply;
  const std::string place = this->place(procedure, procedure.result);
  return "[&](onc::xdr::Decoder& " + locals_.in + ") { " +
         codec_.decode(procedure.result, locals_.reply, locals_.in, place) + "; }";
}

}  // namespace idlc::cpp
