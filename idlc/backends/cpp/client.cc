#include "comments.h"
#include "program.h"

namespace idlc::cpp {

void VersionWriter::declare_client() {
  out_.blank();
  out_.open("class Client : public onc::rpc::ClientFor<Client, program>");
  out_.label("public:");
  out_.line("using ClientFor::ClientFor;");
  for (const Procedure& procedure : version_.procedures)
    write_line(out_, procedure.comments,
               result(procedure) + " " + names_.of(procedure) + "(" + client_parameters(procedure, false) + ");");
  out_.close("};");
}

void VersionWriter::define_client(const Procedure& procedure) {
  out_.blank();
  out_.open("{} Client::{}({})", result(procedure), names_.of(procedure), client_parameters(procedure, true));
  write_arguments(procedure);
  read_results(procedure);
  out_.close();
}

void VersionWriter::write_arguments(const Procedure& procedure) {
  const std::string begin = "begin_call(procedures::" + names_.of(procedure) + ")";
  if (procedure.arguments.empty()) return out_.line("{};", begin);
  const Declaration& first = procedure.arguments.front();
  if (procedure.arguments.size() == 1 && (is_class(first) || is_scalar(first)))
    return out_.line("{};", encode_arguments(procedure, begin).front());
  out_.line("auto& {} = {};", locals_.out, begin);
  for (const std::string& argument : encode_arguments(procedure, locals_.out)) out_.line("{};", argument);
}

void VersionWriter::read_results(const Procedure& procedure) {
  if (procedure.result.is_void()) return out_.line("end_void_call();");
  const std::string value = codec_.read(procedure.result, "end_call()");
  if (!value.empty()) return out_.line("return {};", value);
  if (is_class(procedure.result)) return out_.line("return end_call().last<{}>();", result(procedure));
  out_.line("auto& {} = end_call();", locals_.in);
  out_.line("{} {}{};", result(procedure), locals_.reply, initializer(types_, procedure.result));
  out_.line("{};", codec_.decode(procedure.result, locals_.reply, locals_.in, place(procedure, procedure.result)));
  out_.line("return {};", locals_.reply);
}

std::vector<std::string> VersionWriter::encode_arguments(const Procedure& procedure, const std::string& stream) const {
  const std::vector<std::string> names = argument_names(procedure);
  std::vector<std::string> statements;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    statements.push_back(codec_.encode(declaration, names[i], stream, place(procedure, declaration)));
  }
  return statements;
}

}  // namespace idlc::cpp
