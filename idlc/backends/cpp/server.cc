#include "comments.h"
#include "program.h"

#include <algorithm>

namespace idlc::cpp {

void VersionWriter::declare_server() {
  out_.blank();
  out_.open("class Server : public onc::rpc::Service");
  out_.label("public:");
  out_.line("Server() : onc::rpc::Service({}::program) {}", names_.of(version_), "{}");
  for (const Procedure& procedure : version_.procedures)
    write_line(
        out_, procedure.comments,
        "virtual " + result(procedure) + " " + names_.of(procedure) + "(" + server_parameters(procedure) + ") = 0;");
  out_.blank();
  out_.label("private:");
  out_.line("void dispatch(std::uint32_t {}, onc::xdr::Decoder& {}, onc::xdr::Encoder& {},", locals_.procedure,
            locals_.arguments, locals_.results);
  out_.line("              const onc::rpc::Caller& {}) final;", locals_.caller);
  out_.close("};");
}

void VersionWriter::define_handlers() {
  out_.blank();
  out_.line("// A call of each procedure: its arguments read, the server asked, the results written.");
  out_.line("namespace handlers {");
  for (const Procedure& procedure : version_.procedures) define_handler(procedure);
  out_.blank();
  out_.line("}  // namespace handlers");
}

void VersionWriter::define_handler(const Procedure& procedure) {
  const bool returns = !procedure.result.is_void();
  out_.blank();
  out_.open("void {}(Server& {}, onc::xdr::Decoder& {}, onc::xdr::Encoder&{}, const onc::rpc::Caller& {})",
            names_.of(procedure), locals_.server, locals_.arguments, returns ? " " + locals_.results : "",
            locals_.caller);
  const std::string call =
      locals_.server + "." + names_.of(procedure) + "(" + read_arguments(procedure) + locals_.caller + ")";
  out_.line("{};",
            returns ? codec_.encode_result(procedure.result, call, locals_.results, place(procedure, procedure.result))
                    : call);
  out_.close();
}

std::string VersionWriter::read_arguments(const Procedure& procedure) {
  if (procedure.arguments.size() == 1 && is_class(procedure.arguments.front()))
    return locals_.arguments + ".last<" + types_.of(procedure.arguments.front()) + ">(), ";
  const std::vector<std::string> names = argument_names(procedure);
  std::string handed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    const std::string& name = names[i];
    read(declaration, name, locals_.arguments, place(procedure, declaration));
    handed += handed_on(declaration, name) + ", ";
  }
  out_.line("{}.finish();", locals_.arguments);
  return handed;
}

void VersionWriter::read(const Declaration& declaration, const std::string& name, const std::string& stream,
                         const std::string& place) {
  const std::string value = codec_.read(declaration, stream);
  if (!value.empty()) return out_.line("const {} {} = {};", types_.of(declaration), name, value);
  out_.line("{} {}{};", types_.of(declaration), name, initializer(types_, declaration));
  out_.line("{};", codec_.decode(declaration, name, stream, place));
}

void VersionWriter::define_dispatch() {
  out_.blank();
  out_.line("void Server::dispatch(std::uint32_t {}, onc::xdr::Decoder& {}, onc::xdr::Encoder& {},", locals_.procedure,
            locals_.arguments, locals_.results);
  out_.open("                      const onc::rpc::Caller& {})", locals_.caller);
  out_.open("switch ({})", locals_.procedure);
  // By convention every program answers procedure 0 (RFC 5531 §12.1).
  if (!has_procedure_zero()) out_.line("case 0: return {}.finish();", locals_.arguments);
  for (const Procedure& procedure : version_.procedures)
    out_.line("case {}: return handlers::{}(*this, {}, {}, {});", number(procedure.number), names_.of(procedure),
              locals_.arguments, locals_.results, locals_.caller);
  out_.close();
  out_.line("throw onc::rpc::Error(onc::rpc::errc::procedure_unavailable, {}::program);", names_.of(version_));
  out_.close();
}

bool VersionWriter::has_procedure_zero() const {
  return std::any_of(version_.procedures.begin(), version_.procedures.end(),
                     [](const Procedure& procedure) { return procedure.number.number == Number{}; });
}

}  // namespace idlc::cpp
