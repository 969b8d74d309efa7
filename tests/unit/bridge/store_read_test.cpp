// SPDX-License-Identifier: GPL-2.0-or-later
// What stays in the store and is asked for later: long queues and transactions of 90 days (SM-7, TX-9, SM-15).
#include <memory>

#include "bridge/housekeeping.h"
#include "bridge/memory_store.h"
#include "bridge/open_database.h"
#include "bridge/record_text.h"
#include "bridge/sqlite_store.h"
#include "tests/support/fake_now.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

using State = session::TransactionState;

/// The in-memory twin, and the disk as a new process sees it.
void onBoth(const std::function<void(Store&)>& fill, const std::function<void(Loop&, Store&)>& look) {
  Loop loop;
  MemoryStore memory([&](std::function<void()> task) { loop.post(std::move(task)); });
  memory.hold(true);
  fill(memory);
  memory.commit();
  look(loop, memory);
  TempDir dir;
  auto options = storeOptions(dir);
  options.window = session::queueWindow;
  {
    SqliteStore disk(loop, options);
    fill(disk);
  }
  SqliteStore again(loop, options);
  look(loop, again);
}

ReadResult found(Loop& loop, Store& store, Wanted wanted) {
  std::optional<ReadResult> result;
  store.read("CP", std::move(wanted), [&](ReadResult&& read) { result = std::move(read); });
  CPPUNIT_ASSERT(!result);
  waitFor(loop, "the answer", [&] { return result.has_value(); });
  return std::move(*result);
}

session::QueuedRecord queuedStart(std::uint64_t number, std::int64_t start) {
  ocpp::StartTransaction::Request request;
  request.connectorId = 1;
  request.idTag = "#alias of the tag";
  request.timestamp = {at(start), true};
  request.meterStart = 100;
  session::QueuedRecord queued{number, request, 0};
  queued.key = number;
  return queued;
}

session::TransactionRecord tx(std::int64_t start, std::int64_t id, State state, bool delivered = true) {
  auto record = startedTx(1, start, id);
  record.state = state;
  record.provisional = !delivered;
  if (delivered) record.backendTxId = id;
  return record;
}

std::string idsOf(const std::vector<StoredRecord>& records) {
  std::string all;
  for (const StoredRecord& record : records) {
    if (const auto* one = std::get_if<session::TransactionRecord>(&record)) all += "t" + std::to_string(one->soapTxId);
    if (const auto* one = std::get_if<session::QueuedRecord>(&record)) all += "q" + std::to_string(one->number);
    all += " ";
  }
  return all;
}

}  // namespace

TEST(readAroundDamage,
     "SM-15: a damaged message takes no other one's place: fewer than asked for means that no others wait") {
  TempDir dir;
  Loop loop;
  SqliteStore store(loop, storeOptions(dir));
  for (std::uint64_t n = 1; n <= 40; ++n) store.put("CP", queuedStop(n));
  outcomeOf(loop, store, store.put("CP", queuedStop(41)));
  Database(dir.database(), Database::Mode::ReadWrite)
      .run("UPDATE queued SET payload = '{' WHERE number IN (3, 16, 17)");
  const auto first = found(loop, store, session::LoadQueued{1, 41, 16});
  CPPUNIT_ASSERT_EQUAL(std::size_t(16), first.records.size());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(19), std::get<session::QueuedRecord>(first.records.back()).number);
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), first.problems.size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(16), found(loop, store, session::LoadQueued{20, 41, 16}).records.size());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(3),
                       Database(dir.database(), Database::Mode::ReadOnly).number("SELECT count(*) FROM dead_letter"));
}

TEST(forgottenStarts, "TX-8: with a start that is given up by forget its transaction says that it was never started") {
  onBoth(
      [](Store& store) {
        store.put("CP", queuedStart(1, 1000));
        store.put("CP", tx(1000, 2'000'000'001, State::Active, false));
        store.put("CP", tx(2000, 17, State::Active));
        store.forgetCharger("CP", "sold");
      },
      [](Loop& loop, Store& store) {
        for (const std::int64_t id : {2'000'000'001, 17}) {
          const auto one = found(loop, store, session::FindTransaction{{}, id, {}});
          CPPUNIT_ASSERT_EQUAL(std::int64_t(id == 17 ? 17 : -1),
                               std::get<session::TransactionRecord>(one.records.front()).backendTxId.value_or(0));
        }
      });
}

TEST(readByKey, "SM-7: a start is read with the transaction that it starts, and not with others of the same words") {
  onBoth(
      [](Store& store) {
        for (std::uint64_t n = 1; n <= 3; ++n) {
          auto made = tx(1000, 2'000'000'000 + static_cast<std::int64_t>(n), State::StopQueued, false);
          made.key = 700 + n;
          made.sequence = 10 - n;
          store.put("CP", made);
          auto start = queuedStart(n, 1000);
          start.starts = made.key;
          store.put("CP", start);
        }
      },
      [](Loop& loop, Store& store) {
        CPPUNIT_ASSERT_EQUAL(std::string("t2000000002 q2 "),
                             idsOf(found(loop, store, session::LoadQueued{2, 2, 1}).records));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(9), loaded(store).front().rest.lastSequence);
      });
}

TEST(readQueue, "store: load gives the first messages of a long queue, the others are read with their transactions") {
  onBoth(
      [](Store& store) {
        for (std::uint64_t n = 1; n <= 30; ++n) store.put("CP", queuedStop(n, 5));
        store.put("CP", queuedStart(31, 1000));
        store.put("CP", queuedStop(32, 2'000'000'031));
        store.put("CP", queuedStart(33, 2000));
        store.put("CP", queuedStop(34, 2'000'000'033));
        store.put("CP", queuedStop(40, 2'000'000'033));
        store.put("CP", tx(500, 5, State::StopQueued));
        store.put("CP", tx(1000, 2'000'000'031, State::StopQueued, false));
        store.put("CP", tx(2000, 2'000'000'033, State::StopQueued, false));
        store.put("CP", tx(3000, 2'000'000'034, State::Active, false));
        store.put("CP", tx(100, 1'500'000'007, State::Closed));
      },
      [](Loop& loop, Store& store) {
        const auto all = loaded(store);
        const StoredCharger& cp = all.front();
        CPPUNIT_ASSERT_EQUAL(std::size_t(32), recordsOf<session::QueuedRecord>(cp).size());
        std::string ids;
        for (const auto& one : recordsOf<session::TransactionRecord>(cp)) ids += std::to_string(one.soapTxId) + " ";
        CPPUNIT_ASSERT_EQUAL(std::string("5 2000000034 1500000007 2000000031 "), ids);
        CPPUNIT_ASSERT(cp.rest.firstQueued == 33 && cp.rest.lastQueued == 40 && cp.rest.lastNumber == 40);
        CPPUNIT_ASSERT(cp.rest.newestStart == at(3000) && cp.rest.lastProvisional == 2'000'000'034);
        const auto more = found(loop, store, session::LoadQueued{33, 40, 2});
        CPPUNIT_ASSERT(more.ok && more.problems.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("t2000000033 q33 q34 "), idsOf(more.records));
        CPPUNIT_ASSERT_EQUAL(std::string("t2000000033 q40 "),
                             idsOf(found(loop, store, session::LoadQueued{35, 40, 16}).records));
        CPPUNIT_ASSERT(found(loop, store, session::LoadQueued{41, 50, 16}).records.empty());
      });
}

TEST(readTransaction, "SM-7: a transaction is found by its start whatever the tag is called, or by its number") {
  onBoth(
      [](Store& store) {
        for (int i = 0; i < 20; ++i) store.put("CP", tx(i, 17, State::Closed));  // a number that is used again
        auto stopped = tx(100, 17, State::Closed);
        stopped.stop = at(4711);
        store.put("CP", stopped);
        store.put("CP", tx(200, 17, State::Active));
        store.put("CP", tx(300, 17, State::Closed));
        store.put("other", tx(5, 17, State::Closed));
      },
      [](Loop& loop, Store& store) {
        std::size_t given = 0;
        for (const auto& charger : loaded(store))
          if (charger.identity == "CP") given = recordsOf<session::TransactionRecord>(charger).size();
        CPPUNIT_ASSERT_EQUAL(std::size_t(9), given);  // what a session holds in memory
        ocpp::StartTransaction::Request start;
        start.connectorId = 1;
        start.timestamp = {at(7), true};
        start.meterStart = 100;
        const auto startOf = [&](const session::FindTransaction& wanted) {
          const auto records = found(loop, store, wanted).records;
          return records.size() == 1 ? std::get<session::TransactionRecord>(records[0]).start : ocpp::Instant{};
        };
        CPPUNIT_ASSERT(startOf({start, 0, {}}) == at(7));
        start.meterStart = 99;
        CPPUNIT_ASSERT(startOf({start, 0, {}}) == ocpp::Instant{});
        CPPUNIT_ASSERT(startOf({{}, 17, {}}) == at(200));        // live before newest
        CPPUNIT_ASSERT(startOf({{}, 17, at(4711)}) == at(100));  // the one that ended then
        CPPUNIT_ASSERT(startOf({{}, 18, {}}) == ocpp::Instant{});
      });
}

TEST(readUnreadable, "SM-15: a message that cannot be read when its turn comes is a dead letter, and the others come") {
  Loop loop;
  TempDir dir;
  SqliteStore store(loop, storeOptions(dir));
  for (std::uint64_t n = 1; n <= 3; ++n) outcomeOf(loop, store, store.put("CP", queuedStop(n)));
  Database(dir.database(), Database::Mode::ReadWrite).run("UPDATE queued SET payload = '{' WHERE number = 2");
  const auto read = found(loop, store, session::LoadQueued{1, 3, 16});
  CPPUNIT_ASSERT_EQUAL(std::string("q1 q3 "), idsOf(read.records));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), read.problems.size());
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db.number("SELECT number FROM dead_letter"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db.number("SELECT count(*) FROM queued"));
}

TEST(readRepeats, "SM-7: the newest queued messages leave their keys, so that a repetition is known after a restart") {
  Loop loop;
  TempDir dir;
  {
    SqliteStore store(loop, storeOptions(dir));
    for (std::uint64_t n = 1; n <= 9; ++n) {
      auto queued = queuedStop(n);
      queued.repeatKey = n == 8 ? 0 : 100 + n;
      store.put("CP", queued);
    }
  }
  SqliteStore store(loop, storeOptions(dir));
  const auto repeats = loaded(store).front().rest.repeats;
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), repeats.size());
  CPPUNIT_ASSERT(repeats[0].key == 106 && repeats[2].key == 109 && repeats[2].action == "StopTransaction");
}

TEST(purge, "SM-7, SM-15: what is over goes after 90 days, what waits or is open stays") {
  TempDir dir;
  const auto db = openDatabase(dir.database());
  const std::string add =
      "INSERT INTO tx (identity, key, soap_tx_id, heard, backend_tx_id, connector_id, id_tag, start, meter_start, "
      "state, provisional, authorized, seen) VALUES ('CP', ";
  db->run("INSERT INTO charger (identity) VALUES ('CP')");
  const auto day = [](int n) { return std::to_string(at(0).time_since_epoch().count() + n * 86'400'000LL); };
  int number = 0;
  const auto tx = [&](const std::string& state, bool delivered, int seen) {
    const std::string start = std::to_string(++number);
    db->run(add + start + ", 1, 0, " + (delivered ? "1" : "NULL") + ", 1, 'T', " + start + ", 0, '" + state + "', " +
            (delivered ? "0" : "1") + ", 1, " + day(seen) + ")");
  };
  for (int i = 0; i < 1200; ++i) tx("Closed", true, 0);
  tx("Active", true, 0);
  tx("StopQueued", false, 0);
  tx("Orphaned", false, 0);
  tx("Orphaned", true, 0);
  tx("Closed", true, 3);
  const auto letter = [&](int n, const std::string& resolved) {
    db->run(
        "INSERT INTO dead_letter (identity, key, number, action, payload, attempts, reason, created, died, resolution, "
        "resolved) VALUES ('CP', " +
        std::to_string(n) + ", " + std::to_string(n) + ", 'x', 'y', 0, '', 0, 0, " +
        (resolved == "NULL" ? "NULL, " : "'discarded', ") + resolved + ")");
  };
  letter(1, day(0));
  letter(2, "NULL");
  letter(3, day(5));
  Housekeeping house;
  test::FakeNow now{at(0) + std::chrono::hours(24 * 90)};
  house.step(*db, now);  // not in the first 24 hours (B1)
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1205), db->number("SELECT count(*) FROM tx"));
  now += std::chrono::hours(24);
  house.step(*db, now);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(705), db->number("SELECT count(*) FROM tx"));  // a slice at a time
  for (int i = 0; i < 5; ++i) house.step(*db, now);
  CPPUNIT_ASSERT_EQUAL(std::string("Active StopQueued Orphaned Closed"),
                       db->text("SELECT group_concat(state, ' ') FROM (SELECT state FROM tx ORDER BY id)"));
  CPPUNIT_ASSERT_EQUAL(std::string("2 3"),
                       db->text("SELECT group_concat(number, ' ') FROM (SELECT number FROM dead_letter ORDER BY id)"));
  db->run("DELETE FROM tx WHERE seen = " + day(3));
  now += std::chrono::hours(23);
  tx("Closed", true, 0);
  house.step(*db, now);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(4), db->number("SELECT count(*) FROM tx"));  // once a day
  now += std::chrono::hours(1);
  house.step(*db, now);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(3), db->number("SELECT count(*) FROM tx"));
}

TEST(purgeByWrongClock, "B1: a clock that is wrong for a while purges nothing, nor does it later make young rows old") {
  TempDir dir;
  const auto db = openDatabase(dir.database());
  db->run("INSERT INTO charger (identity) VALUES ('CP')");
  int number = 0;
  const auto tx = [&](ocpp::Instant seen) {
    const std::string mine = std::to_string(++number);
    db->run(
        "INSERT INTO tx (identity, key, soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, state, "
        "provisional, authorized, seen, heard) VALUES ('CP', " +
        mine + ", 1, 1, 1, 'T', " + mine + ", 0, 'Closed', 0, 1, " + std::to_string(seen.time_since_epoch().count()) +
        ", 0)");
  };
  const auto count = [&] { return db->number("SELECT count(*) FROM tx"); };
  const auto hours = [](int n) { return std::chrono::hours(n); };
  test::FakeNow now{at(0) + hours(24 * 1000)};
  Housekeeping house;
  house.step(*db, now);
  now += hours(30);
  tx(now);
  for (const auto jump : {hours(24 * 200), hours(-24 * 200)}) {
    now.jump(jump);  // for eight seconds
    for (int i = 0; i < 8; ++i) {
      house.step(*db, now);
      now += std::chrono::seconds(1);
    }
    now.jump(-jump);
    house.step(*db, now);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), count());
  }
  now.jump(hours(-24 * 200));
  tx(now);  // its time is wrong for ever
  now.jump(hours(24 * 200));
  tx(now + hours(24 * 300));
  for (int i = 0; i < 89 * 24; ++i) {
    now += hours(1);
    house.step(*db, now);
  }
  CPPUNIT_ASSERT_EQUAL(std::int64_t(3), count());
  now += hours(48);
  house.step(*db, now);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1), count());  // the one of the future
}
