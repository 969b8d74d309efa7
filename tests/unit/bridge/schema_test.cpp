// SPDX-License-Identifier: GPL-2.0-or-later
// Opening a database: migrations from every older schema, and refusals that leave the files as they are.
#include "bridge/open_database.h"

#include <algorithm>
#include <map>

#include "bridge/options.h"
#include "bridge/record_text.h"
#include "tests/support/faulty_vfs.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

std::string fixture(int version) {
  const auto name = "schema_" + std::to_string(version) + ".sql";
  const std::string sql = bytesOf((std::filesystem::path(__FILE__).parent_path() / name).string());
  CPPUNIT_ASSERT_MESSAGE(name, !sql.empty());
  return sql;
}

void makeFrom(const std::string& path, int version) { Database(path, Database::Mode::Create).run(fixture(version)); }

OpenHow upTo(const Migrations& steps) {
  OpenHow how;
  how.steps = &steps;
  return how;
}

std::string refusal(const std::string& path, const Migrations& steps = migrations()) {
  try {
    openDatabase(path, upTo(steps));
  } catch (const BadConfiguration& refused) { return refused.what(); }
  return "opened";
}

std::map<std::string, std::string> files(const TempDir& dir) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    if (entry.path().extension() != ".db-shm" && entry.file_size() > 0)  // an empty log is left by who only reads
      all[entry.path().filename().string()] = bytesOf(entry.path().string());
  return all;
}

/// The file must be refused with these words and stay as it is, log included.
void mustRefuse(const TempDir& dir, const std::string& words, const Migrations& steps = migrations()) {
  const auto before = files(dir);
  const std::string said = refusal(dir.database(), steps);
  CPPUNIT_ASSERT_MESSAGE(said, said.find(dir.database()) == 0);
  CPPUNIT_ASSERT_MESSAGE(said, said.find(words) != std::string::npos);
  const auto after = files(dir);
  for (const auto& [name, bytes] : after) {
    CPPUNIT_ASSERT_MESSAGE(said + ": new file " + name, before.count(name) == 1);
    CPPUNIT_ASSERT_MESSAGE(said + ": changed file " + name, before.at(name) == bytes);
  }
  CPPUNIT_ASSERT_EQUAL_MESSAGE(said, before.size(), after.size());
}

std::string schemaOf(Database& db) {
  std::string all;
  Statement rows(
      db, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name");
  while (rows.step()) all += rows.text(0) + ": " + rows.text(1) + "\n";
  return all;
}

/// A database with many rows, of which some are still in the log only.
void fill(const TempDir& dir) {
  Loop loop;
  SqliteStore store(loop, storeOptions(dir));
  for (std::uint64_t n = 1; n <= 500; ++n) store.put("CP" + std::to_string(n % 7), queuedStop(n));
}

void overwrite(const std::string& path, std::streamoff offset, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offset);
  file << bytes;
}

std::int64_t rootOf(const std::string& path, const std::string& table) {
  return Database(path, Database::Mode::ReadOnly)
      .number("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
}

}  // namespace

TEST(schemaFresh, "schema: a fresh database is ours, in WAL mode, synchronous FULL, with foreign keys") {
  TempDir dir;
  const auto db = openDatabase(dir.database());
  CPPUNIT_ASSERT_EQUAL(static_cast<std::int64_t>(migrations().size()), db->number("PRAGMA user_version"));
  CPPUNIT_ASSERT_EQUAL(std::string("wal"), db->text("PRAGMA journal_mode"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db->number("PRAGMA synchronous"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1), db->number("PRAGMA foreign_keys"));
  CPPUNIT_ASSERT_THROW(db->run("INSERT INTO setting VALUES ('nobody', 'k', 'v', 0)"), SqliteError);
}

TEST(schemaPublished, "schema: every schema is still what was published") {
  for (int version = 1; version <= static_cast<int>(migrations().size()); ++version) {
    TempDir dir, other;
    makeFrom(dir.database(), version);
    Database old(dir.database(), Database::Mode::ReadOnly);
    const Migrations first(migrations().begin(), migrations().begin() + version);
    const auto made = openDatabase(other.database(), upTo(first));
    CPPUNIT_ASSERT_EQUAL(schemaOf(old), schemaOf(*made));
  }
}

TEST(schemaFromOlder, "schema: a database of every older schema is brought up to date with all its rows") {
  for (int version = 1; version <= static_cast<int>(migrations().size()); ++version) {
    TempDir dir, other;
    makeFrom(dir.database(), version);
    CPPUNIT_ASSERT_EQUAL(schemaOf(*openDatabase(other.database())), schemaOf(*openDatabase(dir.database())));
    Loop loop;
    SqliteStore store(loop, storeOptions(dir));
    const auto all = loaded(store);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), all.size());
    const StoredCharger& cp = all.front();
    CPPUNIT_ASSERT(cp.identity == "CP1" && cp.password == std::string("se\0cret", 7) && cp.pingInterval == 60);
    CPPUNIT_ASSERT_EQUAL(std::size_t(version == 1 ? 7 : 8), cp.records.size());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), cp.rest.lastNumber);
    const auto tx = recordsOf<session::TransactionRecord>(cp).front();
    CPPUNIT_ASSERT(tx.soapTxId == 2'000'000'001 && tx.provisional && tx.stopEvidence == ocpp::Reason::Remote);
    const auto queue = recordsOf<session::QueuedRecord>(cp);
    CPPUNIT_ASSERT(ocpp::is<ocpp::StartTransaction>(queue[0].request) && queue[0].attempts == 2);
    CPPUNIT_ASSERT(ocpp::is<ocpp::StopTransaction>(queue[1].request));
    CPPUNIT_ASSERT(recordsOf<session::ConnectorRecord>(cp).front().raw.status == ocpp::ChargePointStatus::Occupied);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), store.status().deadLetters);
    if (version == 1) continue;
    CPPUNIT_ASSERT(recordsOf<session::BootRecord>(cp).front().unsent);
    CPPUNIT_ASSERT(recordsOf<session::SettingRecord>(cp).front().own);
    CPPUNIT_ASSERT(queue[0].repeatKey == static_cast<std::uint64_t>(-5) &&
                   queue[0].wait == ocpp::Duration(version == 2 ? 0 : 999));
    CPPUNIT_ASSERT_EQUAL(std::string("a tag of more than twenty"), recordsOf<session::AliasRecord>(cp).front().idTag);
    const std::uint64_t keys[] = {tx.key, queue[0].key, queue[1].key};
    CPPUNIT_ASSERT(version == 2 ? keys[0] == 1 && keys[1] == 1 && keys[2] == 2
                                : keys[0] == 77001 && keys[1] == 88001 && keys[2] == 88002);
    if (version == 2) CPPUNIT_ASSERT(tx.backend.empty() && tx.heard == tx.seen && !queue[0].setAside);
    if (version == 3) CPPUNIT_ASSERT(tx.backend == cp.backend && tx.lastRegister == 4700 && queue[0].setAside);
    CPPUNIT_ASSERT(version == 2 ? tx.sequence == 1 && queue[0].starts == 0
                                : tx.sequence == 5 && queue[0].starts == tx.key && tx.silent == std::chrono::hours(1));
  }
}

TEST(schemaCopy,
     "schema: what is migrated is kept as it was beside it, for its owner only; a fresh one needs no copy") {
  for (int version = 1; version < static_cast<int>(migrations().size()); ++version) {
    TempDir dir, other;
    makeFrom(dir.database(), version);
    makeFrom(other.database(), version);
    const std::string copy = dir.database() + ".schema" + std::to_string(version);
    std::ofstream(copy) << "somebody else's";
    std::string told;
    OpenHow how;
    how.tell = [&](const std::string& line) { told += line; };
    openDatabase(dir.database(), how);
    openDatabase(dir.database(), how);  // nothing to do
    CPPUNIT_ASSERT_EQUAL_MESSAGE(told, std::size_t(1),
                                 static_cast<std::size_t>(std::count(told.begin(), told.end(), ';')));
    CPPUNIT_ASSERT_MESSAGE(told, told.find(copy + "-2") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("somebody else's"), bytesOf(copy));
    CPPUNIT_ASSERT_EQUAL(0u, static_cast<unsigned>(std::filesystem::status(copy + "-2").permissions()) & 077u);
    Database made(copy + "-2", Database::Mode::ReadOnly), was(other.database(), Database::Mode::ReadOnly);
    CPPUNIT_ASSERT_EQUAL(schemaOf(was), schemaOf(made));
    for (const char* table : {"charger", "tx", "queued", "dead_letter", "setting"})
      CPPUNIT_ASSERT_EQUAL(was.number("SELECT count(*) FROM " + std::string(table)),
                           made.number("SELECT count(*) FROM " + std::string(table)));
  }
  TempDir fresh;
  openDatabase(fresh.database());
  for (const auto& entry : std::filesystem::directory_iterator(fresh.path()))
    CPPUNIT_ASSERT_MESSAGE(entry.path().string(), entry.path().string().find("schema") == std::string::npos);
}

TEST(schemaNoSpace, "schema: without the space for it nothing is migrated, and one sentence says how much is needed") {
  TempDir dir;
  makeFrom(dir.database(), 2);
  const auto before = files(dir);
  OpenHow how;
  how.space = [](const std::string&) { return 1'000'000; };
  try {
    openDatabase(dir.database(), how);
    CPPUNIT_FAIL("migrated");
  } catch (const BadConfiguration& refused) {
    const std::string said = refused.what();
    CPPUNIT_ASSERT_MESSAGE(said, said.find(dir.database() + ": to bring the database from schema 2") == 0);
    CPPUNIT_ASSERT_MESSAGE(said, said.find("2 MiB must be free there, and 1 MiB are") != std::string::npos);
  }
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2),
                       Database(dir.database(), Database::Mode::ReadOnly).number("PRAGMA user_version"));
  CPPUNIT_ASSERT_EQUAL(before.size(), files(dir).size());
}

TEST(schemaKeepsIds, "schema: IDs that an operator has seen are not given again after a migration") {
  TempDir dir;
  makeFrom(dir.database(), 2);
  Database(dir.database(), Database::Mode::ReadWrite).run("DELETE FROM queued");
  const auto db = openDatabase(dir.database());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db->number("SELECT seq FROM sqlite_sequence WHERE name = 'queued'"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), db->number("SELECT count(*) FROM sqlite_sequence WHERE name LIKE 'new%'"));
}

TEST(schemaSteps, "schema: steps are taken one by one, each whole or not at all") {
  TempDir dir;
  makeFrom(dir.database(), 1);
  const std::string one = migrations().front();
  const Migrations good{one, "ALTER TABLE charger ADD COLUMN note TEXT", "CREATE TABLE more (x INTEGER) STRICT"};
  Migrations bad = good;
  bad[2] = "CREATE TABLE more (x INTEGER) STRICT; DELETE FROM queued; CREATE TABLE charger (y INTEGER)";
  CPPUNIT_ASSERT(refusal(dir.database(), bad).find("already exists") != std::string::npos);
  {
    Database db(dir.database(), Database::Mode::ReadOnly);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db.number("PRAGMA user_version"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), db.number("SELECT count(*) FROM queued"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), db.number("SELECT count(*) FROM sqlite_schema WHERE name = 'more'"));
  }
  bad[2] = "DELETE FROM charger";
  CPPUNIT_ASSERT_THROW(openDatabase(dir.database(), upTo(bad)), std::logic_error);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(3), openDatabase(dir.database(), upTo(good))->number("PRAGMA user_version"));
  mustRefuse(dir, "schema 3 is newer than schema 1", {one});
}

TEST(schemaForeign, "schema: somebody else's database is refused and untouched") {
  TempDir dir;
  Database(dir.database(), Database::Mode::Create).run("CREATE TABLE photos (id INTEGER)");
  mustRefuse(dir, "not a database of ocpp-soap-bridge");
}

TEST(schemaCorrupt, "schema: a damaged database is reported with SQLite's words and stays byte for byte as it is") {
  const std::pair<std::streamoff, std::string> damages[] = {
      {0, std::string(4096, 'g')},     // not SQLite at all
      {0, std::string(4096, '\xff')},  // a whole page
      {8, std::string(40, '\0')},      // some cell pointers
  };
  bool table = false;
  for (const auto& [offset, bytes] : damages) {
    TempDir dir;
    fill(dir);
    const auto page = table ? rootOf(dir.database(), "queued") : 1;
    table = true;
    overwrite(dir.database(), (page - 1) * 4096 + offset, bytes);
    mustRefuse(dir, "damaged (");
  }
  TempDir cut;
  fill(cut);
  std::filesystem::resize_file(cut.database(), std::filesystem::file_size(cut.database()) / 2);
  mustRefuse(cut, "damaged (");
}

TEST(schemaCorruptWithLog, "schema: a damaged database that has a log keeps both as they are") {
  TempDir dir, copy;
  {
    Loop loop;
    SqliteStore store(loop, storeOptions(dir));
    for (std::uint64_t n = 1; n <= 500; ++n) store.put("CP", queuedStop(n));
    outcomeOf(loop, store, store.put("CP", queuedStop(501)));
    Database(dir.database(), Database::Mode::ReadWrite).run("PRAGMA wal_checkpoint");
    outcomeOf(loop, store, store.put("CP", queuedStop(502)));
    for (const char* end : {"", "-wal"}) std::filesystem::copy_file(dir.database() + end, copy.database() + end);
  }
  CPPUNIT_ASSERT(std::filesystem::file_size(copy.database() + "-wal") > 0);
  // A page of a table that the last change did not touch: the log does not hide it.
  overwrite(copy.database(), (rootOf(dir.database(), "authorization") - 1) * 4096, std::string(100, '\xff'));
  mustRefuse(copy, "damaged (");
  std::filesystem::resize_file(copy.database(), 0);
  mustRefuse(copy, "holds what was kept last");
}

TEST(schemaOrphans, "schema: rows that belong to no charger are damage") {
  TempDir dir;
  makeFrom(dir.database(), 1);
  Database(dir.database(), Database::Mode::ReadWrite).run("PRAGMA foreign_keys = OFF; DELETE FROM charger");
  mustRefuse(dir, "foreign key");
}

TEST(schemaBeside, "schema: beside the bridge only a database of this very schema is opened") {
  TempDir dir;
  const auto refused = [&] {
    try {
      openBeside(dir.database(), Database::Mode::ReadOnly);
    } catch (const BadConfiguration& bad) { return std::string(bad.what()); }
    return std::string("opened");
  };
  CPPUNIT_ASSERT(refused().find("there is no database") != std::string::npos);
  CPPUNIT_ASSERT(!std::filesystem::exists(dir.database()));
  Migrations further = migrations();
  further.push_back("CREATE TABLE more (x INTEGER) STRICT");
  openDatabase(dir.database(), upTo(further));
  CPPUNIT_ASSERT(refused().find("newer") != std::string::npos);
}
