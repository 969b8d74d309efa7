// SPDX-License-Identifier: GPL-2.0-or-later
// For tests of the store: a directory that goes away, records to keep, and waiting for tickets.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bridge/sqlite_store.h"
#include "bridge/store.h"
#include "tests/support/test.h"
#include "tests/unit/bridge/io_fixture.h"

namespace test {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ocpp-store-XXXXXX").string();
    CPPUNIT_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string database() const { return bridge::databasePath(path_); }

 private:
  std::string path_;
};

inline std::string bytesOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline ocpp::Instant at(std::int64_t ms) { return ocpp::Instant(ocpp::Duration(1'700'000'000'000 + ms)); }

inline session::QueuedRecord queuedStop(std::uint64_t number, std::int64_t transaction = 7) {
  ocpp::StopTransaction::Request stop;
  stop.transactionId.value = transaction;
  stop.idTag.emplace("TAG1");
  stop.timestamp = {at(static_cast<std::int64_t>(number)), true};
  stop.meterStop = 4711;
  session::QueuedRecord queued{number, stop, 0};
  queued.key = number;
  return queued;
}

inline session::TransactionRecord startedTx(int connector, std::int64_t start, std::int64_t id = 7) {
  session::TransactionRecord tx;
  tx.soapTxId = id;
  tx.connectorId = connector;
  tx.idTag = "TAG1";
  tx.start = at(start);
  tx.seen = tx.heard = at(start);
  tx.key = static_cast<std::uint64_t>(connector * 1'000'000 + start);
  tx.meterStart = 100;
  tx.state = session::TransactionState::Active;
  return tx;
}

inline bridge::SqliteStoreOptions storeOptions(const TempDir& dir) {
  bridge::SqliteStoreOptions options;
  options.directory = dir.path();
  options.reserveBytes = 0;
  options.commitSpacing = std::chrono::milliseconds(0);
  options.window = 1'000'000;  // load() gives everything
  return options;
}

/// Serves the loop until the fate of the change is known: "" or the error.
inline std::string outcomeOf(bridge::Loop& loop, bridge::Store& store, bridge::Ticket ticket) {
  bool known = false;
  std::string said;
  store.whenDurable(ticket, [&](bool ok, const std::string& error) {
    known = true;
    CPPUNIT_ASSERT(ok == error.empty());
    said = error;
  });
  waitFor(loop, "the ticket", [&] { return known; });
  return said;
}

inline std::vector<bridge::StoredCharger> loaded(bridge::Store& store) {
  std::vector<bridge::StoredCharger> all;
  store.load([&](bridge::StoredCharger&& charger) { all.push_back(std::move(charger)); },
             [](const std::string& problem) { CPPUNIT_FAIL(problem); });
  return all;
}

template <class T>
std::vector<T> recordsOf(const bridge::StoredCharger& charger) {
  std::vector<T> found;
  for (const auto& record : charger.records)
    if (const T* one = std::get_if<T>(&record)) found.push_back(*one);
  return found;
}

}  // namespace test
