// SPDX-License-Identifier: GPL-2.0-or-later
// A11: a second bridge, a lost database, a disk that cannot be written, files that vanish, a damaged log: all are
// noticed.
#include <algorithm>
#include <memory>

#include "bridge/database_files.h"
#include "bridge/options.h"
#include "bridge/sqlite_store.h"
#include "tests/support/faulty_vfs.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace fs = std::filesystem;

namespace {

/// A store that looks around often, and what it has told.
struct Watched {
  Loop loop;
  TempDir dir;
  FaultyVfs vfs;
  std::unique_ptr<SqliteStore> store;
  std::vector<StoreEvent> events;

  Watched() { start(); }
  void start(bool acceptLoss = false) {
    auto options = storeOptions(dir);
    options.vfs = vfs.name();
    options.lookEvery = std::chrono::milliseconds(5);
    options.calm = std::chrono::milliseconds(20);
    options.acceptLoss = acceptLoss;
    store = std::make_unique<SqliteStore>(loop, options);
    store->onEvent([this](const StoreEvent& event) { events.push_back(event); });
  }
  std::string refusal() {
    try {
      start();
    } catch (const BadConfiguration& refused) { return refused.what(); }
    return "opened";
  }
  std::string keep(std::uint64_t number) { return outcomeOf(loop, *store, store->put("CP", queuedStop(number))); }
  std::size_t told(const std::string& event) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [&](const StoreEvent& e) { return e.event == event; }));
  }
  std::string textOf(const std::string& event) const {
    for (const StoreEvent& each : events)
      if (each.event == event) return each.text;
    return "";
  }
  void await(const std::string& event) {
    waitFor(loop, event.c_str(), [&] { return told(event) > 0; });
  }
};

std::string pathWith(const TempDir& dir, const std::string& part) {
  for (const auto& entry : fs::directory_iterator(dir.path()))
    if (entry.path().string().find(part) != std::string::npos) return entry.path().string();
  return "";
}

}  // namespace

TEST(lockOnDatabase, "A11: removing bridge.lock does not let a second bridge in; the database itself is locked") {
  Watched first;
  CPPUNIT_ASSERT(DatabaseLock::heldBySomebody(first.dir.database()));
  fs::remove(first.dir.path() + "/bridge.lock");
  Loop loop;
  try {
    SqliteStore second(loop, storeOptions(first.dir));
    CPPUNIT_FAIL("two bridges on one database");
  } catch (const BadConfiguration& refused) {
    const std::string said = refused.what();
    CPPUNIT_ASSERT_MESSAGE(said, said.find("in use by another bridge") != std::string::npos);
  }
  first.store.reset();
  CPPUNIT_ASSERT(!DatabaseLock::heldBySomebody(first.dir.database()));
  SqliteStore third(loop, storeOptions(first.dir));
}

TEST(logWithoutDatabase,
     "A11: a log without its database is refused, both named, and kept; --accept-loss begins anew and keeps it aside") {
  Watched w;
  CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(1));
  const std::string log = w.dir.database() + "-wal";
  const std::string bytes = bytesOf(log);
  w.store.reset();
  for (const bool empty : {false, true}) {
    fs::remove(w.dir.database());
    if (empty) std::ofstream(w.dir.database()).flush();
    std::ofstream(log, std::ios::binary) << bytes;
    const std::string said = w.refusal();
    CPPUNIT_ASSERT_MESSAGE(said, said.find(w.dir.database() + ": is ") == 0 && said.find(log) != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(said, said.find("--accept-loss") != std::string::npos);
    CPPUNIT_ASSERT(bytesOf(log) == bytes);
    CPPUNIT_ASSERT_EQUAL(!empty, !fs::exists(w.dir.database()));
  }
  w.start(true);
  const std::string aside = pathWith(w.dir, "-wal.");
  CPPUNIT_ASSERT(!aside.empty() && bytesOf(aside) == bytes);
  CPPUNIT_ASSERT_MESSAGE(w.textOf("store"), w.textOf("store").find(aside) != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(1));
  CPPUNIT_ASSERT(loaded(*w.store).size() == 1);
}

TEST(writeAtStart,
     "A11: a database that cannot be written is found by a write at the start, not by the first promise") {
  Watched w;
  CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(1));
  w.store.reset();
  w.vfs.breakDisk(true);
  const std::string said = w.refusal();
  CPPUNIT_ASSERT_MESSAGE(said, said.find(w.dir.database() + ": cannot be written") == 0);
  w.vfs.breakDisk(false);
  w.start();
  CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(2));
}

TEST(filesGone,
     "A11: files removed under the bridge end its promises; what was kept is rescued, and putting them back helps") {
  for (const char* end : {"", "-wal", "-shm"}) {
    Watched w;
    CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(1));
    const std::string file = w.dir.database() + end;
    fs::rename(file, file + ".moved");
    const std::string error = w.keep(2);
    CPPUNIT_ASSERT_EQUAL(file + ": removed or replaced while it was in use", error);
    w.await("degraded");
    CPPUNIT_ASSERT_EQUAL(error, w.store->status().degraded);
    std::ofstream(file) << "somebody else's";
    CPPUNIT_ASSERT_EQUAL(error, w.keep(3));
    CPPUNIT_ASSERT(w.told("store-lost") == 1 && w.told("degraded") == 1);
    const std::string copy = pathWith(w.dir, ".rescued-");
    CPPUNIT_ASSERT_MESSAGE(w.textOf("store-lost"), w.textOf("store-lost").find(copy) != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         Database(copy, Database::Mode::ReadOnly).number("SELECT count(*) FROM queued"));
    fs::rename(file + ".moved", file);
    w.await("recovered");
    CPPUNIT_ASSERT(w.store->status().degraded.empty());
    CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(4));
  }
}

TEST(troubleLines, "A11: a disk that fails is one error line when it begins and one when it ends, with the count") {
  Watched w;
  CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(1));
  w.vfs.breakDisk(true);
  for (std::uint64_t n = 2; n < 22; ++n) CPPUNIT_ASSERT(!w.keep(n).empty());
  serveFor(w.loop, 60);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), w.told("degraded"));
  CPPUNIT_ASSERT_MESSAGE(w.textOf("degraded"), w.textOf("degraded").find("disk I/O error") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), w.told("recovered"));
  w.vfs.breakDisk(false);
  w.await("recovered");  // though nobody wants anything kept
  CPPUNIT_ASSERT_MESSAGE(w.textOf("recovered"), w.textOf("recovered").find("20 were refused") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(30));
  serveFor(w.loop, 30);
  CPPUNIT_ASSERT(w.told("degraded") == 1 && w.told("recovered") == 1);
}

TEST(damagedLog,
     "A11: when the damaged end of the log is dropped, the messages that are missing are told at the start") {
  TempDir copy;
  std::uintmax_t third = 0;  // where its part of the log begins
  {
    Watched w;
    for (std::uint64_t n = 1; n <= 3; ++n) {
      if (n == 3) third = fs::file_size(w.dir.database() + "-wal");
      CPPUNIT_ASSERT_EQUAL(std::string(), w.keep(n));
    }
    for (const char* end : {"", "-wal", ".promised"}) fs::copy_file(w.dir.database() + end, copy.database() + end);
  }
  const std::string log = copy.database() + "-wal";
  std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
  CPPUNIT_ASSERT(fs::file_size(log) > third);
  file.seekp(static_cast<std::streamoff>(third) + 100);
  file << "damage";
  file.close();
  Loop loop;
  std::vector<StoreEvent> events;
  for (int start = 0; start < 2; ++start) {  // told once
    SqliteStore store(loop, storeOptions(copy));
    store.onEvent([&](const StoreEvent& event) { events.push_back(event); });
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), recordsOf<session::QueuedRecord>(loaded(store).front()).size());
    serveFor(loop, 20);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), events.size());
  }
  CPPUNIT_ASSERT(events[0].event == "store-lost" && events[0].level == session::Level::Error);
  CPPUNIT_ASSERT_MESSAGE(events[0].text, events[0].text.find("up to 1 message and 0 transactions") == 0);
}
