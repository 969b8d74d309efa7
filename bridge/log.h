// SPDX-License-Identifier: GPL-2.0-or-later
// The operator's log: one line per event, for people or as JSON.
#pragma once

#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/clock.h"
#include "bridge/options.h"
#include "ocpp/time.h"
#include "session/effect.h"

namespace bridge {

/// Writes lines to a stream that outlives it. Texts are shown on one line whatever they contain.
class Log {
 public:
  using Level = session::Level;
  using Field = std::pair<std::string_view, std::string_view>;

  /// `quietBelow`: events of a lower level are not written.
  Log(std::ostream& out, LogFormat format, Level quietBelow = Level::Info)
      : out_(out), format_(format), least_(quietBelow) {}

  /// `event` is a fixed word that can be searched for; `identity` is "" for events of the process.
  void line(Level level, std::string_view identity, std::string_view event, std::string_view text,
            std::initializer_list<Field> fields = {});
  bool writes(Level level) const { return level >= least_; }
  LogFormat format() const { return format_; }
  std::ostream& stream() { return out_; }

 private:
  std::ostream& out_;
  LogFormat format_;
  Level least_;
};

/// The text without what must not be logged: credentials and tokens in URLs, AuthorizationKey values (ER-5, AU-6).
std::string redacted(std::string_view text);

}  // namespace bridge
