#include "programs.h"

#include <algorithm>

namespace idlc::skeleton {
namespace {

bool is_own(const Definition& definition) { return definition.unit == 0; }

bool is_data(const Definition& definition) {
  return is_own(definition) && (definition.as<Struct>() || definition.as<Union>());
}

void write_round_trip(Printer& out) {
  out.blank();
  out.line("// What arrives where a value is sent.");
  out.line("template <class T>");
  out.open("T sent(const T& value)");
  out.line("onc::xdr::Encoder out;");
  out.line("encode(out, value);");
  out.line("onc::xdr::Decoder in(out.bytes());");
  out.line("T result{};");
  out.line("decode(in, result);");
  out.line("in.finish();");
  out.line("return result;");
  out.close();
}

void write_main(Printer& out, const Spec& spec, const Spelling& spelling) {
  out.blank();
  out.open("int main() try");
  for (const auto& definition : spec.definitions) {
    const std::string name = definition->name.text;
    if (is_data(*definition))
      out.line("std::cout << \"{}: \" << sent({}{}) << std::endl;", name, spelling.types().of(*definition), "{}");
    if (is_own(*definition) && definition->as<Constant>())
      out.line("std::cout << \"{}: \" << {} << std::endl;", name, spelling.types().of(*definition));
  }
  out.close("} catch (const std::exception& error) {");
  out.indent();
  out.line("std::cerr << error.what() << std::endl;");
  out.line("return 1;");
  out.close();
}

}  // namespace

std::string example(const std::string& file, const Spec& spec, const Spelling& spelling) {
  Printer out;
  out.line("// Sends values of the types of {} to bytes and back, and prints them.", file);
  out.line("#include <exception>");
  out.line("#include <iostream>");
  out.blank();
  out.line("#include \"{}.h\"", file);
  const bool has_data = std::any_of(spec.definitions.begin(), spec.definitions.end(),
                                    [](const auto& definition) { return is_data(*definition); });
  if (has_data) write_round_trip(out);
  write_main(out, spec, spelling);
  return out.text();
}

}  // namespace idlc::skeleton
