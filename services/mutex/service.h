// idl/mutex.x, as a server is given it.
#pragma once

#include "services/mutex/backend.h"

#include "mutex.x.async.h"

namespace services::locks {

class Participant;

class MutexV1 : public ::mutex::MUTEX::v1::AsyncServer {
 public:
  // Both must outlive it. Without a participant, where locks are kept elsewhere, there are no calls between members.
  explicit MutexV1(Backend& backend, Participant* participant = nullptr)
      : backend_(backend), participant_(participant) {}

  asio::awaitable<Answer> ACQUIRE(Wish wish, const onc::rpc::Caller&) override;
  asio::awaitable<Answer> RENEW(Holding holding, const onc::rpc::Caller&) override;
  asio::awaitable<Answer> RELEASE(Holding holding, const onc::rpc::Caller&) override;
  asio::awaitable<Status> STATUS(LockName name, const onc::rpc::Caller& caller) override;

  asio::awaitable<::mutex::Taken> CARRY(::mutex::Parcel parcel, const onc::rpc::Caller&) override;
  asio::awaitable<::mutex::Renewed> GO_ON(::mutex::Renewal renewal, const onc::rpc::Caller&) override;
  asio::awaitable<::mutex::Leaving> LEAVE(::mutex::Call call, const onc::rpc::Caller&) override;
  asio::awaitable<::mutex::Begun> BEGIN(::mutex::Beginning beginning, const onc::rpc::Caller&) override;
  asio::awaitable<void> FAREWELL(::mutex::Farewell farewell, const onc::rpc::Caller&) override;
  asio::awaitable<::mutex::Places> LOOK(::mutex::Look look, const onc::rpc::Caller&) override;

 private:
  // Throws where there is none; NoReply where it is none any more.
  Participant& participant() const;
  void called() const;

  Backend& backend_;
  Participant* participant_;
};

}  // namespace services::locks
