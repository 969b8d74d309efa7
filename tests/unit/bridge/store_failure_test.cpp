// SPDX-License-Identifier: GPL-2.0-or-later
// What goes wrong around the store: disks that fail or fill up, damaged rows, a second bridge, an early end.
#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "bridge/options.h"
#include "bridge/sqlite_store.h"
#include "tests/support/faulty_vfs.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

TEST(storeLateAsk, "store: who asks late is told the truth, later and not inside the call") {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  SqliteStore store(loop, options);
  const Ticket good = store.put("CP", queuedStop(1));
  outcomeOf(loop, store, good);
  vfs.breakDisk(true);
  const Ticket bad = store.put("CP", queuedStop(2));
  const std::string error = outcomeOf(loop, store, bad);
  CPPUNIT_ASSERT(!error.empty());
  vfs.breakDisk(false);
  CPPUNIT_ASSERT_EQUAL(error, outcomeOf(loop, store, bad));
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, good));
  bool inside = true, called = false;
  store.whenDurable(good, [&](bool, const std::string&) {
    CPPUNIT_ASSERT(!inside);
    called = true;
  });
  inside = false;
  waitFor(loop, "the answer", [&] { return called; });
}

TEST(storeManyFail,
     "store: of ever so many changes that fail together none is told as kept, to whoever asks and when") {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  SqliteStore store(loop, options);
  outcomeOf(loop, store, store.put("CP", queuedStop(1)));
  vfs.breakDisk(true);
  const session::SettingRecord small{"k", "v", false, false};
  const Ticket first = store.put("CP", small);
  int kept = 0, lost = 0;
  store.whenDurable(first, [&](bool ok, const std::string&) { ++(ok ? kept : lost); });
  Ticket last = first;
  for (int i = 0; i < 70'000; ++i) last = store.put("CP", small);
  outcomeOf(loop, store, last);
  CPPUNIT_ASSERT(kept == 0 && lost == 1);
  CPPUNIT_ASSERT(!outcomeOf(loop, store, first).empty());
}

TEST(storeDiskBroken, "store: while the disk fails every ticket fails, nothing of it is kept, later ones succeed") {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  {
    SqliteStore store(loop, options);
    outcomeOf(loop, store, store.put("CP", queuedStop(1)));
    vfs.breakDisk(true);
    store.put("CP", queuedStop(2));
    store.erase("CP", queuedStop(1));
    const std::string error = outcomeOf(loop, store, store.put("CP2", queuedStop(3)));
    CPPUNIT_ASSERT_EQUAL(std::string("disk I/O error"), error);
    CPPUNIT_ASSERT_EQUAL(error, store.status().lastError);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), store.status().failed);
    vfs.breakDisk(false);
    CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(4))));
    CPPUNIT_ASSERT_EQUAL(std::string(), store.status().lastError);
  }
  SqliteStore again(loop, storeOptions(dir));
  const auto all = loaded(again);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), all.size());
  const auto queue = recordsOf<session::QueuedRecord>(all.front());
  CPPUNIT_ASSERT(queue.size() == 2 && queue[0].number == 1 && queue[1].number == 4);
}

TEST(storeDiskFull, "store: a full disk is told as such, and writing goes on when space returns, without a restart") {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  SqliteStore store(loop, options);
  outcomeOf(loop, store, store.put("CP", queuedStop(1)));
  vfs.limitSpace(vfs.spaceUsed() + 64 * 1024);
  std::uint64_t number = 1, kept = 0;
  std::string error;
  while (error.empty() && number < 10000) {
    error = outcomeOf(loop, store, store.put("CP", queuedStop(++number)));
    if (error.empty()) kept = number;
  }
  CPPUNIT_ASSERT_EQUAL(std::string("database or disk is full"), error);
  vfs.limitSpace(-1);
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(number + 1))));
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(static_cast<std::int64_t>(kept + 1), db.number("SELECT count(*) FROM queued"));
}

TEST(storeReserve,
     "store: on a full disk the reserve is given up first, so that stops are still kept; then starts are not") {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  options.reserveBytes = 1024 * 1024;
  options.lookEvery = std::chrono::milliseconds(10);
  SqliteStore store(loop, options);
  CPPUNIT_ASSERT(!store.status().spaceLow);
  CPPUNIT_ASSERT_EQUAL(std::uintmax_t(1024 * 1024), std::filesystem::file_size(dir.path() + "/reserve"));
  outcomeOf(loop, store, store.put("CP", queuedStop(1)));
  vfs.limitSpace(vfs.spaceUsed());
  const std::string onReserve = dir.path() + "/reserve";
  // The shim counts only SQLite's files: giving up the reserve is what makes room.
  std::atomic<bool> over{false};  // the reserve may have gone and come back between two looks of the thread
  std::thread disk([&] {
    while (std::filesystem::exists(onReserve) && !over) std::this_thread::yield();
    vfs.limitSpace(-1);
  });
  std::string error;
  std::uint64_t number = 1;
  while (!store.status().spaceLow && number < 10000) {
    error = outcomeOf(loop, store, store.put("CP", queuedStop(++number)));
    // The disk thread may be a moment late: then this one fails honestly and the next one succeeds.
  }
  over = true;
  disk.join();  // the reserve was given up; it may be there again already
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(++number))));
  for (int i = 0; i < 1000 && store.status().spaceLow; ++i) serveFor(loop, 5);
  CPPUNIT_ASSERT(!store.status().spaceLow);
  CPPUNIT_ASSERT(std::filesystem::exists(onReserve));
}

TEST(storeBadNeighbour, "store: data that one charger's row cannot hold fails that charger alone") {
  Loop loop;
  TempDir dir;
  SqliteStore store(loop, storeOptions(dir));
  outcomeOf(loop, store, store.put("GOOD", queuedStop(1)));
  {
    Database db(dir.database(), Database::Mode::ReadWrite);
    db.run(
        "CREATE TRIGGER no BEFORE INSERT ON queued WHEN new.identity = 'BAD' BEGIN SELECT raise(ABORT, 'not this'); "
        "END");
  }
  const Ticket first = store.put("GOOD", queuedStop(2));
  const Ticket half = store.put("BAD", session::SettingRecord{"K", "V", false});
  const Ticket bad = store.put("BAD", queuedStop(3));
  const Ticket last = store.put("GOOD", queuedStop(4));
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, last));
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, first));
  CPPUNIT_ASSERT_EQUAL(std::string("not this"), outcomeOf(loop, store, bad));
  CPPUNIT_ASSERT_EQUAL(std::string("not this"), outcomeOf(loop, store, half));
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(3), db.number("SELECT count(*) FROM queued"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), db.number("SELECT count(*) FROM setting"));
}

TEST(storeUnreadable,
     "store: an unreadable queued message becomes a dead letter, other damage is told; the rest loads") {
  Loop loop;
  TempDir dir;
  {
    SqliteStore store(loop, storeOptions(dir));
    store.put("CP", queuedStop(1));
    store.put("CP", queuedStop(2));
    store.put("CP", startedTx(1, 0));
  }
  {
    Database db(dir.database(), Database::Mode::ReadWrite);
    db.run("UPDATE queued SET payload = '{\"transactionId\":true}' WHERE number = 1; UPDATE tx SET state = 'Odd'");
  }
  SqliteStore store(loop, storeOptions(dir));
  std::vector<std::string> problems;
  std::vector<StoredCharger> all;
  store.load([&](StoredCharger&& c) { all.push_back(std::move(c)); },
             [&](const std::string& line) { problems.push_back(line); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), all.size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), all[0].records.size());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), all[0].rest.lastNumber);
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), problems.size());
  CPPUNIT_ASSERT_EQUAL(std::string("tx of CP cannot be read: unknown state Odd"), problems[1]);
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(std::string("cannot be read: unreadable value of transactionId"),
                       db.text("SELECT reason FROM dead_letter"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1), db.number("SELECT count(*) FROM tx"));
}

TEST(storeSecondProcess, "store: a second bridge on the same data directory is refused and named the first") {
  Loop loop;
  TempDir dir;
  auto store = std::make_unique<SqliteStore>(loop, storeOptions(dir));
  CPPUNIT_ASSERT(DataDirLock::heldBySomebody(dir.path()));
  try {
    SqliteStore second(loop, storeOptions(dir));
    CPPUNIT_FAIL("two bridges on one directory");
  } catch (const BadConfiguration& refused) {
    const std::string text = refused.what();
    CPPUNIT_ASSERT(text.find(dir.path()) == 0 && text.find(std::to_string(::getpid())) != std::string::npos);
  }
  store.reset();
  CPPUNIT_ASSERT(!DataDirLock::heldBySomebody(dir.path()));
  SqliteStore third(loop, storeOptions(dir));
}

TEST(storeGoneBeforeTold,
     "A4: whoever waits for the disk when the store goes is told so, once, and nobody afterwards") {
  Loop loop;
  TempDir dir;
  std::vector<bool> told;
  {
    SqliteStore store(loop, storeOptions(dir));
    store.whenDurable(store.put("CP", queuedStop(1)), [&](bool ok, const std::string&) { told.push_back(ok); });
  }
  CPPUNIT_ASSERT(told == std::vector<bool>{false});
  serveFor(loop, 20);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), told.size());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                       Database(dir.database(), Database::Mode::ReadOnly).number("SELECT count(*) FROM queued"));
}

TEST(storeSecrets, "store: the database is readable by its owner only (AuthorizationKey, CK-4)") {
  Loop loop;
  TempDir dir;
  const std::string data = dir.path() + "/data";
  auto options = storeOptions(dir);
  options.directory = data;
  SqliteStore store(loop, options);
  outcomeOf(loop, store, store.put("CP", queuedStop(1)));
  for (const auto& entry : std::filesystem::directory_iterator(data))
    CPPUNIT_ASSERT_EQUAL_MESSAGE(entry.path().string(), 0u, static_cast<unsigned>(entry.status().permissions()) & 077u);
  CPPUNIT_ASSERT_EQUAL(0u, static_cast<unsigned>(std::filesystem::status(data).permissions()) & 077u);
}

TEST(storeThrows, "C6: what is thrown on the thread that writes is counted and told, and the store goes on") {
  Loop loop;
  TempDir dir;
  auto options = storeOptions(dir);
  options.lookEvery = std::chrono::milliseconds(5);
  options.clock = [loopThread = std::this_thread::get_id()] {
    if (std::this_thread::get_id() != loopThread) throw std::logic_error("a mistake of ours");
    return wallClock();
  };
  SqliteStore store(loop, options);
  std::vector<StoreEvent> events;
  store.onEvent([&](const StoreEvent& event) { events.push_back(event); });
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(1))));
  waitFor(loop, "the mistake", [&] { return store.status().internal > 2; });
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(2))));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("once a minute", std::size_t{1}, events.size());
  CPPUNIT_ASSERT(events[0].text.find("a mistake of ours") != std::string::npos);
}
