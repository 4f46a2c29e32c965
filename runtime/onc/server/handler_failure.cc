#include <onc/rpc/error.h>
#include <onc/server/handler_failure.h>
#include <onc/server/service.h>

#include <system_error>
#include <utility>

namespace onc::rpc {

HandlerFailure HandlerFailure::of(std::exception_ptr thrown, bool arguments_were_read) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const NoReply&) {
    return {.answer = Answer::none};
  } catch (InPieces& pieces) {
    return {.answer = Answer::pieces, .more = std::move(pieces.more)};
  } catch (const Refusal& refusal) {
    return {.answer = Answer::refusal, .why = refusal.why};
  } catch (const std::system_error& error) {
    // Only until the arguments are read is it the dispatch code that speaks: a handler may be a client itself, and
    // what it is told is not about our arguments or procedures.
    if (!arguments_were_read && error.code() == errc::procedure_unavailable)
      return {.answer = Answer::procedure_unavailable, .what = error.what()};
    if (!arguments_were_read && error.code().category() == xdr::category())
      return {.answer = Answer::garbage_arguments, .what = error.what()};
    return {.what = error.what()};
  } catch (const std::exception& error) {
    return {.what = error.what()};
  } catch (...) {
    return {.what = "it threw what is no std::exception"};
  }
}

std::error_code HandlerFailure::code() const {
  switch (answer) {
    case Answer::none:
    case Answer::pieces: return {};
    case Answer::refusal: return errc::authentication_error;
    case Answer::procedure_unavailable: return errc::procedure_unavailable;
    case Answer::garbage_arguments: return errc::garbage_arguments;
    case Answer::system_error: break;
  }
  return errc::system_error;
}

}  // namespace onc::rpc
