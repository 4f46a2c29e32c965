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
#include "lexer.h"

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

Arm arm(Arm labels, Declaration declaration) {
  labels.declaration = std::move(declaration);
  return labels;
}

template <class T>
std::vector<T> appended(std::vector<T> list, T item) {
  list.push_back(std::move(item));
  return list;
}

// % lines with nothing but comments and # lines between them belong together.
void add(Spec& spec, std::shared_ptr<Definition> definition) {
  Passthrough* more = definition->as<Passthrough>();
  Passthrough* last = spec.definitions.empty() ? nullptr : spec.definitions.back()->as<Passthrough>();
  if (more && last)
    last->text += more->text;
  else
    spec.definitions.push_back(std::move(definition));
}

}  // namespace
}  // namespace idlc
}

%token YYEOF 0 "the end of the file"
%token BOOL "bool" CASE "case" CHAR "char" CONST "const" DEFAULT "default" DOUBLE "double" ENUM "enum" FLOAT "float"
%token HYPER "hyper" INT "int" LONG "long" OPAQUE "opaque" PROGRAM "program" QUADRUPLE "quadruple" SHORT "short"
%token STRING "string" STRUCT "struct" SWITCH "switch" TYPEDEF "typedef" UNION "union" UNSIGNED "unsigned"
%token VERSION "version" VOID "void"
%token LEFT_BRACE "{" RIGHT_BRACE "}" LEFT_PARENTHESIS "(" RIGHT_PARENTHESIS ")" LEFT_BRACKET "[" RIGHT_BRACKET "]"
%token LESS "<" GREATER ">" STAR "*" EQUALS "=" SEMICOLON ";" COLON ":" COMMA ","
%token <std::string> IDENTIFIER "a name"
%token <std::string> PASSTHROUGH "a % line"
%token <std::string> QUOTED "a quoted string"
%token <Value> NUMBER "a number"

%type <std::shared_ptr<Definition>> definition
%type <Name> identifier name
%type <Value> value
%type <std::optional<Value>> bound
%type <Constant> constant
%type <Declaration> declaration argument
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
  | specification definition   { add(spec, $2); }
  | specification error ";"
  | specification error "}"
  ;

definition:
    "const" identifier "=" constant ";"                { $$ = define($2, $4, @$); }
  | "typedef" declaration ";"                          { $$ = define_type($2, @$); }
  | "enum" identifier enum_body ";"                    { $$ = define($2, $3, @$); }
  | "struct" identifier struct_body ";"                { $$ = define($2, $3, @$); }
  | "union" identifier union_body ";"                  { $$ = define($2, $3, @$); }
  | "program" identifier "{" versions "}" "=" value ";"  { $$ = define($2, Program{$4, $7}, @$); }
  | PASSTHROUGH                                        { $$ = define(Name{}, Passthrough{$1}, @$); }
  ;

constant:
    value   { $$.value = $1; }
  | QUOTED  { $$.quoted = $1; }
  ;

identifier:
    IDENTIFIER  { $$ = Name{$1, @1}; }
  ;

// Words of the grammar that it does not need here are names like others.
name:
    identifier
  | "program"  { $$ = Name{"program", @1}; }
  | "version"  { $$ = Name{"version", @1}; }
  | "string"   { $$ = Name{"string", @1}; }
  | "opaque"   { $$ = Name{"opaque", @1}; }
  | "const"    { $$ = Name{"const", @1}; }
  | "default"  { $$ = Name{"default", @1}; }
  | "case"     { $$ = Name{"case", @1}; }
  | "typedef"  { $$ = Name{"typedef", @1}; }
  ;

value:
    NUMBER
  | IDENTIFIER  { $$ = Value{.text = $1, .where = @1, .named = true}; }
  ;

declaration:
    specifier name                { $$ = declare($1, $2, Shape::plain, {}, @$); }
  | specifier name "[" value "]"  { $$ = declare($1, $2, Shape::fixed, $4, @$); }
  | specifier name "<" bound ">"  { $$ = declare($1, $2, Shape::variable, $4, @$); }
  | specifier "*" name            { $$ = declare($1, $3, Shape::optional, {}, @$); }
  | "void"                        { $$ = unnamed(special(TypeRef::Kind::nothing, @1), @$); }
  ;

bound:
    %empty  { }
  | value   { $$ = $1; }
  ;

specifier:
    "int"                 { $$ = primitive(Primitive::int32, @$); }
  | "unsigned" "int"      { $$ = primitive(Primitive::uint32, @$); }
  | "unsigned"            { $$ = primitive(Primitive::uint32, @$); }
  | "hyper"               { $$ = primitive(Primitive::int64, @$); }
  | "unsigned" "hyper"    { $$ = primitive(Primitive::uint64, @$); }
  | "char"                { $$ = primitive(Primitive::int8, @$); }
  | "unsigned" "char"     { $$ = primitive(Primitive::uint8, @$); }
  | "short"               { $$ = primitive(Primitive::int16, @$); }
  | "unsigned" "short"    { $$ = primitive(Primitive::uint16, @$); }
  | "long"                { $$ = primitive(Primitive::int32, @$); }
  | "unsigned" "long"     { $$ = primitive(Primitive::uint32, @$); }
  | "float"               { $$ = primitive(Primitive::float32, @$); }
  | "double"              { $$ = primitive(Primitive::float64, @$); }
  | "quadruple"           { $$ = primitive(Primitive::quadruple, @$); }
  | "bool"                { $$ = primitive(Primitive::boolean, @$); }
  | "string"              { $$ = special(TypeRef::Kind::string, @$); }
  | "opaque"              { $$ = special(TypeRef::Kind::opaque, @$); }
  | IDENTIFIER            { $$ = named($1, @$); }
  | "struct" IDENTIFIER   { $$ = named($2, @2); }
  | "enum" IDENTIFIER     { $$ = named($2, @2); }
  | "union" IDENTIFIER    { $$ = named($2, @2); }
  | "enum" enum_body                { $$ = in_place(Name{}, $2, @$); }
  | "struct" struct_body            { $$ = in_place(Name{}, $2, @$); }
  | "union" union_body              { $$ = in_place(Name{}, $2, @$); }
  | "enum" identifier enum_body     { $$ = in_place($2, $3, @$); }
  | "struct" identifier struct_body { $$ = in_place($2, $3, @$); }
  | "union" identifier union_body   { $$ = in_place($2, $3, @$); }
  ;

enum_body:
    "{" enumerators "}"      { $$.enumerators = $2; }
  | "{" enumerators "," "}"  { $$.enumerators = $2; }
  | "{" "}"                  { lexer.diagnostics().error(@2, "an enum has at least one value (RFC 4506 §6.3)"); }
  | "{" error "}"            { }
  ;

enumerators:
    enumerator                  { $$ = appended({}, $1); }
  | enumerators "," enumerator  { $$ = appended($1, $3); }
  ;

enumerator:
    identifier            { $$.name = $1; }
  | identifier "=" value  { $$.name = $1; $$.value = $3; }
  ;

struct_body:
    "{" members "}"  { $$.members = $2; }
  | "{" "}"          { lexer.diagnostics().error(@2, "a struct has at least one member (RFC 4506 §6.3)"); }
  ;

members:
    declaration ";"          { $$ = appended({}, $1); }
  | error ";"                { }
  | members declaration ";"  { $$ = appended($1, $2); }
  | members error ";"        { $$ = $1; }
  ;

union_body:
    "switch" "(" declaration ")" "{" arms "}"  { $$.discriminant = $3; $$.arms = $6; }
  ;

arms:
    labels declaration ";"       { $$ = appended({}, arm($1, $2)); }
  | error ";"                    { }
  | arms labels declaration ";"  { $$ = appended($1, arm($2, $3)); }
  | arms error ";"               { $$ = $1; }
  ;

labels:
    "case" value ":"         { $$ = with_label({}, $2); }
  | "default" ":"            { $$.default_label = @1; }
  | labels "case" value ":"  { $$ = with_label($1, $3); }
  | labels "default" ":"     { $$ = $1; $$.default_label = @2; }
  ;

versions:
    version             { $$ = appended({}, $1); }
  | versions version    { $$ = appended($1, $2); }
  ;

version:
    "version" identifier "{" procedures "}" "=" value ";"  { $$ = Version{$2, $4, $7, @$, {}}; }
  ;

procedures:
    procedure             { $$ = appended({}, $1); }
  | error ";"             { }
  | procedures procedure  { $$ = appended($1, $2); }
  | procedures error ";"  { $$ = $1; }
  ;

procedure:
    argument name "(" arguments ")" "=" value ";"  { $$ = Procedure{$2, $1, $4, $7, @$, {}}; }
  ;

arguments:
    %empty          { }
  | some_arguments
  ;

some_arguments:
    argument                     { $$ = appended({}, $1); }
  | some_arguments "," argument  { $$ = appended($1, $3); }
  ;

argument:
    specifier  { $$ = unnamed($1, @$); }
  | "void"     { $$ = unnamed(special(TypeRef::Kind::nothing, @1), @$); }
  ;

%%

namespace idlc {
namespace {

bool has_text(Parser::symbol_kind_type kind) {
  return kind == Parser::symbol_kind::S_IDENTIFIER || kind == Parser::symbol_kind::S_NUMBER ||
         kind == Parser::symbol_kind::S_QUOTED;
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

// A ; that is missing is missing at the end of its line, not where the next one begins.
bool semicolon_missing(const Parser::context& context, const Lexer& lexer) {
  if (lexer.last_token().end.line >= context.location().begin.line) return false;
  Parser::symbol_kind_type kinds[Parser::YYNTOKENS];
  const int count = context.expected_tokens(kinds, Parser::YYNTOKENS);
  return std::find(kinds, kinds + count, Parser::symbol_kind::S_SEMICOLON) != kinds + count;
}

// Nothing where so much could stand here that naming it all would not help.
std::string expected(const Parser::context& context) {
  constexpr int most = 4;
  Parser::symbol_kind_type kinds[most + 1];
  const int count = context.expected_tokens(kinds, most + 1);
  if (count == 0 || count > most) return "";
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i != 0) text += i + 1 == count ? " or " : ", ";
    text += quoted(kinds[i]);
  }
  return text;
}

}  // namespace

void Parser::report_syntax_error(const context& context) const {
  if (lexer.given_up()) return;
  if (semicolon_missing(context, lexer)) {
    const Location end{lexer.last_token().end, lexer.last_token().end};
    return lexer.diagnostics().error(end, "expected ';' after '" + lexer.text(lexer.last_token()) + "'");
  }
  const std::string wanted = expected(context);
  if (wanted.empty())
    lexer.diagnostics().error(context.location(), found(context, lexer) + " cannot stand here");
  else
    lexer.diagnostics().error(context.location(), "expected " + wanted + ", found " + found(context, lexer));
}

// Never called: errors come by report_syntax_error.
void Parser::error(const Location& where, const std::string& text) { lexer.diagnostics().error(where, text); }

}  // namespace idlc
