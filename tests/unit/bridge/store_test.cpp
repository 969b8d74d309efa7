// SPDX-License-Identifier: GPL-2.0-or-later
// The store keeps what it says it keeps: every record, in order, one fsync per turn, failures told and survived.
#include "bridge/store.h"

#include <algorithm>
#include <memory>

#include "bridge/memory_store.h"
#include "bridge/record_text.h"
#include "bridge/sqlite_store.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/random_message.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

/// Runs a body on both implementations; `reopen` gives what a new process would see.
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

std::string dumpOf(const session::TransactionRecord& t) {
  const auto info = [](const std::optional<ocpp::IdTagInfo>& i) { return i ? recordText(*i) : std::string("-"); };
  const auto number = [](const auto& n) { return n ? std::to_string(*n) : "-"; };
  const auto ms = [](ocpp::Instant i) { return std::to_string(i.time_since_epoch().count()); };
  return std::to_string(t.soapTxId) + " " + number(t.backendTxId) + " " + std::to_string(t.connectorId) + " " +
         t.idTag + " " + ms(t.start) + " " + std::to_string(t.meterStart) + " " + (t.stop ? ms(*t.stop) : "-") + " " +
         number(t.meterStop) + " " + std::to_string(static_cast<int>(t.state)) + " " + std::to_string(t.provisional) +
         std::to_string(t.authorized) + " " + (t.stopEvidence ? std::string(ocpp::word(*t.stopEvidence)) : "-") + " " +
         ms(t.seen) + " " + info(t.startInfo) + " " + info(t.stopInfo) + " " + std::to_string(t.key) + " " + t.backend +
         " " + ms(t.heard) + " " + number(t.lastRegister);
}

session::TransactionRecord fullTx() {
  session::TransactionRecord tx = startedTx(2, 5);
  tx.soapTxId = -1;
  tx.backendTxId = INT64_MAX;
  tx.idTag = "T\u00e9\"g";
  tx.stop = at(9);
  tx.meterStop = -4;
  tx.state = session::TransactionState::Orphaned;
  tx.provisional = true;
  tx.authorized = false;
  tx.stopEvidence = ocpp::Reason::HardReset;
  tx.startInfo.emplace();
  tx.startInfo->parentIdTag.emplace("PARENT");
  tx.stopInfo.emplace();
  tx.stopInfo->status = ocpp::AuthorizationStatus::Blocked;
  tx.key = INT64_MAX;
  tx.backend = "ws://b/CP";
  tx.heard = at(7);
  tx.lastRegister = -3;
  return tx;
}

}  // namespace

TEST(storeKeepsEveryRecord, "store: every record type comes back unchanged after a restart (section 5.0)") {
  session::BootRecord boot;
  boot.version = ocpp::Version::V12;
  boot.request.chargePointVendor = "ACME";
  boot.status = ocpp::RegistrationStatus::Rejected;
  boot.answeredAt = at(1);
  boot.interval = 60;
  session::ConnectorRecord connector;
  connector.connectorId = 1;
  connector.raw.status = ocpp::ChargePointStatus::Occupied;
  connector.delivered.emplace().status = ocpp::ChargePointStatus::Charging;
  connector.releasePending = true;
  const session::AuthorizationRecord authorization{"Tag1", ocpp::IdTagInfo{}, at(4)};
  boot.unsent = true;
  session::QueuedRecord queued = queuedStop(3);
  queued.wait = std::chrono::milliseconds(6);
  queued.backend = "ws://b/CP";
  queued.setAside = queued.withoutReadings = true;
  queued.reason = "InternalError: no";
  queued.repeatKey = UINT64_MAX;
  onBoth(
      [&](Loop& loop, Store& store) {
        ChargerRow row{"CP 1", ocpp::Version::V15, "http://h/", std::string("p\0w\xff", 4), 0, at(3)};
        row.backend = "ws://b/CP";
        row.autoRegistered = row.unserved = row.leaving = true;
        row.lastSettings = "{}";
        row.movingTo = "ws://c/CP";
        row.movingSince = at(8);
        store.putCharger(row);
        store.put("CP 1", queued);
        store.put("CP 1", session::AliasRecord{"#0123456789abcdef012", "a tag of more than twenty"});
        store.put("CP 1", authorization);
        store.put("CP 1", fullTx());
        store.put("CP 1", session::SettingRecord{"HeartbeatInterval", "", true, true});
        store.put("CP 1", connector);
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP 1", boot)));
      },
      [&](Store& store) {
        const auto all = loaded(store);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), all.size());
        const StoredCharger& c = all.front();
        CPPUNIT_ASSERT_EQUAL(std::string("CP 1"), c.identity);
        CPPUNIT_ASSERT(c.version == ocpp::Version::V15 && c.callback == "http://h/" && c.lastSeen == at(3));
        CPPUNIT_ASSERT(c.password == std::string("p\0w\xff", 4) && c.pingInterval == 0);
        CPPUNIT_ASSERT(c.backend == "ws://b/CP" && c.autoRegistered && c.unserved && c.leaving);
        CPPUNIT_ASSERT(c.lastSettings == "{}" && c.movingTo == "ws://c/CP" && c.movingSince == at(8));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), c.rest.lastNumber);
        CPPUNIT_ASSERT_EQUAL(std::size_t(7), c.records.size());
        const auto& b = std::get<session::BootRecord>(c.records[0]);
        CPPUNIT_ASSERT(b.version == boot.version && b.status == boot.status && b.answeredAt == boot.answeredAt);
        CPPUNIT_ASSERT(b.interval == 60 && b.unsent && recordText(b.request) == recordText(boot.request));
        const auto& k = std::get<session::ConnectorRecord>(c.records[1]);
        CPPUNIT_ASSERT(k.connectorId == 1 && k.releasePending && recordText(k.raw) == recordText(connector.raw));
        CPPUNIT_ASSERT(recordText(*k.delivered) == recordText(*connector.delivered));
        const auto& s = std::get<session::SettingRecord>(c.records[2]);
        CPPUNIT_ASSERT(s.key == "HeartbeatInterval" && s.value.empty() && s.readonly && s.own);
        CPPUNIT_ASSERT_EQUAL(dumpOf(fullTx()), dumpOf(std::get<session::TransactionRecord>(c.records[3])));
        const auto& a = std::get<session::AuthorizationRecord>(c.records[4]);
        CPPUNIT_ASSERT(ocpp::equalFold(a.idTag, "tag1") && a.at == at(4) &&
                       recordText(a.info) == recordText(authorization.info));
        const auto& r = std::get<session::AliasRecord>(c.records[5]);
        CPPUNIT_ASSERT(r.alias == "#0123456789abcdef012" && r.idTag == "a tag of more than twenty");
        const auto& q = std::get<session::QueuedRecord>(c.records[6]);
        CPPUNIT_ASSERT(q.wait == std::chrono::milliseconds(6) && q.repeatKey == UINT64_MAX && q.key == queued.key);
        CPPUNIT_ASSERT(q.backend == queued.backend && q.setAside && q.withoutReadings && q.reason == queued.reason);
        CPPUNIT_ASSERT(q.number == 3 && q.attempts == 0 && recordText(q.request) == recordText(queuedStop(3).request));
      });
}

TEST(storeReplacesAndErases, "store: a record replaces the one with its key, erasing takes only that one") {
  onBoth(
      [&](Loop& loop, Store& store) {
        session::TransactionRecord tx = startedTx(1, 0, 0);
        tx.state = session::TransactionState::Starting;
        store.put("CP", tx);
        store.put("CP", startedTx(1, 1, 8));  // SM-7: another timestamp is another transaction
        tx.soapTxId = 7;
        tx.state = session::TransactionState::Active;
        store.put("CP", tx);
        store.put("CP", queuedStop(2));
        store.put("CP", queuedStop(1));
        session::QueuedRecord again = queuedStop(2);
        again.attempts = 3;
        store.put("CP", again);
        store.put("CP", session::SettingRecord{"KEY", "1", false});
        store.put("CP", session::SettingRecord{"key", "2", false});  // L-16
        store.erase("CP", queuedStop(1));
        store.erase("CP", session::ConnectorRecord{});
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.erase("nobody", queuedStop(9))));
      },
      [&](Store& store) {
        const auto all = loaded(store);
        const StoredCharger* cp = nullptr;
        for (const auto& c : all)
          if (c.identity == "CP") cp = &c;
        CPPUNIT_ASSERT(cp != nullptr);
        const auto txs = recordsOf<session::TransactionRecord>(*cp);
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), txs.size());
        CPPUNIT_ASSERT_EQUAL(std::int64_t(7), txs[0].soapTxId);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(8), txs[1].soapTxId);
        const auto queue = recordsOf<session::QueuedRecord>(*cp);
        CPPUNIT_ASSERT(queue.size() == 1 && queue[0].number == 2 && queue[0].attempts == 3);
        const auto settings = recordsOf<session::SettingRecord>(*cp);
        CPPUNIT_ASSERT(settings.size() == 1 && settings[0].value == "2");
      });
}

TEST(storeQueueOrder, "store: queued messages come back in the order of their numbers, above 2^32 as well (TX-9)") {
  onBoth(
      [&](Loop& loop, Store& store) {
        for (const std::uint64_t n : {10ULL, 9ULL, 5'000'000'000ULL, 100ULL, 1ULL}) store.put("CP", queuedStop(n));
        CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(11))));
      },
      [&](Store& store) {
        std::string order;
        for (const auto& q : recordsOf<session::QueuedRecord>(loaded(store).front()))
          order += std::to_string(q.number) + " ";
        CPPUNIT_ASSERT_EQUAL(std::string("1 9 10 11 100 5000000000 "), order);
      });
}

TEST(storeRandomQueue, "store: random requests of every action survive the disk") {
  Loop loop;
  TempDir dir;
  std::vector<session::QueuedRecord> records;
  RandomMessages random(5, ocpp::Encoding::Json16);
  for (std::size_t action = 0; action < ocpp::actionCount; ++action)
    for (int i = 0; i < 5; ++i) {
      records.push_back({records.size() + 1, random.request(action), i});
      records.back().key = records.size();
    }
  {
    SqliteStore store(loop, storeOptions(dir));
    for (const auto& record : records) store.put("CP", record);
  }  // the destructor writes what is pending
  SqliteStore store(loop, storeOptions(dir));
  const auto back = recordsOf<session::QueuedRecord>(loaded(store).front());
  CPPUNIT_ASSERT_EQUAL(records.size(), back.size());
  for (std::size_t i = 0; i < records.size(); ++i)
    CPPUNIT_ASSERT_EQUAL(recordText(records[i].request), recordText(back[i].request));
}

TEST(storeGroupCommit, "store: a thousand changes of one turn are one commit with one fsync, told in order") {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  SqliteStore store(loop, options);
  outcomeOf(loop, store, store.put("CP0", queuedStop(1)));
  const auto before = store.status();
  const auto syncs = vfs.syncs();
  std::vector<Ticket> told;
  for (int i = 0; i < 1000; ++i) {
    const Ticket ticket = store.put("CP" + std::to_string(i % 100), queuedStop(100 + static_cast<std::uint64_t>(i)));
    CPPUNIT_ASSERT(store.pending(ticket));
    store.whenDurable(ticket, [&told, ticket](bool ok, const std::string&) {
      CPPUNIT_ASSERT(ok);
      told.push_back(ticket);
    });
  }
  CPPUNIT_ASSERT(told.empty());
  waitFor(loop, "all tickets", [&] { return told.size() == 1000; });
  CPPUNIT_ASSERT(std::is_sorted(told.begin(), told.end()));
  CPPUNIT_ASSERT_EQUAL(before.commits + 1, store.status().commits);
  CPPUNIT_ASSERT_EQUAL(before.operations + 1000, store.status().operations);
  CPPUNIT_ASSERT(vfs.syncs() - syncs <= 2);  // the log, and its header when it began anew
}

TEST(storeSpacing,
     "store: many turns within the spacing of commits are one commit; a lone change and a few chargers are not held "
     "up") {
  Loop loop;
  TempDir dir;
  auto options = storeOptions(dir);
  options.commitSpacing = std::chrono::hours(1);
  std::uint64_t commits = 0;
  {
    SqliteStore store(loop, options);
    for (int few = 0; few < 3; ++few)
      CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(1))));
    Ticket last = 0;
    for (int charger = 0; charger < 20; ++charger) last = store.put("CP" + std::to_string(charger), queuedStop(1));
    CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, last));
    for (std::uint64_t turn = 2; turn < 50; ++turn) {
      last = store.put("CP", queuedStop(turn));
      ev_run(loop.raw(), EVRUN_NOWAIT);
    }
    serveFor(loop, 5);
    CPPUNIT_ASSERT(store.pending(last));
    commits = store.status().commits;
  }
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(4), commits);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(69),
                       Database(dir.database(), Database::Mode::ReadOnly).number("SELECT count(*) FROM queued"));
}

TEST(storeDeadLetters,
     "store: a dead letter leaves the queue in the same commit and is resolved, never deleted (SM-15)") {
  Loop loop;
  TempDir dir;
  SqliteStore store(loop, storeOptions(dir));
  outcomeOf(loop, store, store.put("CP", queuedStop(1)));
  const session::DeadLetterRecord dead{1, queuedStop(1).request, 3, "InternalError: no", at(1), at(2), 1};
  const auto commits = store.status().commits;
  store.put("CP", dead);
  outcomeOf(loop, store, store.erase("CP", queuedStop(1)));
  CPPUNIT_ASSERT_EQUAL(commits + 1, store.status().commits);
  session::DeadLetterRecord later = dead;
  later.key = 2;  // a number used again must not overwrite the older one
  outcomeOf(loop, store, store.put("CP", later));
  outcomeOf(loop, store, store.erase("CP", dead));
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), db.number("SELECT count(*) FROM queued"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db.number("SELECT count(*) FROM dead_letter"));
  CPPUNIT_ASSERT_EQUAL(std::string("redelivered"), db.text("SELECT resolution FROM dead_letter ORDER BY id"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1), db.number("SELECT count(*) FROM dead_letter WHERE resolution IS NULL"));
}

TEST(storeMemoryControl, "store: the in-memory twin holds, commits and fails on demand") {
  Loop loop;
  MemoryStore store([&](std::function<void()> task) { loop.post(std::move(task)); });
  std::vector<std::string> told;
  const auto watch = [&](Ticket t) {
    store.whenDurable(t, [&](bool ok, const std::string& e) { told.push_back(ok ? "ok" : e); });
  };
  store.hold(true);
  watch(store.put("CP", queuedStop(1)));
  serveFor(loop, 5);
  CPPUNIT_ASSERT(told.empty());
  store.commit("disk full");
  CPPUNIT_ASSERT(told == std::vector<std::string>{"disk full"});
  CPPUNIT_ASSERT(loaded(store).empty());
  watch(store.put("CP", queuedStop(2)));
  store.commit();
  CPPUNIT_ASSERT(told.back() == "ok" && store.status().queued == 1);
  store.hold(false);
  store.failNext("broken");
  CPPUNIT_ASSERT_EQUAL(std::string("broken"), outcomeOf(loop, store, store.put("CP", queuedStop(3))));
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(4))));
}
