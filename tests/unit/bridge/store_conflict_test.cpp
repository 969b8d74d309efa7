// SPDX-License-Identifier: GPL-2.0-or-later
// Nothing kept takes another one's place (TX-15): not by number, by key or by content; numbers and ids only grow.
#include <memory>

#include "bridge/memory_store.h"
#include "bridge/record_text.h"
#include "bridge/sqlite_store.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

/// Changes on both stores, then a look at what a new process would see.
void onBoth(const std::function<void(Loop&, Store&)>& change, const std::function<void(Store&)>& look) {
  Loop loop;
  MemoryStore memory([&](std::function<void()> task) { loop.post(std::move(task)); });
  change(loop, memory);
  look(memory);
  TempDir dir;
  {
    SqliteStore disk(loop, storeOptions(dir));
    change(loop, disk);
  }
  SqliteStore again(loop, storeOptions(dir));
  look(again);
}

/// Another message: its meterStop is the key.
session::QueuedRecord message(std::uint64_t number, std::uint64_t key) {
  session::QueuedRecord queued = queuedStop(number);
  std::get<ocpp::StopTransaction::Request>(queued.request).meterStop = static_cast<int>(key);
  queued.key = key;
  return queued;
}

int meterOf(const session::QueuedRecord& queued) {
  return std::get<ocpp::StopTransaction::Request>(queued.request).meterStop;
}

std::string queueOf(Store& store) {
  std::string all;
  for (const auto& queued : recordsOf<session::QueuedRecord>(loaded(store).front()))
    all += std::to_string(queued.number) + ":" + std::to_string(meterOf(queued)) + " ";
  return all;
}

Store::ReadCharger readOne(Loop& loop, Store& store, const std::string& identity) {
  std::optional<Store::ReadCharger> result;
  store.readCharger(identity, [&](Store::ReadCharger&& read) { result = std::move(read); });
  waitFor(loop, "the charger", [&] { return result.has_value(); });
  CPPUNIT_ASSERT(result->ok);
  return std::move(*result);
}

}  // namespace

TEST(conflictNumber,
     "TX-15: a message whose number another one has is kept beside it under the next free number, and this is loud") {
  onBoth(
      [](Loop& loop, Store& store) {
        std::vector<StoreEvent> events;
        store.onEvent([&](const StoreEvent& event) { events.push_back(event); });
        for (const std::uint64_t n : {1, 2}) store.put("CP", message(n, n));
        outcomeOf(loop, store, store.put("CP", message(3, 3)));
        CPPUNIT_ASSERT(events.empty());
        // A process that has not read what is there begins with number 1 again.
        store.put("CP", message(1, 71));
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", message(2, 72))));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), store.status().conflicts);
        waitFor(loop, "the events", [&] { return events.size() == 2; });
        CPPUNIT_ASSERT(events[0].event == "store-conflict" && events[0].identity == "CP");
        CPPUNIT_ASSERT(events[0].level == session::Level::Error);
        // Its updates and its end find it by its key.
        session::QueuedRecord later = message(1, 71);
        later.attempts = 2;
        store.put("CP", later);
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.erase("CP", message(2, 72))));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), store.status().conflicts);
        store.onEvent({});
      },
      [](Store& store) {
        CPPUNIT_ASSERT_EQUAL(std::string("1:1 2:2 3:3 4:71 "), queueOf(store));
        CPPUNIT_ASSERT_EQUAL(2, recordsOf<session::QueuedRecord>(loaded(store).front()).back().attempts);
      });
}

TEST(conflictKey, "TX-15: what differs under a known key is kept beside it, of every kind that bills") {
  onBoth(
      [](Loop& loop, Store& store) {
        store.put("CP", message(1, 1));
        session::QueuedRecord other = message(1, 2);
        other.key = 1;
        store.put("CP", other);
        session::TransactionRecord tx = startedTx(1, 0, 7);
        store.put("CP", tx);
        tx.meterStart = 101;
        store.put("CP", tx);
        session::DeadLetterRecord dead{5, message(5, 5).request, 3, "no", at(0), at(0), 5};
        store.put("CP", dead);
        dead.request = message(5, 6).request;
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", dead)));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), store.status().conflicts);
        waitFor(loop, "both dead letters", [&] { return store.status().deadLetters == 2; });
      },
      [](Store& store) {
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), recordsOf<session::QueuedRecord>(loaded(store).front()).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), recordsOf<session::TransactionRecord>(loaded(store).front()).size());
      });
}

TEST(sameStartTwice, "SM-7: the same start of a charger without a clock is two transactions, and the newest is found") {
  onBoth(
      [](Loop& loop, Store& store) {
        session::TransactionRecord first = startedTx(1, 0, 7);
        first.state = session::TransactionState::Closed;
        session::TransactionRecord second = startedTx(1, 0, 8);
        second.key = first.key + 1;
        store.put("CP", first);
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", second)));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), store.status().conflicts);
      },
      [](Store& store) {
        const auto both = recordsOf<session::TransactionRecord>(loaded(store).front());
        CPPUNIT_ASSERT(both.size() == 2 && both[0].soapTxId == 7 && both[1].soapTxId == 8);
      });
}

TEST(numbersGrow, "TX-2, TX-15: numbers and ids grow for ever, also when everything was delivered and deleted") {
  onBoth(
      [](Loop& loop, Store& store) {
        for (const std::uint64_t n : {1, 2, 3}) store.put("CP", message(n, n));
        auto alias = startedTx(1, 0, 1'500'000'004), provisional = startedTx(2, 0, 2'000'000'009);
        alias.backendTxId = INT64_MAX;
        provisional.provisional = true;
        store.put("CP", alias);
        store.put("CP", provisional);
        store.erase("CP", alias);
        store.erase("CP", provisional);
        for (const std::uint64_t n : {3, 1, 2}) store.erase("CP", message(n, n));
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.forgetCharger("CP", "")));
        const auto known = readOne(loop, store, "CP").charger;
        CPPUNIT_ASSERT(known && known->rest.lastNumber == 3);
        CPPUNIT_ASSERT(known->rest.lastAlias == 1'500'000'004 && known->rest.lastProvisional == 2'000'000'009);
      },
      [](Store& store) { CPPUNIT_ASSERT(loaded(store).empty()); });  // forgotten
}

TEST(readChargerLater,
     "TX-15: a charger that is configured later is read with everything that was put before, and one path makes both") {
  Loop loop;
  TempDir dir;
  {
    SqliteStore first(loop, storeOptions(dir));
    first.put("CP", message(1, 1));
    first.put("CP", startedTx(1, 0, 7));
  }
  SqliteStore store(loop, storeOptions(dir));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), loaded(store).size());
  store.put("CP", message(2, 2));  // not on disk when the question is asked
  const auto read = readOne(loop, store, "CP");
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), recordsOf<session::QueuedRecord>(*read.charger).size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), recordsOf<session::TransactionRecord>(*read.charger).size());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), read.charger->rest.lastNumber);
  CPPUNIT_ASSERT(!readOne(loop, store, "nobody").charger);
}

TEST(adoptsBackend, "TX-14: what is of an unknown back-end gets the first one that its charger has, and keeps it") {
  onBoth(
      [](Loop& loop, Store& store) {
        store.put("CP", message(1, 1));
        store.put("CP", startedTx(1, 0, 7));
        ChargerRow row;
        row.identity = "CP";
        row.backend = "ws://old/CP";
        outcomeOf(loop, store, store.putCharger(row));
        store.put("CP", startedTx(1, 0, 7));  // by a session that was not told
        row.backend = "ws://new/CP";
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.putCharger(row)));
      },
      [](Store& store) {
        const auto cp = loaded(store).front();
        CPPUNIT_ASSERT_EQUAL(std::string("ws://new/CP"), cp.backend);
        CPPUNIT_ASSERT_EQUAL(std::string("ws://old/CP"), recordsOf<session::QueuedRecord>(cp).front().backend);
        CPPUNIT_ASSERT_EQUAL(std::string("ws://old/CP"), recordsOf<session::TransactionRecord>(cp).front().backend);
      });
}

TEST(forgetCharger, "TX-15: forgetting an identity takes its AuthorizationKey and settings, and nothing that bills") {
  onBoth(
      [](Loop& loop, Store& store) {
        ChargerRow row;
        row.identity = "CP";
        row.password = "secret";
        row.lastSettings = "{}";
        store.putCharger(row);
        store.put("CP", session::SettingRecord{"K", "V", false});
        store.put("CP", message(1, 1));
        store.put("CP", startedTx(1, 0, 7));
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.forgetCharger("CP", "")));
        waitFor(loop, "what waits", [&] { return store.status().queued == 1; });
      },
      [](Store& store) {
        const auto cp = loaded(store).front();  // something of it waits
        CPPUNIT_ASSERT(cp.password.empty() && cp.lastSettings.empty());
        CPPUNIT_ASSERT(recordsOf<session::SettingRecord>(cp).empty());
        CPPUNIT_ASSERT_EQUAL(std::string("1:1 "), queueOf(store));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), recordsOf<session::TransactionRecord>(cp).size());
      });
  Loop loop;
  TempDir dir;
  SqliteStore store(loop, storeOptions(dir));
  store.put("CP", message(1, 1));
  outcomeOf(loop, store, store.forgetCharger("CP", "sold"));
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(std::string("discarded sold 1"),
                       db.text("SELECT resolution || ' ' || remark || ' ' || key FROM dead_letter"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), db.number("SELECT count(*) FROM queued"));
}
