// SPDX-License-Identifier: GPL-2.0-or-later
// What the store of a BridgeChaos has, by content.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bridge/open_database.h"
#include "bridge/record_text.h"
#include "tests/support/bridge_chaos_books.h"
#include "tests/support/fake_outside.h"

namespace test {

/// The messages of a charger that a table has: "dead_letter" or "queued".
inline std::vector<std::string> messagesIn(FakeOutside& world, const std::string& table, const std::string& identity) {
  std::vector<std::string> found;
  if (world.memory) {
    for (const auto& record : world.memory->content(identity))
      if (const auto* letter = std::get_if<session::DeadLetterRecord>(&record)) {
        if (table == "dead_letter") found.push_back(contentOf(letter->request));
      } else if (const auto* waiting = std::get_if<session::QueuedRecord>(&record)) {
        if (table == "queued") found.push_back(contentOf(waiting->request));
      }
    return found;
  }
  const auto db = bridge::openBeside(bridge::databasePath(world.directory), bridge::Database::Mode::ReadOnly);
  bridge::Statement rows(*db, "SELECT action, payload FROM " + table + " WHERE identity = ?");
  rows << identity;
  while (rows.step()) found.push_back(contentOf(bridge::readRequestText(rows.text(0), rows.text(1))));
  return found;
}

/// TX-8: a start of it is a dead letter. With `fullDisks` the log has said so, and the disk has not taken it yet: what
/// was refused goes on being delivered while a disk is full.
inline bool startIsDead(FakeOutside& world, const std::string& identity, bool fullDisks) {
  for (const std::string& letter : messagesIn(world, "dead_letter", identity))
    if (letter.rfind("start", 0) == 0) return true;
  const std::string told = R"("event":"dead-letter","identity":")" + identity + R"(","action":"StartTransaction")";
  return fullDisks && world.log.str().find(told) != std::string::npos;
}

}  // namespace test
