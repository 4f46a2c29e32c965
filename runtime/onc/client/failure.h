// The sentences of rpc::Error: which call, to where, what happened and whether it may have run.
#pragma once

#include <onc/message/message.h>
#include <onc/rpc/error.h>

#include <chrono>
#include <string>
#include <string_view>

namespace onc::rpc {

enum class MayHaveRun { no, maybe, yes };
const char* text(MayHaveRun);

// "TIME.GETTIME version 1 at udp://127.0.0.1:999: "
std::string describe_call(const Procedure& procedure, const std::string& peer);
// What follows that in the text of an error.
std::string_view without_call(std::string_view text, const Procedure& procedure);

// The reply says that the call was not served.
Error refused_by_server(const Procedure& procedure, const std::string& peer, const ReplyHeader& reply);

// The reply is there, and says that the call was, but not with what the .x says.
Error undecodable_results(const Procedure& procedure, const std::string& peer, const xdr::Error& error);

// There was no way to the server.
Error not_connected(const Procedure& procedure, const std::string& peer, const Error& why);

// It may have run, and cannot be repeated from where it came.
Error cannot_come_back(const Procedure& procedure, const std::string& peer);

// No reply could be had.
Error broken_off(const Procedure& procedure, const std::string& peer, std::error_code code,
                 std::chrono::milliseconds timeout, MayHaveRun may_have_run);

}  // namespace onc::rpc
