#include "comments.h"
#include "program.h"

#include <algorithm>

namespace idlc::cpp {

void VersionWriter::declare_async() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  out_.line("namespace {} {", space);
  declare_async_client();
  declare_async_server();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::define_async() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  out_.line("namespace {} {", space);
  for (const Procedure& procedure : version_.procedures) define_async_client(procedure);
  define_async_dispatch();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::declare_async_client() {
  out_.blank();
  out_.open("class AsyncClient : public onc::rpc::AsyncClientFor<AsyncClient, program>");
  out_.label("public:");
  out_.line("using AsyncClientFor::AsyncClientFor;");
  for (const Procedure& procedure : version_.procedures)
    write_line(out_, procedure.comments,
               awaitable(procedure) + " " + names_.of(procedure) + "(" + async_parameters(procedure, false) + ");");
  out_.close("};");
}

void VersionWriter::declare_async_server() {
  out_.blank();
  out_.open("class AsyncServer : public onc::rpc::AsyncService");
  out_.label("public:");
  out_.line("AsyncServer() : onc::rpc::AsyncService({}::program) {}", names_.of(version_), "{}");
  for (const Procedure& procedure : version_.procedures)
    write_line(
        out_, procedure.comments,
        "virtual " + awaitable(procedure) + " " + names_.of(procedure) + "(" + server_parameters(procedure) + ") = 0;");
  out_.blank();
  out_.label("private:");
  out_.line("asio::awaitable<void> dispatch(std::uint32_t {}, onc::xdr::Decoder& {}, onc::xdr::Encoder& {},",
            locals_.procedure, locals_.arguments, locals_.results);
  out_.line("                               const onc::rpc::Caller& {}) final;", locals_.caller);
  out_.close("};");
}

void VersionWriter::define_async_client(const Procedure& procedure) {
  const bool returns = !procedure.result.is_void();
  const std::vector<std::string> arguments = encode_arguments(procedure, locals_.out);
  out_.blank();
  out_.open("{} AsyncClient::{}({})", awaitable(procedure), names_.of(procedure), async_parameters(procedure, true));
  out_.line("return call{}(", returns ? "<" + result(procedure) + ">" : "");
  out_.indent();
  out_.indent();
  out_.line("procedures::{},", names_.of(procedure));
  const std::string end = returns ? "," : ");";
  if (arguments.empty()) {
    out_.line("[](onc::xdr::Encoder&) {}{}", "{}", end);
  } else if (arguments.size() == 1) {
    out_.line("[&](onc::xdr::Encoder& {}) { {}; }{}", locals_.out, arguments.front(), end);
  } else {
    out_.open("[&](onc::xdr::Encoder& {})", locals_.out);
    for (const std::string& argument : arguments) out_.line("{};", argument);
    out_.close("}" + end);
  }
  if (returns)
    out_.line("[](onc::xdr::Decoder& {}, {}& {}) { {}; });", locals_.in, result(procedure), locals_.reply,
              codec_.decode(procedure.result, locals_.reply, locals_.in, place(procedure, procedure.result)));
  out_.outdent();
  out_.outdent();
  out_.close();
}

// The arguments are read before there is a coroutine, so that they may lie in the connection's buffer.
void VersionWriter::define_async_dispatch() {
  out_.blank();
  out_.line("asio::awaitable<void> AsyncServer::dispatch(std::uint32_t {}, onc::xdr::Decoder& {},", locals_.procedure,
            locals_.arguments);
  out_.open("                                            onc::xdr::Encoder&{}, const onc::rpc::Caller& {})",
            has_results() ? " " + locals_.results : "", locals_.caller);
  out_.open("switch ({})", locals_.procedure);
  if (!has_procedure_zero()) {
    out_.open("case 0:");
    out_.line("{}.finish();", locals_.arguments);
    out_.line("return onc::rpc::no_results();");
    out_.close();
  }
  for (const Procedure& procedure : version_.procedures) {
    out_.open("case {}:", number(procedure.number));
    const std::string call = names_.of(procedure) + "(" + read_arguments(procedure) + locals_.caller + ")";
    if (procedure.result.is_void()) {
      out_.line("return {};", call);
    } else {
      out_.line("return onc::rpc::answer(");
      out_.indent();
      out_.indent();
      out_.line("{}, {},", locals_.results, call);
      write_async_results(procedure);
      out_.outdent();
      out_.outdent();
    }
    out_.close();
  }
  out_.close();
  out_.line("throw onc::rpc::Error(onc::rpc::errc::procedure_unavailable, {}::program);", names_.of(version_));
  out_.close();
}

void VersionWriter::write_async_results(const Procedure& procedure) {
  const bool taken = is_taken(procedure.result);
  const std::string parameter = taken ? result(procedure) + "&&" : "const " + result(procedure) + "&";
  const std::string value = taken ? "std::move(" + locals_.reply + ")" : locals_.reply;
  out_.line("[](onc::xdr::Encoder& {}, {} {}) { {}; });", locals_.out, parameter, locals_.reply,
            codec_.encode_result(procedure.result, value, locals_.out, place(procedure, procedure.result)));
}

std::string VersionWriter::awaitable(const Procedure& procedure) const {
  return "asio::awaitable<" + result(procedure) + ">";
}

// By value, each of them: a coroutine may still need them when its caller has gone on.
std::string VersionWriter::async_parameters(const Procedure& procedure, bool named) const {
  const std::vector<std::string> names = argument_names(procedure);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : ", ") + types_.of(procedure.arguments[i]);
    if (named || has_name(procedure.arguments[i])) text += " " + names[i];
  }
  return text;
}

}  // namespace idlc::cpp
