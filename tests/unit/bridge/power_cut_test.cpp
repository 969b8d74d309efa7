// SPDX-License-Identifier: GPL-2.0-or-later
// Durable before answered: whatever was reported as kept is there after the power has failed at any moment.
#include <memory>
#include <random>
#include <set>

#include "bridge/sqlite_store.h"
#include "tests/support/faulty_vfs.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

/// What the charger side believes: numbers that were reported as kept, and those reported as gone.
struct Believed {
  std::set<std::uint64_t> kept, gone;
};

/// One life of a bridge that ends by a power cut after `events` reports.
void live(FaultyVfs& vfs, const TempDir& dir, std::mt19937& random, Believed& believed, std::uint64_t& number) {
  Loop loop;
  auto options = storeOptions(dir);
  options.vfs = vfs.name();
  auto store = std::make_unique<SqliteStore>(loop, options);
  // Somebody beside it (the queue command) folds the log into the database now and then.
  auto other = std::make_unique<Database>(dir.database(), Database::Mode::ReadWrite, vfs.name());
  std::size_t reports = 0;
  Ticket newest = 0;
  const std::uint64_t first = number;
  const std::size_t last = random() % 60;
  const auto keep = [&] {
    const std::uint64_t n = ++number;
    const std::string identity = "CP" + std::to_string(n % 3);
    store->whenDurable(newest = store->put(identity, queuedStop(n)), [&, n](bool ok, const std::string&) {
      ++reports;
      if (ok) believed.kept.insert(n);
    });
  };
  // Delivered or given up: the message leaves the queue; given up, the dead letter comes in the same turn.
  const auto finish = [&](std::uint64_t n, bool dead) {
    const std::string identity = "CP" + std::to_string(n % 3);
    if (dead) store->put(identity, session::DeadLetterRecord{n, queuedStop(n).request, 3, "no", at(0), at(1), n});
    believed.kept.erase(n);  // from here on it may be there or not
    store->whenDurable(store->erase(identity, queuedStop(n)), [&, n](bool ok, const std::string&) {
      ++reports;
      if (ok) believed.gone.insert(n);
    });
  };
  while (reports < last) {
    for (auto burst = random() % 20; burst > 0; --burst) keep();
    if (!believed.kept.empty() && random() % 2 == 0) finish(*believed.kept.begin(), random() % 2 == 0);
    if (random() % 4 != 0) ev_run(loop.raw(), EVRUN_NOWAIT);
    if (random() % 8 == 0) other->run("PRAGMA wal_checkpoint");
    if (store->pending(newest) && (random() % 8 == 0 || number > first + 500))
      waitFor(loop, "a commit", [&] { return !store->pending(newest); });
  }
  for (int i = 0; i < 5; ++i) keep();  // in flight when it happens
  ev_run(loop.raw(), EVRUN_NOWAIT);
  vfs.cutPower();
  store.reset();
  other.reset();
  vfs.powerUp(static_cast<unsigned>(random()));
}

void check(const TempDir& dir, const Believed& believed) {
  Loop loop;
  SqliteStore store(loop, storeOptions(dir));
  std::set<std::uint64_t> there;
  for (const auto& charger : loaded(store)) {
    std::uint64_t before = 0;
    for (const auto& queued : recordsOf<session::QueuedRecord>(charger)) {
      CPPUNIT_ASSERT(queued.number > before);
      before = queued.number;
      there.insert(queued.number);
    }
  }
  for (const std::uint64_t n : believed.kept) CPPUNIT_ASSERT_MESSAGE("lost: " + std::to_string(n), there.count(n) == 1);
  for (const std::uint64_t n : believed.gone)
    CPPUNIT_ASSERT_MESSAGE("came back: " + std::to_string(n), there.count(n) == 0);
  // Turns are whole: no message is both waiting and dead.
  Database db(dir.database(), Database::Mode::ReadOnly);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0),
                       db.number("SELECT count(*) FROM queued q JOIN dead_letter d USING (identity, number)"));
}

}  // namespace

TEST(powerCut, "power cut: nothing reported as kept is missing, nothing reported as gone returns, turns are whole") {
  std::uint64_t folded = 0;
  for (unsigned seed = 0; seed < 6; ++seed) {
    FaultyVfs vfs;
    TempDir dir;
    std::mt19937 random(seed);
    Believed believed;
    std::uint64_t number = 0;
    for (int life = 0; life < 10; ++life) {
      const auto before = vfs.syncs(dir.database());
      live(vfs, dir, random, believed, number);
      folded += vfs.syncs(dir.database()) > before;
      check(dir, believed);
    }
    CPPUNIT_ASSERT(believed.kept.size() + believed.gone.size() > 50);
  }
  CPPUNIT_ASSERT(folded > 5);  // cuts around checkpoints are among them
}

TEST(powerCutControl, "power cut: without synchronising, the same disk does lose what was committed") {
  int lost = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    FaultyVfs vfs;
    TempDir dir;
    {
      Database db(dir.database(), Database::Mode::Create, vfs.name());
      db.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x); PRAGMA synchronous = OFF");
      for (int i = 0; i < 20; ++i) db.run("INSERT INTO t VALUES (1)");
      vfs.cutPower();
    }
    vfs.powerUp(seed);
    Database db(dir.database(), Database::Mode::ReadWrite);
    if (db.number("SELECT count(*) FROM t") < 20) ++lost;
  }
  CPPUNIT_ASSERT(lost > 10);
}
