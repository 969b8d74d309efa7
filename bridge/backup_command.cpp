// SPDX-License-Identifier: GPL-2.0-or-later
// Both copy with SQLite's backup interface, and look at the copy before they say that it is good.
#include "bridge/backup_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <ostream>

#include "bridge/command_words.h"
#include "bridge/data_dir.h"
#include "bridge/open_database.h"
#include "bridge/options.h"

namespace bridge {

namespace {

namespace fs = std::filesystem;

constexpr const char* backupUsage =
    "usage: ocpp-soap-bridge backup --data-dir DIR FILE\n"
    "Writes everything that is kept in DIR into the new FILE (mode 0600: passwords of chargers are in it). The bridge "
    "may\n"
    "run meanwhile.";
constexpr const char* restoreUsage =
    "usage: ocpp-soap-bridge restore --data-dir DIR FILE\n"
    "Makes the data directory DIR, which must be empty or missing, from a FILE of `ocpp-soap-bridge backup`.";

const CommandRules backupRules{"backup", backupUsage, {}, {}};
const CommandRules restoreRules{"restore", restoreUsage, {}, {}};

// What was given since the copy was made is not known: chargers may hold those ids (TX-2, TX-15).
constexpr const char* leaveGaps =
    "UPDATE charger SET "
    "last_number = 1000000 + max(last_number, coalesce((SELECT max(number) FROM queued q "
    "WHERE q.identity = charger.identity), 0), coalesce((SELECT max(number) FROM dead_letter d "
    "WHERE d.identity = charger.identity), 0)), "
    "last_alias = 10000 + max(coalesce(last_alias, 1500000000), coalesce((SELECT max(soap_tx_id) FROM tx t "
    "WHERE t.identity = charger.identity AND soap_tx_id BETWEEN 1500000000 AND 1999990000), 0)), "
    "last_provisional = 10000 + max(coalesce(last_provisional, 2000000001), coalesce((SELECT max(soap_tx_id) FROM tx t "
    "WHERE t.identity = charger.identity AND soap_tx_id BETWEEN 2000000001 AND 2147473646), 0))";

std::string fileOf(const CommandWords& words, const char* usage) {
  if (words.others.size() != 1) throw BadConfiguration(words.command + ": name one file\n" + usage);
  return words.others.front();
}

constexpr const char* asideName = ".restoring";

/// Nothing is there but what a restore that failed, or was killed, has left.
bool isFree(const std::string& directory) {
  std::error_code none;
  if (!fs::exists(directory, none)) return true;
  const std::string aside = fs::path(databasePath(directory)).filename().string() + asideName;
  for (const auto& each : fs::directory_iterator(directory)) {
    const std::string name = each.path().filename().string();
    if (name != "bridge.lock" && name.rfind(aside, 0) != 0) return false;
  }
  return true;
}

void removeDatabase(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm", "-journal"}) ::unlink((path + part).c_str());
}

std::string contentOf(Database& db) {
  const auto count = [&](const char* sql) { return std::to_string(db.number(sql)); };
  return count("SELECT count(*) FROM charger WHERE forgotten = 0") + " chargers, " +
         count("SELECT count(*) FROM queued") + " waiting messages, " +
         count("SELECT count(*) FROM dead_letter WHERE resolution IS NULL") + " dead letters, " +
         count("SELECT count(*) FROM tx") + " transactions";
}

/// Brings the copy up to date and leaves the gaps; it is one file again then. What is in it.
std::string finish(const std::string& path) {
  std::string content;
  {
    const auto db = openDatabase(path);
    Transaction transaction(*db);
    db->run(leaveGaps);
    transaction.commit();
    content = contentOf(*db);
    db->run("PRAGMA wal_checkpoint(TRUNCATE)");
    if (db->text("PRAGMA journal_mode = DELETE") != "delete") throw BadConfiguration(path + ": is in use");
  }
  return content;
}

}  // namespace

int backupCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream&) {
  if (arguments == std::vector<std::string>{"--help"}) {
    out << backupUsage << "\n";
    return 0;
  }
  const CommandWords words = readCommandWords(arguments, backupRules, false);
  const std::string to = fileOf(words, backupUsage);
  const auto db = openBeside(databasePath(words.directory), Database::Mode::ReadOnly);
  copyDatabase(*db, to);
  try {
    const auto copy = openBackup(to);
    out << to << ": " << contentOf(*copy) << "\n";
  } catch (...) {
    ::unlink(to.c_str());
    throw;
  }
  return 0;
}

int restoreCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream&) {
  if (arguments == std::vector<std::string>{"--help"}) {
    out << restoreUsage << "\n";
    return 0;
  }
  const CommandWords words = readCommandWords(arguments, restoreRules, false);
  const std::string from = fileOf(words, restoreUsage);
  const auto backup = openBackup(from);
  if (!isFree(words.directory))
    throw BadConfiguration(words.directory + ": a data directory is only made where nothing is: it is not empty");
  const DataDirLock lock(words.directory);
  const std::string path = databasePath(words.directory), aside = path + asideName;
  removeDatabase(aside);
  try {
    copyDatabase(*backup, aside);
    out << path << ": " << finish(aside) << "\n";
    if (::rename(aside.c_str(), path.c_str()) != 0) throw BadConfiguration(path + ": " + std::strerror(errno));
    syncDirectoryOf(path);
  } catch (...) {  // what is there has no gaps yet: no bridge may ever run on it
    removeDatabase(aside);
    throw;
  }
  return 0;
}

}  // namespace bridge
