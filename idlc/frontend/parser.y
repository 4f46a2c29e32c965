// The grammar of RFC 4506 §6.3 and RFC 5531 §12.2, and what people write besides.
%require "3.8"
%skeleton "lalr1.cc"
%language "c++"
%expect 0

%define api.parser.class {Parser}
%define api.namespace {idlc}
%define api.location.type {idlc::Location}
%define api.value.type variant
%define api.value.automove
%define api.token.constructor
%define parse.error custom
%define parse.lac full
%locations

%code requires {
#include "ast.h"

namespace idlc {
class Lexer;
}
}

%parse-param { Lexer& lexer }
%parse-param { Spec& spec }
%lex-param { Lexer& lexer }

%code {
#include "dialects.h"
#include "lexer.h"
#include "suggestions.h"
#include "words.h"

#include <algorithm>

idlc::Parser::symbol_type idlc_lex(void* scanner);

namespace idlc {
namespace {

Parser::symbol_type yylex(Lexer& lexer) {
  lexer.end_token();
  return idlc_lex(lexer.scanner());
}

TypeRef primitive(Primitive primitive, const Location& where) {
  return {.kind = TypeRef::Kind::primitive, .primitive = primitive, .where = where};
}

TypeRef special(TypeRef::Kind kind, const Location& where) { return {.kind = kind, .where = where}; }

TypeRef named(std::string name, const Location& where) {
  return {.kind = TypeRef::Kind::named, .name = std::move(name), .where = where};
}

template <class Body>
std::shared_ptr<Definition> define(Name name, Body body, const Location& where) {
  auto definition = std::make_shared<Definition>();
  definition->name = std::move(name);
  definition->where = where;
  definition->body = std::move(body);
  return definition;
}

template <class Body>
TypeRef in_place(Name name, Body body, const Location& where) {
  TypeRef type{.kind = TypeRef::Kind::named, .where = where};
  type.body = define(std::move(name), std::move(body), where);
  return type;
}

Declaration declare(TypeRef type, Name name, Shape shape, std::optional<Value> bound, const Location& where) {
  Declaration declaration;
  declaration.type = std::move(type);
  declaration.name = std::move(name);
  declaration.shape = shape;
  declaration.bound = std::move(bound);
  declaration.where = where;
  return declaration;
}

Declaration unnamed(TypeRef type, const Location& where) {
  return declare(std::move(type), {}, Shape::plain, {}, where);
}

std::shared_ptr<Definition> define_type(Declaration declaration, const Location& where) {
  Name name = declaration.name;
  return define(std::move(name), Typedef{std::move(declaration)}, where);
}

Arm with_label(Arm arm, Value label) {
  arm.labels.push_back(std::move(label));
  return arm;
}

Arm with_default(Arm arm, const Location& where, Diagnostics& diagnostics) {
  if (arm.default_label) {
    diagnostics.error(where, "a second default (RFC 4506 §6.4)");
    diagnostics.note(*arm.default_label, "the first one is here");
  }
  arm.default_label = where;
  return arm;
}

Arm arm(Arm labels, Declaration declaration, const Location& where) {
  labels.declaration = std::move(declaration);
  labels.where = where;
  return labels;
}

template <class T>
std::vector<T> appended(std::vector<T> list, T item) {
  list.push_back(std::move(item));
  return list;
}

void add(Lexer& lexer, Spec& spec, std::shared_ptr<Definition> definition) {
  definition->space = lexer.space();
  definition->unit = lexer.unit_of(definition->where);
  spec.definitions.push_back(std::move(definition));
}

TypeRef tagged(std::string name, const Location& where) {
  TypeRef type = named(std::move(name), where);
  type.tagged = true;
  return type;
}

}  // namespace
}  // namespace idlc
}

%token YYEOF 0 "the end of the file"
%token BOOL "bool" CASE "case" CHAR "char" CONST "const" DEFAULT "default" DOUBLE "double" ENUM "enum" FLOAT "float"
%token HYPER "hyper" INT "int" LONG "long" NAMESPACE "namespace" OPAQUE "opaque" PROGRAM "program" QUADRUPLE "quadruple" SHORT "short"
%token STRING "string" STRUCT "struct" SWITCH "switch" TYPEDEF "typedef" UNION "union" UNSIGNED "unsigned"
%token VERSION "version" VOID "void"
%token LEFT_BRACE "{" RIGHT_BRACE "}" LEFT_PARENTHESIS "(" RIGHT_PARENTHESIS ")" LEFT_BRACKET "[" RIGHT_BRACKET "]"
%token LESS "<" GREATER ">" STAR "*" EQUALS "=" SEMICOLON ";" COLON ":" COMMA ","
%token OPERATOR "an operator"
%token <std::string> IDENTIFIER "a name"
%token <std::string> QUOTED "a quoted string"
%token <Value> NUMBER "a number"

// What is wrong right after a declaration's name is looked at there, before it is taken for the whole declaration.
%precedence NAMED
%precedence error

%type <std::shared_ptr<Definition>> definition
%type <Name> name word type_word
%type <Value> value
%type <std::optional<Value>> bound
%type <Constant> constant
%type <Declaration> declaration named_declaration argument result
%type <TypeRef> specifier
%type <Enum> enum_body
%type <std::vector<Enumerator>> enumerators
%type <Enumerator> enumerator
%type <Struct> struct_body
%type <std::vector<Declaration>> members arguments some_arguments
%type <Union> union_body
%type <std::vector<Arm>> arms
%type <Arm> labels
%type <std::vector<Version>> versions
%type <Version> version
%type <std::vector<Procedure>> procedures
%type <Procedure> procedure

%%

specification:
    %empty
  | specification definition    { add(lexer, spec, $2); }
  | specification namespace
  | specification ";"
  | specification error ";"     { lexer.lose(@2); }
  | specification error "}"     { lexer.lose(@2); }
  ;

namespace:
    "namespace" name "{" { lexer.enter_namespace($2); } specification "}"  { spec.namespaces.push_back({lexer.leave_namespace(), @$}); }
  ;

definition:
    "const" name "=" constant end                    { $$ = define($2, $4, @$); }
  | "typedef" declaration end                        { $$ = define_type($2, @$); }
  | "enum" name enum_body end                        { $$ = define($2, $3, @$); }
  | "struct" name struct_body end                    { $$ = define($2, $3, @$); }
  | "union" name union_body end                      { $$ = define($2, $3, @$); }
  | "program" name "{" versions "}" "=" value end    { $$ = define($2, Program{$4, $7}, @$); }
  | "program" name "{" "}" "=" value end
    {
      lexer.diagnostics().error(@4, "a program has at least one version (RFC 5531 §12.2)");
      $$ = define($2, Program{{}, $6}, @$);
    }
  ;

// One that is missing is told, and what follows read as if it were there.
end:
    ";"
  | error  { if (lexer.take_missing_semicolon()) yyerrok; }
  ;

constant:
    value   { $$.value = $1; }
  | QUOTED  { $$.quoted = $1; }
  ;

name:
    IDENTIFIER  { $$ = Name{$1, @1}; }
  | word
  | type_word
  ;

// Words of the grammar that it does not need where a name can stand are names like others.
word:
    "case"       { $$ = Name{"case", @1}; }
  | "const"      { $$ = Name{"const", @1}; }
  | "default"    { $$ = Name{"default", @1}; }
  | "opaque"     { $$ = Name{"opaque", @1}; }
  | "string"     { $$ = Name{"string", @1}; }
  | "typedef"    { $$ = Name{"typedef", @1}; }
  | "bool"       { $$ = Name{"bool", @1}; }
  | "float"      { $$ = Name{"float", @1}; }
  | "double"     { $$ = Name{"double", @1}; }
  | "quadruple"  { $$ = Name{"quadruple", @1}; }
  ;

// These can name types too.
type_word:
    "namespace"  { $$ = Name{"namespace", @1}; }
  | "program"    { $$ = Name{"program", @1}; }
  | "version"    { $$ = Name{"version", @1}; }
  ;

value:
    NUMBER
  | name           { $$ = Value{.text = $1.text, .where = @1, .named = true}; }
  | "(" value ")"  { $$ = $2; }
  ;

declaration:
    named_declaration
  | "void"                        { $$ = unnamed(special(TypeRef::Kind::nothing, @1), @$); }
  ;

named_declaration:
    specifier name %prec NAMED    { $$ = declare($1, $2, Shape::plain, {}, @$); }
  | specifier name error
    {
      if (!lexer.take_missing_semicolon()) YYERROR;
      yyerrok;  // the `end` after it meets the same mistake, which is told once
      $$ = declare($1, $2, Shape::plain, {}, {@1.begin, @2.end});
    }
  | specifier name "[" value "]"  { $$ = declare($1, $2, Shape::fixed, $4, @$); }
  | specifier name "<" bound ">"  { $$ = declare($1, $2, Shape::variable, $4, @$); }
  | specifier "*" name            { $$ = declare($1, $3, Shape::optional, {}, @$); }
  ;

bound:
    %empty  { }
  | value   { $$ = $1; }
  ;

specifier:
    "int"                      { $$ = primitive(Primitive::int32, @$); }
  | "unsigned" "int"           { $$ = primitive(Primitive::uint32, @$); }
  | "unsigned"                 { $$ = primitive(Primitive::uint32, @$); }
  | "hyper"                    { $$ = primitive(Primitive::int64, @$); }
  | "unsigned" "hyper"         { $$ = primitive(Primitive::uint64, @$); }
  | "char"                     { $$ = primitive(Primitive::int8, @$); }
  | "unsigned" "char"          { $$ = primitive(Primitive::uint8, @$); }
  | "short"                    { $$ = primitive(Primitive::int16, @$); }
  | "short" "int"              { $$ = primitive(Primitive::int16, @$); }
  | "unsigned" "short"         { $$ = primitive(Primitive::uint16, @$); }
  | "unsigned" "short" "int"   { $$ = primitive(Primitive::uint16, @$); }
  | "long"                     { $$ = primitive(Primitive::int32, @$); }
  | "long" "int"               { $$ = primitive(Primitive::int32, @$); }
  | "unsigned" "long"          { $$ = primitive(Primitive::uint32, @$); }
  | "unsigned" "long" "int"    { $$ = primitive(Primitive::uint32, @$); }
  | "long" "long"              { $$ = primitive(Primitive::int64, @$); }
  | "unsigned" "long" "long"   { $$ = primitive(Primitive::uint64, @$); }
  | "float"                    { $$ = primitive(Primitive::float32, @$); }
  | "double"                   { $$ = primitive(Primitive::float64, @$); }
  | "quadruple"                { $$ = primitive(Primitive::quadruple, @$); }
  | "bool"                     { $$ = primitive(Primitive::boolean, @$); }
  | "string"                   { $$ = special(TypeRef::Kind::string, @$); }
  | "opaque"                   { $$ = special(TypeRef::Kind::opaque, @$); }
  | IDENTIFIER                 { $$ = named($1, @$); }
  | type_word                  { $$ = named($1.text, @$); }
  | "struct" name              { $$ = tagged($2.text, @2); }
  | "enum" name                { $$ = tagged($2.text, @2); }
  | "union" name               { $$ = tagged($2.text, @2); }
  | "enum" enum_body           { $$ = in_place(Name{}, $2, @$); }
  | "struct" struct_body       { $$ = in_place(Name{}, $2, @$); }
  | "union" union_body         { $$ = in_place(Name{}, $2, @$); }
  | "enum" name enum_body      { $$ = in_place($2, $3, @$); }
  | "struct" name struct_body  { $$ = in_place($2, $3, @$); }
  | "union" name union_body    { $$ = in_place($2, $3, @$); }
  ;

enum_body:
    "{" enumerators "}"      { $$.enumerators = $2; }
  | "{" enumerators "," "}"  { $$.enumerators = $2; }
  | "{" "}"                  { lexer.diagnostics().error(@2, "an enum has at least one value (RFC 4506 §6.3)"); }
  | "{" error "}"            { lexer.lose(@2); }
  ;

enumerators:
    enumerator                  { $$ = appended({}, $1); }
  | enumerators "," enumerator  { $$ = appended($1, $3); }
  ;

enumerator:
    name            { $$.name = $1; }
  | name "=" value  { $$.name = $1; $$.value = $3; }
  ;

struct_body:
    "{" members "}"  { $$.members = $2; }
  | "{" "}"          { lexer.diagnostics().error(@2, "a struct has at least one member (RFC 4506 §6.3)"); }
  ;

members:
    declaration end          { $$ = appended({}, $1); }
  | error ";"                { lexer.lose(@1); }
  | members declaration end  { $$ = appended($1, $2); }
  | members error ";"        { $$ = $1; lexer.lose(@2); }
  ;

union_body:
    "switch" "(" declaration ")" "{" arms "}"  { $$.discriminant = $3; $$.arms = $6; }
  ;

arms:
    labels declaration end       { $$ = appended({}, arm($1, $2, @$)); }
  | error ";"                    { lexer.lose(@1); }
  | arms labels declaration end  { $$ = appended($1, arm($2, $3, {@2.begin, @$.end})); }
  | arms error ";"               { $$ = $1; lexer.lose(@2); }
  ;

labels:
    "case" value ":"         { $$ = with_label({}, $2); }
  | "default" ":"            { $$.default_label = @1; }
  | labels "case" value ":"  { $$ = with_label($1, $3); }
  | labels "default" ":"     { $$ = with_default($1, @2, lexer.diagnostics()); }
  ;

versions:
    version             { $$ = appended({}, $1); }
  | versions version    { $$ = appended($1, $2); }
  ;

version:
    "version" name "{" procedures "}" "=" value end  { $$ = Version{$2, $4, $7, @$, {}}; }
  | "version" name "{" "}" "=" value end
    {
      lexer.diagnostics().error(@4, "a version has at least one procedure (RFC 5531 §12.2)");
      $$ = Version{$2, {}, $6, @$, {}};
    }
  ;

procedures:
    procedure             { $$ = appended({}, $1); }
  | error ";"             { lexer.lose(@1); }
  | procedures procedure  { $$ = appended($1, $2); }
  | procedures error ";"  { $$ = $1; lexer.lose(@2); }
  ;

procedure:
    result name "(" arguments ")" "=" value end  { $$ = Procedure{$2, $1, $4, $7, @$, {}}; }
  ;

result:
    specifier                { $$ = unnamed($1, @$); }
  | specifier "*"            { $$ = declare($1, {}, Shape::optional, {}, @$); }
  | specifier "<" bound ">"  { $$ = declare($1, {}, Shape::variable, $3, @$); }
  | "void"                   { $$ = unnamed(special(TypeRef::Kind::nothing, @1), @$); }
  ;

arguments:
    %empty          { }
  | some_arguments
  ;

some_arguments:
    argument                     { $$ = appended({}, $1); }
  | some_arguments "," argument  { $$ = appended($1, $3); }
  ;

// With a name or without.
argument:
    result
  | named_declaration
  ;

%%

namespace idlc {
namespace {

bool has_text(Parser::symbol_kind_type kind) {
  return kind == Parser::symbol_kind::S_IDENTIFIER || kind == Parser::symbol_kind::S_NUMBER ||
         kind == Parser::symbol_kind::S_QUOTED || kind == Parser::symbol_kind::S_OPERATOR;
}

std::string quoted(Parser::symbol_kind_type kind) {
  const std::string name = Parser::symbol_name(kind);
  return name.find(' ') == std::string::npos ? "'" + name + "'" : name;
}

std::string found(const Parser::context& context, const Lexer& lexer) {
  const Parser::symbol_kind_type kind = context.token();
  if (!has_text(kind)) return quoted(kind);
  return "'" + lexer.text(context.location()) + "'";
}

// A word that could as well be a name is not what anybody thinks of there.
bool is_unlikely(Parser::symbol_kind_type kind) {
  using Kind = Parser::symbol_kind;
  switch (kind) {
    case Kind::S_YYEOF:
    case Kind::S_CASE:
    case Kind::S_CONST:
    case Kind::S_DEFAULT:
    case Kind::S_OPAQUE:
    case Kind::S_STRING:
    case Kind::S_TYPEDEF:
    case Kind::S_BOOL:
    case Kind::S_FLOAT:
    case Kind::S_DOUBLE:
    case Kind::S_QUADRUPLE:
    case Kind::S_NAMESPACE:
    case Kind::S_PROGRAM:
    case Kind::S_VERSION:
    case Kind::S_LEFT_PARENTHESIS: return true;
    default: return false;
  }
}

std::vector<Parser::symbol_kind_type> expected_kinds(const Parser::context& context) {
  std::vector<Parser::symbol_kind_type> kinds(Parser::YYNTOKENS);
  kinds.resize(static_cast<std::size_t>(context.expected_tokens(kinds.data(), Parser::YYNTOKENS)));
  const auto name = std::find(kinds.begin(), kinds.end(), Parser::symbol_kind::S_IDENTIFIER);
  if (name != kinds.end()) std::erase_if(kinds, is_unlikely);
  return kinds;
}

// Only there `typedef` may stand, and a name may not.
bool begins_definition(const Parser::context& context) {
  const auto kinds = expected_kinds(context);
  const auto expects = [&](Parser::symbol_kind_type kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  return expects(Parser::symbol_kind::S_TYPEDEF) && !expects(Parser::symbol_kind::S_IDENTIFIER);
}

// A ; that is missing is missing at the end of its line, not where the next one begins.
bool semicolon_missing(const Parser::context& context, const Lexer& lexer) {
  const Position& last = lexer.last_token().end;
  const Position& here = context.location().begin;
  const bool closes = context.token() == Parser::symbol_kind::S_RIGHT_BRACE;
  if (!closes && last.file == here.file && last.line >= here.line) return false;
  const auto kinds = expected_kinds(context);
  return std::find(kinds.begin(), kinds.end(), Parser::symbol_kind::S_SEMICOLON) != kinds.end();
}

// C's 1 + 2 or MAX * 4, which is none of the languages' constants (RFC 4506 §6.3).
bool is_expression(const Parser::context& context, const Lexer& lexer) {
  const auto token = context.token();
  if (token != Parser::symbol_kind::S_OPERATOR && token != Parser::symbol_kind::S_STAR) return false;
  const std::string last = lexer.text(lexer.last_token());
  const auto kinds = expected_kinds(context);
  const auto ends_value = [](Parser::symbol_kind_type kind) {
    using Kind = Parser::symbol_kind;
    return kind == Kind::S_SEMICOLON || kind == Kind::S_RIGHT_BRACKET || kind == Kind::S_GREATER ||
           kind == Kind::S_COMMA || kind == Kind::S_COLON || kind == Kind::S_RIGHT_PARENTHESIS;
  };
  const bool after_value = std::any_of(kinds.begin(), kinds.end(), ends_value) &&
                           std::none_of(kinds.begin(), kinds.end(),
                                        [](auto kind) { return kind == Parser::symbol_kind::S_LEFT_BRACKET; });
  return after_value && !last.empty() && is_word_character(last.back());
}

// Nothing where so much could stand here that naming it all would not help.
std::string expected(const Parser::context& context) {
  constexpr std::size_t most = 4;
  const auto kinds = expected_kinds(context);
  if (kinds.empty() || kinds.size() > most) return "";
  std::string text;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (i != 0) text += i + 1 == kinds.size() ? " or " : ", ";
    text += quoted(kinds[i]);
  }
  return text;
}

void no_definition(const Parser::context& context, Lexer& lexer) {
  if (context.token() == Parser::symbol_kind::S_YYEOF)
    return lexer.diagnostics().error(context.location(), "a namespace is not closed: expected '}'");
  const std::string text = lexer.text(context.location());
  const std::string_view dialect = foreign_dialect(text);
  if (!dialect.empty())
    return lexer.give_up("'" + text + "' is the language of " + std::string(dialect) + ", which idlc does not read");
  const std::string near =
      nearest(text, {"const", "enum", "namespace", "program", "struct", "typedef", "union"});
  lexer.diagnostics().error(context.location(), found(context, lexer) + " begins no definition" +
                                                    (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

}  // namespace

void Parser::report_syntax_error(const context& context) const {
  if (lexer.given_up()) return;
  if (begins_definition(context)) return no_definition(context, lexer);
  if (semicolon_missing(context, lexer)) {
    const Location end{lexer.last_token().end, lexer.last_token().end};
    lexer.miss_semicolon();
    return lexer.diagnostics().error(end, "expected ';' after '" + lexer.text(lexer.last_token()) + "'");
  }
  if (is_expression(context, lexer))
    return lexer.diagnostics().error(context.location(), "idlc takes no constant expressions: write the number");
  const std::string wanted = expected(context);
  if (wanted.empty())
    lexer.diagnostics().error(context.location(), found(context, lexer) + " cannot stand here");
  else
    lexer.diagnostics().error(context.location(), "expected " + wanted + ", found " + found(context, lexer));
}

// Never called: errors come by report_syntax_error.
void Parser::error(const Location& where, const std::string& text) { lexer.diagnostics().error(where, text); }

}  // namespace idlc
