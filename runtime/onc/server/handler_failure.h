// What becomes of a call whose handler threw, which is a failure but where it asks for pieces.
#pragma once

#include <onc/auth/auth.h>
#include <onc/server/service.h>

#include <exception>
#include <string>
#include <system_error>

namespace onc::rpc {

// Each way a handler can end has one answer (RFC 5531 §9).
struct HandlerFailure {
  enum class Answer { none, pieces, refusal, procedure_unavailable, garbage_arguments, system_error };

  static HandlerFailure of(std::exception_ptr thrown, bool arguments_were_read);

  // Nothing for silence by choice.
  std::error_code code() const;

  Answer answer = Answer::system_error;
  std::string what = {};  // for on_failure(), where that is to be told
  AuthStatus why = {};    // of a refusal
  MoreResults more = {};
};

}  // namespace onc::rpc
