// SPDX-License-Identifier: GPL-2.0-or-later
// A text about all chargers, made for whoever asks without holding up the loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/http_server.h"
#include "bridge/loop.h"
#include "bridge/shard.h"

namespace bridge {

/// Looks at the chargers a few at a time, each time in another turn of the loop. Who asks meanwhile gets the same text,
/// and so does who asks within `lifetime` after it was made (C2).
class SharedReport {
 public:
  struct Maker {
    std::function<void()> begin;
    /// Once for each charger; those that come or go meanwhile may be left out.
    std::function<void(const std::string& identity, const Charger& charger)> add;
    /// The text; only when somebody asks.
    std::function<std::string()> end;
    bool inOrder = false;             ///< Of identities.
    std::function<void()> counted{};  ///< All were looked at; comes before `end`. May be empty.
  };

  SharedReport(Loop& loop, const Shard& shard, std::chrono::milliseconds lifetime, Maker maker);
  SharedReport(const SharedReport&) = delete;
  SharedReport& operator=(const SharedReport&) = delete;

  /// Answers with the text as JSON, now or soon.
  void answer(const Responder& responder);
  /// Looks at all of them although nobody asks, for what is counted on the way.
  void refresh();

 private:
  bool fresh() const;
  void begin();
  void step();
  void goOn();
  void end();

  Loop& loop_;
  const Shard& shard_;
  std::chrono::milliseconds lifetime_;
  Maker maker_;
  std::vector<Responder> waiting_;
  std::vector<std::string> identities_;  // to be looked at
  std::size_t next_ = 0;
  std::shared_ptr<const std::string> text_;
  ocpp::Steady made_{};
  bool making_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge
