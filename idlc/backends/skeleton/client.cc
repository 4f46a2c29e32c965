#include "programs.h"

namespace idlc::skeleton {
namespace {

void write_call(Printer& out, const Procedure& procedure, const std::string& client, const Spelling& spelling) {
  std::string arguments;
  for (const Declaration& declaration : procedure.arguments)
    arguments += (arguments.empty() ? "" : ", ") + spelling.default_value(declaration);
  const std::string call = client + "." + spelling.names().of(procedure) + "(" + arguments + ")";
  if (!procedure.result.is_void())
    return out.line("std::cout << \"{}: \" << {} << std::endl;", procedure.name.text,
                    spelling.printed(procedure.result, call));
  out.line("{};", call);
  out.line("std::cout << \"{}: done\" << std::endl;", procedure.name.text);
}

void write_calls(Printer& out, const Face& face, const std::string& client, const Spelling& spelling) {
  out.blank();
  out.line("{}::Client {}(address);", spelling.space(face.program, face.version), client);
  for (const Procedure& procedure : face.version.procedures) write_call(out, procedure, client, spelling);
}

}  // namespace

std::string client(const std::string& file, const std::vector<Face>& faces, const Spelling& spelling) {
  Printer out;
  out.line("// Calls each procedure of {}, at the address that it is given or at {}.", file, default_address);
  out.line("#include <exception>");
  out.line("#include <iostream>");
  out.blank();
  out.line("#include \"{}.h\"", file);
  out.blank();
  out.open("int main(int argc, char** argv) try");
  out.line("const char* address = argc > 1 ? argv[1] : \"{}\";", default_address);
  for (const Face& face : faces) write_calls(out, face, faces.size() == 1 ? "client" : face.object, spelling);
  out.close("} catch (const std::exception& error) {");
  out.indent();
  out.line("std::cerr << error.what() << std::endl;");
  out.line("return 1;");
  out.close();
  return out.text();
}

}  // namespace idlc::skeleton
