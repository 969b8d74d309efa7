// SPDX-License-Identifier: GPL-2.0-or-later
// The operator's log: one line per event, for people or as JSON.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bridge/clock.h"
#include "bridge/log_limit.h"
#include "bridge/log_writer.h"
#include "bridge/options.h"
#include "ocpp/time.h"
#include "session/effect.h"

namespace bridge {

/// One line per event, on one line whatever texts contain. Never waits for whoever reads them, and nobody but the
/// operator can make it write many (C7): see log_events.h. Thread-safe.
class Log {
 public:
  using Level = session::Level;
  using Field = std::pair<std::string_view, std::string_view>;
  struct Choice {
    LogFormat format = LogFormat::Human;
    Level quietBelow = Level::Info;  ///< Events of a lower level are not written.
    unsigned perMinute = 6;          ///< Lines of each kind that others can cause; 0 = no limit.
    const Clock* clock = nullptr;    ///< Outlives the log; null = the system's.
  };

  /// Writes to a file descriptor by a LogWriter.
  Log(int fd, Choice choice);
  /// Writes at once to a stream that outlives it, for tests and tools.
  Log(std::ostream& out, Choice choice);
  Log(std::ostream& out, LogFormat format, Level quietBelow = Level::Info) : Log(out, Choice{format, quietBelow}) {}
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `event` is a fixed word that can be searched for, and stands in the table of log_events.cpp; `identity` is "" for
  /// events of the process. Where the event has many of its kind the line is only counted.
  void line(Level level, std::string_view identity, std::string_view event, std::string_view text,
            std::initializer_list<Field> fields = {});
  /// The same of somebody who is on trial: his lines are limited as anybody's (AU-1).
  void lineOfStranger(Level level, std::string_view identity, std::string_view event, std::string_view text,
                      std::initializer_list<Field> fields = {});
  /// Lines that stand as they are, of --trace for people.
  void block(std::string&& lines) { out_(std::move(lines)); }
  /// Tells what has been left out in minutes that are over; to be called now and then. line() does, too.
  void tellLeftOut();
  /// Lines that nobody took.
  std::uint64_t dropped() const { return writer_ ? writer_->dropped() : lost_; }
  bool writes(Level level) const { return level >= choice_.quietBelow; }
  LogFormat format() const { return choice_.format; }

 private:
  const Clock& clock() const { return choice_.clock ? *choice_.clock : systemClock(); }
  void tell(const std::vector<LogLimit::LeftOut>& all);
  void say(const LogEvent& kind, Level level, std::string_view identity, std::string_view text,
           std::initializer_list<Field> fields);

  Choice choice_;
  std::mutex mutex_;  // of limit_
  LogLimit limit_;
  std::unique_ptr<LogWriter> writer_;
  std::uint64_t lost_ = 0;  // without a writer
  std::function<void(std::string&&)> out_;
};

/// The text without what must not be logged: credentials and tokens in URLs, AuthorizationKey values (ER-5, AU-6).
std::string redacted(std::string_view text);

}  // namespace bridge
