// SPDX-License-Identifier: GPL-2.0-or-later
// A store that hands everything on to another one and knows how many questions are unanswered, so that a simulation can
// wait for a disk that works in a thread of its own.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "bridge/store.h"

namespace test {

class WatchedStore : public bridge::Store {
 public:
  explicit WatchedStore(bridge::Store& real) : real_(real) {}
  std::size_t unanswered() const { return unanswered_; }

  bridge::Ticket put(const std::string& identity, bridge::StoredRecord record) override {
    return real_.put(identity, std::move(record));
  }
  bridge::Ticket erase(const std::string& identity, bridge::StoredRecord record) override {
    return real_.erase(identity, std::move(record));
  }
  bridge::Ticket putCharger(bridge::ChargerRow row) override { return real_.putCharger(std::move(row)); }
  bridge::Ticket forgetCharger(const std::string& identity, const std::string& why) override {
    return real_.forgetCharger(identity, why);
  }
  bridge::Ticket renameBackend(const std::string& identity, const std::string& former,
                               const std::string& name) override {
    return real_.renameBackend(identity, former, name);
  }
  bridge::Ticket commandDone(std::uint64_t command) override { return real_.commandDone(command); }
  void whenDurable(bridge::Ticket ticket, Done done) override {
    ++unanswered_;
    real_.whenDurable(ticket, [this, done = std::move(done)](bool ok, const std::string& error) {
      --unanswered_;
      done(ok, error);
    });
  }
  bool pending(bridge::Ticket ticket) const override { return real_.pending(ticket); }
  void load(const std::function<void(bridge::StoredCharger&&)>& each,
            const std::function<void(const std::string&)>& problem) override {
    real_.load(each, problem);
  }
  void readCharger(const std::string& identity, std::function<void(ReadCharger&&)> done) override {
    ++unanswered_;
    real_.readCharger(identity, [this, done = std::move(done)](ReadCharger&& read) {
      --unanswered_;
      done(std::move(read));
    });
  }
  void read(const std::string& identity, bridge::Wanted wanted,
            std::function<void(bridge::ReadResult&&)> done) override {
    ++unanswered_;
    real_.read(identity, std::move(wanted), [this, done = std::move(done)](bridge::ReadResult&& read) {
      --unanswered_;
      done(std::move(read));
    });
  }
  void onCommand(std::function<void(bridge::OperatorCommand&&)> carryOut) override {
    real_.onCommand(std::move(carryOut));
  }
  void onEvent(std::function<void(const bridge::StoreEvent&)> tell) override { real_.onEvent(std::move(tell)); }
  bridge::StoreStatus status() const override { return real_.status(); }
  std::uint64_t waitingBytes(const std::string& identity) const override { return real_.waitingBytes(identity); }
  std::uint64_t deadBytes(const std::string& identity) const override { return real_.deadBytes(identity); }
  std::uint64_t backlog() const override { return real_.backlog(); }

 private:
  bridge::Store& real_;
  std::size_t unanswered_ = 0;
};

}  // namespace test
