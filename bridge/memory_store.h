// SPDX-License-Identifier: GPL-2.0-or-later
// The store without a disk: for tests, with completion under the test's control.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bridge/store.h"

namespace bridge {

class MemoryStore : public Store {
 public:
  /// Runs a task later, on the loop: `[&loop](auto task) { loop.post(std::move(task)); }`.
  using Post = std::function<void(std::function<void()>)>;
  explicit MemoryStore(Post post);
  ~MemoryStore() override;

  Ticket put(const std::string& identity, StoredRecord record) override;
  Ticket erase(const std::string& identity, StoredRecord record) override;
  Ticket putCharger(ChargerRow row) override;
  Ticket forgetCharger(const std::string& identity, const std::string& why) override;
  Ticket renameBackend(const std::string& identity, const std::string& former, const std::string& name) override;
  Ticket commandDone(std::uint64_t command) override;
  void whenDurable(Ticket ticket, Done done) override;
  bool pending(Ticket ticket) const override { return ticket > settled_; }
  std::uint64_t backlog() const override { return last_ - settled_; }
  void load(const std::function<void(StoredCharger&&)>& each,
            const std::function<void(const std::string& line)>& problem) override;
  void read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) override;
  void readCharger(const std::string& identity, std::function<void(ReadCharger&&)> done) override;
  void onEvent(std::function<void(const StoreEvent&)> tell) override { tell_ = std::move(tell); }
  void onCommand(std::function<void(OperatorCommand&&)> carryOut) override { carryOut_ = std::move(carryOut); }
  StoreStatus status() const override;
  std::uint64_t waitingBytes(const std::string& identity) const override { return bytesOf(identity, false); }
  std::uint64_t deadBytes(const std::string& identity) const override { return bytesOf(identity, true); }

  // What a test can do.
  /// While held, changes stay pending until commit().
  void hold(bool on) { held_ = on; }
  /// What is pending becomes durable, or fails with `error`; whoever waits is told at once.
  void commit(const std::string& error = "");
  /// The next commit fails with that text.
  void failNext(std::string error) { failNext_ = std::move(error); }
  /// Each commit fails with that text, until it is "".
  void failAll(std::string error) { full_ = std::move(error); }
  /// What status() says of the disk.
  void setTrouble(bool spaceLow, std::string degraded) {
    status_.spaceLow = spaceLow;
    status_.degraded = std::move(degraded);
  }
  /// The process that used it is gone: what was not durable is lost, and nobody is told.
  void crash();
  /// While it is true nothing can be read but by load().
  void failReads(bool on) { unreadable_ = on; }
  /// What is durable of a charger beside its records.
  ChargerRow row(const std::string& identity) const;
  /// All records of a charger that are durable.
  std::vector<StoredRecord> content(const std::string& identity) const;
  void command(OperatorCommand command) { carryOut_(std::move(command)); }

 private:
  std::uint64_t bytesOf(const std::string& identity, bool dead) const;
  struct Content {
    ChargerRow row;
    std::map<std::string, std::pair<std::uint64_t, StoredRecord>> records;  ///< By key; with the order of arrival.
    std::uint64_t lastNumber = 0;
    std::optional<std::int64_t> lastAlias, lastProvisional;
    bool forgotten = false;
  };
  static StoredCharger storedOf(const Content& content);
  void keep(const std::string& identity, StoredRecord record);
  void makeRoom(const std::string& identity, Content& content, StoredRecord& record);
  static std::vector<StoredRecord> find(const Content& content, const session::LoadQueued& wanted);
  static std::vector<StoredRecord> findNamed(const Content& content, const session::QueuedRecord& queued);
  static std::vector<StoredRecord> find(const Content& content, const session::FindTransaction& wanted);
  static void loadTransactions(const Content& content, StoredCharger& charger);
  Ticket add(std::function<void()> change);
  void settle(Ticket upTo, const std::string& error);

  Post post_;
  std::shared_ptr<bool> alive_;
  std::function<void(OperatorCommand&&)> carryOut_;
  std::function<void(const StoreEvent&)> tell_;
  std::map<std::string, Content> chargers_;
  std::deque<std::function<void()>> changes_;
  std::multimap<Ticket, Done> waiting_;
  std::map<Ticket, std::string> failed_;
  Ticket last_ = 0, settled_ = 0;
  std::uint64_t order_ = 0;
  StoreStatus status_;
  std::string failNext_, full_;
  bool held_ = false, posted_ = false, unreadable_ = false;
};

}  // namespace bridge
