// SPDX-License-Identifier: GPL-2.0-or-later
// How often each kind of line may be written, and what was left out of it (C7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/log_events.h"
#include "ocpp/time.h"
#include "session/effect.h"

namespace bridge {

/// Counts lines per kind in windows of a minute, each beginning with its first line: of an identity, and of all
/// together (Cause::Admitted). Time is given by the caller.
class LogLimit {
 public:
  /// What one window left out.
  struct LeftOut {
    session::Level level;  ///< Of its lines.
    std::string identity;  ///< Whose; "" where many share the window.
    std::string event;
    std::uint64_t lines;
  };

  /// `perMinute` 0 = everything may be written. At most `capacity` windows are open; then those of single identities
  /// are shared by all identities.
  explicit LogLimit(unsigned perMinute = 6, std::size_t capacity = 20000)
      : perMinute_(perMinute), capacity_(capacity) {}

  /// May this line be written? If not it is counted. `apart` is the value of the event's field of that name, or "".
  bool admits(const LogEvent& event, session::Level level, std::string_view identity, std::string_view apart,
              ocpp::Steady now);
  /// Closes the windows that are over at `now`; those that have left something out.
  std::vector<LeftOut> over(ocpp::Steady now);
  /// The same for all windows, at the end of the process.
  std::vector<LeftOut> all() { return over(ocpp::Steady::max()); }

  /// All identities together may have so many times what one may.
  static constexpr unsigned together = 10;

 private:
  struct Window {
    LeftOut leftOut;
    unsigned written = 0;
  };
  struct End {
    ocpp::Steady at;
    std::string key;
    bool total;
  };
  Window& windowOf(std::string key, const LeftOut& fresh, bool total, ocpp::Steady now);

  unsigned perMinute_;
  std::size_t capacity_;
  std::unordered_map<std::string, Window> windows_;
  std::size_t totals_ = 0;  // of them, of all identities together
  std::deque<End> ends_;    // all windows are of one length: in the order of their beginnings
};

}  // namespace bridge
