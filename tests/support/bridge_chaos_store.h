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

}  // namespace test
