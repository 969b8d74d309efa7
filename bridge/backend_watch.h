// SPDX-License-Identifier: GPL-2.0-or-later
// BackendWatch: which back-ends are away, told once when that begins and once when it ends, with a count.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "bridge/clock.h"
#include "bridge/deadlines.h"
#include "session/effect.h"

namespace bridge {

/// Is told of every link that comes up, is lost or is not wanted any more. A thousand chargers that lose one back-end
/// are one line and not a thousand; a single charger that does is a line about it, as long as others still have theirs.
class BackendWatch : private Deadlines::Node {
 public:
  /// A line for the operator; `identity` is "" for what concerns many.
  using Tell = std::function<void(session::Level, const std::string& identity, const char* event, const std::string&)>;
  struct State {
    std::size_t up = 0;    ///< Links that are open.
    std::size_t away = 0;  ///< Chargers that want a link and have none.
    std::string reason;    ///< Of the last loss or failure.
    bool outage = false;   ///< Has been told as such.
    ocpp::Steady since{};  ///< When that began.
  };

  /// A single charger's link is told as such (central-up, central-down), also where it is the only one.
  /// How long losses are gathered before they are told.
  static constexpr ocpp::Duration gather = std::chrono::seconds(2);
  /// When most are back and nobody else has come for so long, the outage is over; who is still away is told by name.
  static constexpr ocpp::Duration patience = std::chrono::seconds(10);

  BackendWatch(const Clock& clock, Deadlines& deadlines, Tell tell);

  void up(const std::string& backend, const std::string& identity);
  /// Lost, or not reached; again and again while it is tried.
  void away(const std::string& backend, const std::string& identity, const std::string& reason);
  /// We have closed it, or the charger is gone.
  void left(const std::string& backend, const std::string& identity);

  /// By back-end; those that nobody uses are not there.
  std::map<std::string, State> states() const;

 private:
  struct Backend {
    std::set<std::string> up, away;
    std::set<std::string> untold;  ///< Away, and no line has said so.
    std::string reason;
    bool outage = false;
    std::size_t most = 0;  ///< Largest number away in this outage.
    ocpp::Steady since{}, lostAt{}, returnedAt{};
  };
  void onDeadline() override;
  void tellLosses(const std::string& name, Backend& backend);
  static bool mostAreBack(const Backend& backend);
  void tellRest(const std::string& name, Backend& backend);
  void tellEnd(const std::string& name, Backend& backend, const std::string& rest);
  void tellReturn(const std::string& name, Backend& backend, const std::string& identity);
  void tidy(const std::string& name);

  const Clock& clock_;
  Deadlines& deadlines_;
  Tell tell_;
  std::map<std::string, Backend> backends_;
};

}  // namespace bridge
