#include "programs.h"

#include "backends/cpp/comments.h"
#include "backends/cpp/reserved.h"

#include <cctype>
#include <unordered_map>

namespace idlc::skeleton {
namespace {

// The .x's name; or as the type, with a small letter.
std::string parameter_of(const Declaration& declaration, const cpp::Names& all) {
  if (!declaration.name.text.empty()) return all.local(declaration.name.text);
  std::string name = declaration.type.definition ? declaration.type.name : "";
  name = name.substr(name.rfind(':') + 1);  // of a::T
  if (name.empty()) return "argument";
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return cpp::is_variable_of_c(name) ? name + "_" : name;
}

// name, status, status2
std::vector<std::string> parameters_of(const Procedure& procedure, const cpp::Names& all) {
  cpp::Scope taken = cpp::names_in_classes();
  std::unordered_map<std::string, int> counts;
  std::vector<std::string> names;
  for (const Declaration& declaration : procedure.arguments) {
    const std::string wanted = parameter_of(declaration, all);
    std::string name = wanted;
    // From where the last of that name stopped: thousands of arguments may have one type.
    int& count = counts.try_emplace(name, 1).first->second;
    while (taken.contains(name)) name = wanted + std::to_string(++count);
    names.push_back(cpp::free_name(name, taken));
    taken.insert(names.back());
  }
  return names;
}

class ServerWriter {
 public:
  ServerWriter(Printer& out, const Spelling& spelling) : out_(out), spelling_(spelling) {}

  void write_class(const Face& face) {
    out_.open("class {} : public {}::Server", face.type, spelling_.space(face.program, face.version));
    for (const Procedure& procedure : face.version.procedures) {
      if (&procedure != &face.version.procedures.front()) out_.blank();
      write_procedure(procedure);
    }
    out_.close("};");
  }

 private:
  void write_procedure(const Procedure& procedure) {
    const std::vector<std::string> names = parameters_of(procedure, spelling_.names());
    cpp::write_above(out_, procedure.comments);
    std::string parameters;
    for (std::size_t i = 0; i < names.size(); ++i)
      parameters += spelling_.types().of(procedure.arguments[i]) + " " + names[i] + ", ";
    out_.open("{} {}({}const onc::rpc::Caller&) override", spelling_.types().of(procedure.result),
              spelling_.names().of(procedure), parameters);
    tell(procedure, names);
    if (!procedure.result.is_void()) out_.line("return {};", result(procedure.result));
    out_.close();
  }

  void tell(const Procedure& procedure, const std::vector<std::string>& names) {
    std::string text = "std::cout << \"" + procedure.name.text + "(";
    for (std::size_t i = 0; i < names.size(); ++i) {
      text += i == 0 ? "\" << " : " << \", \" << ";
      text += spelling_.printed(procedure.arguments[i], names[i]);
    }
    out_.line("{}{})\" << std::endl;", text, names.empty() ? "" : " << \"");
  }

  std::string result(const Declaration& declaration) const {
    const bool is_obvious = !cpp::is_scalar(declaration) && cpp::filled(spelling_.types(), declaration).empty();
    return is_obvious ? "{}" : spelling_.default_value(declaration);
  }

  Printer& out_;
  const Spelling& spelling_;
};

void write_main(Printer& out, const std::vector<Face>& faces) {
  out.blank();
  out.open("int main(int argc, char** argv) try");
  for (const Face& face : faces) out.line("{} {};", face.type, face.object);
  out.line("onc::rpc::Server server;");
  for (const Face& face : faces) out.line("server.add({});", face.object);
  out.line("// Who called is only told that it did not work.");
  out.open("server.on_failure([](const onc::rpc::Program&, std::uint32_t procedure, const std::string& what)");
  out.line("std::cerr << \"procedure \" << procedure << \": \" << what << std::endl;");
  out.close("});");
  out.line("// What is being handled is finished first.");
  out.line("server.stop_on({SIGINT, SIGTERM});");
  out.line("std::cout << server.listen(argc > 1 ? argv[1] : \"{}\").text() << std::endl;", default_address);
  out.line("server.run();");
  out.close("} catch (const std::exception& error) {");
  out.indent();
  out.line("std::cerr << error.what() << std::endl;");
  out.line("return 1;");
  out.close();
}

}  // namespace

std::string server(const std::string& file, const std::vector<Face>& faces, const Spelling& spelling) {
  Printer out;
  out.line("// Serves the programs of {}, at the address that it is given or at {}.", file, default_address);
  out.line("#include <onc/server/server.h>");
  out.blank();
  for (const char* header : {"csignal", "cstdint", "exception", "iostream", "string"})
    out.line("#include <{}>", std::string(header));
  out.blank();
  out.line("#include \"{}.h\"", file);
  out.blank();
  out.line(
      "// The procedures are yours to write. Until then each tells that it was called, and answers with a default "
      "value.");
  for (const Face& face : faces) {
    if (&face != &faces.front()) out.blank();
    ServerWriter(out, spelling).write_class(face);
  }
  write_main(out, faces);
  return out.text();
}

}  // namespace idlc::skeleton
