// SPDX-License-Identifier: GPL-2.0-or-later
// A11: `backup` beside a running bridge, and `restore` into an empty directory, once, or again after it has failed.
#include <sys/stat.h>

#include <sstream>

#include "bridge/backup_command.h"
#include "bridge/open_database.h"
#include "bridge/options.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

struct Desk {
  std::string backup(const std::string& to) {
    std::ostringstream out, err;
    backupCommand({"--data-dir", dir.path(), to}, out, err);
    return out.str();
  }
  std::string restore(const std::string& into, const std::string& from) {
    std::ostringstream out, err;
    restoreCommand({"--data-dir", into, from}, out, err);
    return out.str();
  }
  TempDir dir, other;
  const std::string copy = other.path() + "/copy";
};

int modeOf(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 0777) : -1;
}

}  // namespace

TEST(backupBeside, "A11: a backup is made beside a bridge that writes, for its owner only, and never over a file") {
  Desk desk;
  Loop loop;
  SqliteStore store(loop, storeOptions(desk.dir));
  outcomeOf(loop, store, store.put("CP", queuedStop(1)));
  CPPUNIT_ASSERT(desk.backup(desk.copy).find("1 waiting messages") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(0600, modeOf(desk.copy));
  CPPUNIT_ASSERT_EQUAL(std::string(), outcomeOf(loop, store, store.put("CP", queuedStop(2))));
  const std::string before = bytesOf(desk.copy);
  CPPUNIT_ASSERT_THROW(desk.backup(desk.copy), BadConfiguration);
  CPPUNIT_ASSERT(bytesOf(desk.copy) == before);
}

TEST(restoreEmpty,
     "A11, TX-15: a restored directory holds what the backup held, numbers and ids go on far above it, and nothing is "
     "restored over anything") {
  Desk desk;
  {
    Loop loop;
    SqliteStore store(loop, storeOptions(desk.dir));
    outcomeOf(loop, store, store.put("CP", queuedStop(7)));
  }
  desk.backup(desk.copy);
  const std::string fresh = desk.other.path() + "/fresh";
  CPPUNIT_ASSERT(desk.restore(fresh, desk.copy).find("1 waiting messages") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(0600, modeOf(databasePath(fresh)));
  CPPUNIT_ASSERT_THROW(desk.restore(fresh, desk.copy), BadConfiguration);
  CPPUNIT_ASSERT_THROW(desk.restore(desk.dir.path(), desk.copy), BadConfiguration);
  const auto db = openDatabase(databasePath(fresh));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{1'000'007}, db->number("SELECT last_number FROM charger WHERE identity = 'CP'"));
}

TEST(restoreAgain, "A11: a restore that fails leaves no database that a bridge could run on, and can be repeated") {
  Desk desk;
  {
    Loop loop;
    SqliteStore store(loop, storeOptions(desk.dir));
    outcomeOf(loop, store, store.put("CP", queuedStop(7)));
  }
  desk.backup(desk.copy);
  const std::string fresh = desk.other.path() + "/fresh";
  {  // a database that refuses the gaps
    Database db(desk.copy, Database::Mode::ReadWrite);
    db.run("CREATE TRIGGER no BEFORE UPDATE ON charger BEGIN SELECT RAISE(FAIL, 'no'); END");
  }
  CPPUNIT_ASSERT_THROW(desk.restore(fresh, desk.copy), std::exception);
  CPPUNIT_ASSERT(!std::filesystem::exists(databasePath(fresh)));
  Database(desk.copy, Database::Mode::ReadWrite).run("DROP TRIGGER no");
  std::ofstream(databasePath(fresh) + ".restoring") << "what a killed restore has left";
  desk.restore(fresh, desk.copy);
  CPPUNIT_ASSERT(std::filesystem::exists(databasePath(fresh)));
  CPPUNIT_ASSERT(!std::filesystem::exists(databasePath(fresh) + ".restoring"));
}
