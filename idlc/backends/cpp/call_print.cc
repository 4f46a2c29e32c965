#include "print.h"
#include "program.h"

#include <algorithm>

namespace idlc::cpp {

void VersionWriter::define_prints() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  out_.line("namespace {} {", space);
  define_prints_of("arguments", &VersionWriter::define_argument_print,
                   [](const Procedure& procedure) { return !procedure.arguments.empty(); });
  define_prints_of("results", &VersionWriter::define_result_print,
                   [](const Procedure& procedure) { return !procedure.result.is_void(); });
  define_print_table();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::define_prints_of(const std::string& part, void (VersionWriter::*define_one)(const Procedure&),
                                     bool (*is_there)(const Procedure&)) {
  if (std::none_of(version_.procedures.begin(), version_.procedures.end(), is_there)) return;
  out_.blank();
  out_.line("namespace print_{} {", part);
  for (const Procedure& procedure : version_.procedures)
    if (is_there(procedure)) (this->*define_one)(procedure);
  out_.blank();
  out_.line("}  // namespace print_{}", part);
}

void VersionWriter::open_print(const Procedure& procedure) {
  out_.blank();
  out_.open("static void {}(onc::xdr::Decoder& {}, onc::xdr::Printer& {})", names_.of(procedure), locals_.in,
            locals_.out);
}

void VersionWriter::define_argument_print(const Procedure& procedure) {
  const ValuePrint values(names_, types_.hidden());
  const std::vector<std::string> names = argument_names(procedure);
  open_print(procedure);
  for (std::size_t i = 0; i < names.size(); ++i)
    read(procedure.arguments[i], names[i], locals_.in, place(procedure, procedure.arguments[i]));
  out_.line("{}.open(\"\");", locals_.out);
  for (std::size_t i = 0; i < names.size(); ++i)
    out_.line("{};", values.print(locals_.out + ".field(\"" + names[i] + "\")", procedure.arguments[i], names[i]));
  out_.line("{}.close();", locals_.out);
  out_.close();
}

void VersionWriter::define_result_print(const Procedure& procedure) {
  open_print(procedure);
  read(procedure.result, locals_.reply, locals_.in, place(procedure, procedure.result));
  out_.line("{};", ValuePrint(names_, types_.hidden()).print(locals_.out, procedure.result, locals_.reply));
  out_.close();
}

void VersionWriter::define_print_table() {
  out_.blank();
  out_.line("static constexpr onc::rpc::CallPrint prints[] = {");
  for (const Procedure& procedure : version_.procedures) {
    const std::string& name = names_.of(procedure);
    out_.line("    {{}, \"{}\", {}, {}},", number(procedure.number), procedure.name.text,
              procedure.arguments.empty() ? "nullptr" : "print_arguments::" + name,
              procedure.result.is_void() ? "nullptr" : "print_results::" + name);
  }
  out_.line("};");
  out_.line("const onc::rpc::CallPrints call_prints{prints};");
}

}  // namespace idlc::cpp
